"""Signatures of webhooks after https://www.standardwebhooks.com: HMAC-SHA256 over id, time and body."""

import base64
import binascii
import hashlib
import hmac

PREFIX = "whsec_"
_LEAST, _MOST = 24, 64


def key_of(secret: str) -> bytes:
    """Raises ValueError for what is no secret of this shape."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("a webhook's secret is base64, with or without whsec_ before it") from error
    if not _LEAST <= len(key) <= _MOST:
        raise ValueError(f"a webhook's secret has {_LEAST} to {_MOST} bytes")
    return key


def headers(secret: str, ident: str, seconds: int, body: bytes) -> dict[str, str]:
    """seconds: since 1970, of this very try; a receiver refuses what is old."""
    signed = f"{ident}.{seconds}.".encode() + body
    made = base64.b64encode(hmac.new(key_of(secret), signed, hashlib.sha256).digest()).decode()
    return {"webhook-id": ident, "webhook-timestamp": str(seconds), "webhook-signature": f"v1,{made}"}
