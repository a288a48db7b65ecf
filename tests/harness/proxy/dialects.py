"""Tells which API a request speaks, what the call is named, and whether it changes anything at the cloud."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from enum import Enum
from urllib.parse import parse_qs, urlsplit

HeaderLookup = Callable[[str], str]


class Dialect(Enum):
    EC2 = "ec2"
    AWS_QUERY = "aws-query"
    AWS_JSON = "aws-json"
    SOAP = "soap"
    REST = "rest"


_EC2_VERSIONS = ("2016-11-15", "2014-10-01")
_SOAP_METHOD = re.compile(rb"<(?:[\w.-]+:)?Body[^>]*>\s*<(?:[\w.-]+:)?([\w.-]+)")
_AWS_READS = re.compile(
    r"^(Describe|Get|List|Search|Lookup|Check|Validate|Head|BatchGet|BatchDescribe|Estimate|Decode|Simulate|Assume)"
)
# vSphere keeps views, filters and sessions on the server; making or dropping one changes nothing in the estate.
_SOAP_READS = re.compile(
    r"^(Retrieve|ContinueRetrieve|CancelRetrieve|WaitForUpdates|CancelWaitForUpdates|CheckForUpdates|Find|Query|Fetch|"
    r"Login|Logout|SessionIsActive|CurrentTime|Check\w+_Task$|HasPrivilege|List|"
    r"Create(ContainerView|ListView|InventoryView|PropertyCollector|Filter|ContainerViewInternal|CollectorFor\w+)$|"
    r"Destroy(View|PropertyFilter|PropertyCollector|Collector)$|(Modify|Reset|Open)\w*View|ReadNext|ReadPrevious)"
)
_SESSION_PATHS = re.compile(r"/v2\.0/tokens\b|/auth/tokens\b|/cis/session\b|/api/session\b")
_REST_READ_ACTIONS = re.compile(r"[?&]~?action=(get|list|find|query|test|validate|filter)\b")


def _form(path: str, body: bytes) -> dict[str, list[str]]:
    fields = parse_qs(urlsplit(path).query)
    fields.update(parse_qs(body.decode("latin-1")))
    return fields


def dialect_of(method: str, path: str, content_type: str, header: HeaderLookup, body: bytes) -> Dialect:
    if header("x-amz-target"):
        return Dialect.AWS_JSON
    if header("soapaction") or (method == "POST" and b"Envelope" in body[:400]):
        return Dialect.SOAP
    if "x-www-form-urlencoded" in content_type or "Action=" in path:
        form = _form(path, body)
        if "Action" in form:
            return Dialect.EC2 if form.get("Version", [""])[0] in _EC2_VERSIONS else Dialect.AWS_QUERY
    return Dialect.REST


def action_of(dialect: Dialect, path: str, header: HeaderLookup, body: bytes) -> str | None:
    if dialect in (Dialect.EC2, Dialect.AWS_QUERY):
        return _form(path, body)["Action"][0]
    if dialect is Dialect.AWS_JSON:
        return header("x-amz-target").rpartition(".")[2]
    if dialect is Dialect.SOAP:
        found = _SOAP_METHOD.search(body)
        return found[1].decode() if found else None
    if urlsplit(path).path.endswith("/action"):
        # OpenStack: POST …/servers/<id>/action with the action as the only key of the body.
        try:
            document = json.loads(body)
        except ValueError:
            return None
        return next(iter(document), None) if isinstance(document, dict) else None
    return None


def is_mutating(dialect: Dialect, method: str, path: str, action: str | None) -> bool:
    """Whether the call changes the estate. What is not known to be a read counts as a change."""
    if dialect in (Dialect.EC2, Dialect.AWS_QUERY, Dialect.AWS_JSON):
        return not _AWS_READS.match(action or "")
    if dialect is Dialect.SOAP:
        return not _SOAP_READS.match(action or "")
    if method in ("GET", "HEAD", "OPTIONS"):
        return False
    return not (_SESSION_PATHS.search(path) or _REST_READ_ACTIONS.search(path))


def token_of(dialect: Dialect, path: str, body: bytes) -> str | None:
    if dialect not in (Dialect.EC2, Dialect.AWS_QUERY):
        return None
    return _form(path, body).get("ClientToken", [None])[0]
