"""Signature version 3 of Alibaba Cloud's RPC APIs (ACS3-HMAC-SHA256). Pure. Nothing secret goes into the URL.

https://www.alibabacloud.com/help/en/sdk/product-overview/v3-request-structure-and-signature
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import quote

_ALGORITHM = "ACS3-HMAC-SHA256"


class Key(NamedTuple):
    """token: of temporary credentials, else ""."""

    ident: str
    secret: str
    token: str = ""

    def __repr__(self) -> str:
        return "Key(…)"


class Request(NamedTuple):
    """host: as it stands in the Host header. at: aware; a clock that is off by 15 minutes is refused."""

    method: str
    host: str
    action: str
    version: str
    params: Mapping[str, str]
    at: datetime
    nonce: str


def canonical_query(params: Mapping[str, str]) -> str:
    """By name, encoded as RFC 3986 says; this very text has to be sent."""
    return "&".join(f"{_encoded(name)}={_encoded(params[name])}" for name in sorted(params))


def headers(request: Request, key: Key) -> dict[str, str]:
    """The headers to send with an empty body."""
    nothing = hashlib.sha256(b"").hexdigest()
    signed = {
        "host": request.host,
        "x-acs-action": request.action,
        "x-acs-content-sha256": nothing,
        "x-acs-date": request.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": request.nonce,
        "x-acs-version": request.version,
    } | ({"x-acs-security-token": key.token} if key.token else {})
    names = sorted(signed)
    told = "".join(f"{name}:{signed[name].strip()}\n" for name in names)
    listed = ";".join(names)
    whole = "\n".join((request.method, "/", canonical_query(request.params), told, listed, nothing))
    digest = hashlib.sha256(whole.encode()).hexdigest()
    signature = hmac.new(key.secret.encode(), f"{_ALGORITHM}\n{digest}".encode(), hashlib.sha256).hexdigest()
    return signed | {
        "Authorization": f"{_ALGORITHM} Credential={key.ident},SignedHeaders={listed},Signature={signature}"
    }


def _encoded(text: str) -> str:
    return quote(text, safe="")
