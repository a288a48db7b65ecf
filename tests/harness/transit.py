"""A small key server that answers as the transit engine of HashiCorp Vault and OpenBao is documented to.

https://developer.hashicorp.com/vault/api-docs/secret/transit, https://openbao.org/api-docs/secret/transit. It is no
Vault: what it proves is that mcm keeps to the documents, not that a real server does.
"""

import base64
import binascii
import json
import os
import re
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_PATH = re.compile(
    r"/v1/(?P<mount>[\w/-]+?)/(?P<operation>encrypt|decrypt|rewrap|keys)/(?P<name>[\w.-]+)(?P<rest>/rotate)?"
)
_CIPHERTEXT = re.compile(r"vault:v([0-9]+):([A-Za-z0-9+/=]+)")


class _Answer(Exception):
    def __init__(self, status: int, *errors: str) -> None:
        self.status, self.errors = status, errors


@dataclass
class TransitServer:
    """tokens: those that are valid. keys: versions of each key, the first is v1. calls: (operation, answered status).

    sealed: answers 503 to everything. roles: AppRole id → secret id."""

    url: str = ""
    mount: str = "transit"
    namespace: str = ""
    tokens: set[str] = field(default_factory=lambda: {"token-1-of-the-test"})
    keys: dict[str, list[bytes]] = field(default_factory=lambda: {"mcm": [os.urandom(32)]})
    roles: dict[str, str] = field(default_factory=lambda: {"role-1": "secret-id-of-role-1"})
    sealed: bool = False
    garbage: bytes = b""
    minimum: int = 1
    calls: list[tuple[str, int]] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)

    def count(self, operation: str) -> int:
        return sum(1 for found, _ in self.calls if found == operation)

    def answer(self, path: str, headers: Any, body: dict[str, Any]) -> dict[str, Any]:
        if self.sealed:
            raise _Answer(503, "Vault is sealed")
        if self.namespace and headers.get("X-Vault-Namespace", "") != self.namespace:
            raise _Answer(404, "no handler for route")
        if path == "/v1/auth/approle/login":
            return self._login(body)
        if headers.get("X-Vault-Token", "") not in self.tokens:
            raise _Answer(403, "permission denied")
        found = _PATH.fullmatch(path)
        if found is None or found["mount"] != self.mount:
            raise _Answer(404)
        versions = self.keys.get(found["name"])
        if versions is None:
            raise _Answer(400, "encryption key not found")
        if found["operation"] == "keys":
            versions.append(os.urandom(32))
            return {}
        data = _bytes(body.get("associated_data", ""))
        if found["operation"] == "encrypt":
            return {"data": self._encrypted(versions, _bytes(body.get("plaintext", "")), data)}
        if found["operation"] == "rewrap":
            # The documents name no associated_data here: what has some cannot be rewrapped.
            return {"data": self._encrypted(versions, self._decrypted(versions, body, b""), b"")}
        return {"data": {"plaintext": base64.b64encode(self._decrypted(versions, body, data)).decode()}}

    def _login(self, body: dict[str, Any]) -> dict[str, Any]:
        if self.roles.get(body.get("role_id", "")) != body.get("secret_id"):
            raise _Answer(400, "invalid role or secret ID")
        token = f"hvs.{os.urandom(12).hex()}"
        self.tokens.add(token)
        return {"auth": {"client_token": token, "lease_duration": 3600, "renewable": True}}

    def _encrypted(self, versions: list[bytes], plain: bytes, data: bytes) -> dict[str, Any]:
        nonce = os.urandom(12)
        sealed = base64.b64encode(nonce + AESGCM(versions[-1]).encrypt(nonce, plain, data)).decode()
        return {"ciphertext": f"vault:v{len(versions)}:{sealed}", "key_version": len(versions)}

    def _decrypted(self, versions: list[bytes], body: dict[str, Any], data: bytes) -> bytes:
        found = _CIPHERTEXT.fullmatch(body.get("ciphertext", ""))
        if found is None:
            raise _Answer(400, "invalid ciphertext: no prefix")
        number = int(found[1])
        if number < self.minimum:
            raise _Answer(400, "ciphertext or signature version is disallowed by policy (too old)")
        if not 0 < number <= len(versions):
            raise _Answer(400, "invalid ciphertext: version is too new")
        sealed = _bytes(found[2])
        try:
            return AESGCM(versions[number - 1]).decrypt(sealed[:12], sealed[12:], data)
        except InvalidTag as error:
            raise _Answer(400, "cipher: message authentication failed") from error


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, TypeError) as error:
        raise _Answer(400, "failed to base64-decode") from error


class _Handler(BaseHTTPRequestHandler):
    state: TransitServer

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", "0"))) or b"{}")
        state, status = self.state, 200
        try:
            answer = state.answer(self.path, self.headers, body)
            status = 200 if answer else 204
            sent = json.dumps(answer).encode() if answer else b""
        except _Answer as refused:
            status, sent = refused.status, json.dumps({"errors": list(refused.errors)}).encode()
        state.calls.append((self.path.split("/")[-2], status))
        state.bodies.append(body)
        if state.garbage:
            status, sent = 200, state.garbage
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, *_: Any) -> None:
        """Silent."""


@contextmanager
def serving(certificate: Path | None = None, key: Path | None = None, **options: Any) -> Iterator[TransitServer]:
    """On a free port of 127.0.0.1; with TLS when a certificate is given."""
    state = TransitServer(**options)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"state": state}))
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    state.url = f"{'https' if certificate else 'http'}://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
