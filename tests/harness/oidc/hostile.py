"""An OpenID provider that does what no real one does: every part of its answers can be made wrong.

Its login page is none: whoever is sent there comes back at once.
"""

import hmac
import json
import secrets
import threading
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey


@dataclass
class Behaviour:
    """document and claims: merged over the true ones, None leaves out. token: made from the true one. status: of every
    answer. redirect: where each request is sent instead."""

    document: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    token: Callable[[str], str] = lambda token: token
    answer: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    keys: Callable[[list[Any]], list[Any]] = lambda keys: keys
    body: bytes | None = None
    status: int = 200
    redirect: str = ""
    slow_s: float = 0.0


class HostileProvider:
    """asked: the paths of all requests, in order."""

    def __init__(self) -> None:
        self.behaviour = Behaviour()
        self.asked: list[str] = []
        self.forms: list[dict[str, str]] = []
        self.key = RSAKey.generate_key(2048, parameters={"kid": "one", "use": "sig"})
        self._nonces: dict[str, str] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def rotate(self, key_id: str) -> None:
        self.key = RSAKey.generate_key(2048, parameters={"kid": key_id, "use": "sig"})

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    def document(self) -> dict[str, Any]:
        told = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/auth",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "userinfo_endpoint": f"{self.issuer}/me",
            "code_challenge_methods_supported": ["S256"],
        }
        return _without_none(told | self.behaviour.document)

    def authorized(self, query: dict[str, str]) -> str:
        code = secrets.token_urlsafe(16)
        self._nonces[code] = query["nonce"]
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token_answer(self, form: dict[str, str]) -> dict[str, Any]:
        now = int(time.time())
        claims = {
            "iss": self.issuer, "sub": "subject-1", "aud": "mcm", "iat": now, "exp": now + 300,
            "nonce": self._nonces.get(form.get("code", ""), "none"),
        }  # fmt: skip
        token = self.sign(_without_none(claims | self.behaviour.claims))
        told = {"access_token": "at", "token_type": "Bearer", "id_token": self.behaviour.token(token)}
        return _without_none(told | self.behaviour.answer)

    def sign(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": self.key.kid or ""}, claims, self.key)

    def key_set(self) -> dict[str, Any]:
        return {"keys": self.behaviour.keys([self.key.as_dict(private=False)])}


def unsigned(token: str) -> str:
    """The same claims with alg none."""
    return f"{_encoded({'alg': 'none', 'kid': 'one'})}.{token.split('.')[1]}."


def signed_with_the_public_key(provider: HostileProvider) -> Callable[[str], str]:
    """HS256 with the published RSA key as secret: what a verifier that believes the header would accept."""

    def made(token: str) -> str:
        # By hand: no library signs with such a key any more.
        signed = f"{_encoded({'alg': 'HS256', 'kid': 'one'})}.{token.split('.')[1]}"
        digest = hmac.new(provider.key.as_pem(private=False), signed.encode(), "sha256").digest()
        return f"{signed}.{urlsafe_b64encode(digest).decode().rstrip('=')}"

    return made


def signed_with(key: RSAKey, header: dict[str, Any]) -> Callable[[str], str]:
    return lambda token: jwt.encode(header, _claims(token), key, algorithms=["RS256", "RS384", "PS256", "RS512"])


def _claims(token: str) -> dict[str, Any]:
    body = token.split(".")[1]
    claims: dict[str, Any] = json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return claims


def _encoded(value: object) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _without_none(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


def _handler(provider: HostileProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            provider.asked.append(parts.path)
            query = {key: values[0] for key, values in parse_qs(parts.query).items()}
            if parts.path == "/auth":
                self._answer(303, {}, {"Location": provider.authorized(query)})
                return
            told: dict[str, Callable[[], dict[str, Any]]] = {
                "/.well-known/openid-configuration": provider.document,
                "/jwks": provider.key_set,
                "/me": lambda: {"sub": "subject-1"} | provider.behaviour.userinfo,
            }
            self._behave(told[parts.path]() if parts.path in told else {})

        def do_POST(self) -> None:
            provider.asked.append(urlsplit(self.path).path)
            body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
            form = {key: values[0] for key, values in parse_qs(body).items()}
            provider.forms.append(form)
            self._behave(provider.token_answer(form))

        def _behave(self, told: dict[str, Any]) -> None:
            behaviour = provider.behaviour
            time.sleep(behaviour.slow_s)
            if behaviour.redirect:
                self._answer(302, {}, {"Location": behaviour.redirect})
            else:
                self._answer(behaviour.status, told, {})

        def _answer(self, status: int, told: dict[str, Any], headers: dict[str, str]) -> None:
            body = provider.behaviour.body if provider.behaviour.body is not None else json.dumps(told).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    return Handler
