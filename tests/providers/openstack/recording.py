"""Recorded conversations with real services: played back by default, recorded anew by `record.py`.

Guarded sockets stay out of these tests: vcrpy stands where they would be opened.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import pytest
import urllib3
import vcr

from mcm.contract import ConnectionForm
from mcm.contract.conformance.context import PlainContext
from mcm_providers.openstack.adapter import OpenStackProvider
from mcm_providers.openstack.descriptor import DESCRIPTOR

CASSETTES = Path(__file__).parent / "cassettes"
HOST = "openstack.example"
AUTH_URL = f"http://{HOST}:5000/v3"
ROLES = ("admin", "demo")
_POOLS = {"http": urllib3.HTTPConnectionPool, "https": urllib3.HTTPSConnectionPool}


def form(role: str, auth_url: str = AUTH_URL, password: str = "not-the-recorded-one") -> ConnectionForm:
    config = {"auth_url": auth_url, "username": role, "project_name": role}
    return DESCRIPTOR.connection.validated(config, {"password": password})


@contextmanager
def conversation(name: str, *, mode: str = "none", real: Mapping[str, str] = MappingProxyType({})) -> Iterator[Any]:
    """The cassette `name` in place of the network. mode: "none" plays back and refuses anything new. real: addresses
    as they are → as they are written down, longest first."""
    recorder = vcr.VCR(
        cassette_library_dir=str(CASSETTES),
        record_mode=mode,
        before_record_request=lambda request: _scrubbed_request(request, real),
        before_record_response=lambda response: _scrubbed_response(response, real),
        decode_compressed_response=True,
    )
    recorder.register_matcher("where and what", _same_question)
    recorder.match_on = ["method", "where and what"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mcm_providers._transport.requests_session.pool_classes", lambda context: _POOLS)
        with recorder.use_cassette(f"{name}.yaml", allow_playback_repeats=True) as cassette:
            yield cassette


def connect(role: str, context: PlainContext | None = None) -> OpenStackProvider:
    return OpenStackProvider.connect(form(role), context or PlainContext())


def _same_question(one: Any, other: Any) -> None:
    """The time from which changes are asked for is another in each run."""

    def asked(request: Any) -> tuple[object, ...]:
        parts = urlsplit(request.uri)
        return parts.port, parts.path, sorted(pair for pair in request.query if pair[0] != "changes-since")

    assert asked(one) == asked(other)


def _disguised(text: str, real: Mapping[str, str]) -> str:
    for address, shown in real.items():
        text = text.replace(address, shown)
    return text


def _scrubbed_request(request: Any, real: Mapping[str, str]) -> Any:
    request.uri = _disguised(request.uri, real)
    request.body = None
    kept = {"openstack-api-version", "accept"}
    request.headers = {name: value for name, value in request.headers.items() if name.lower() in kept}
    return request


def _scrubbed_response(response: Any, real: Mapping[str, str]) -> Any:
    text = _disguised(response["body"]["string"].decode(), real)
    if '"token"' in text and '"expires_at"' in text:
        document = json.loads(text)
        document["token"]["expires_at"] = "2099-01-01T00:00:00.000000Z"
        document["token"].pop("audit_ids", None)
        text = json.dumps(document)
    kept = {"content-type", "openstack-api-version", "retry-after", "date", "location"}
    headers = {name: value for name, value in response["headers"].items() if name.lower() in kept}
    if "X-Subject-Token" in response["headers"]:
        headers["X-Subject-Token"] = ["a-recorded-token"]
    response["headers"] = headers
    response["body"]["string"] = text.encode()
    return response
