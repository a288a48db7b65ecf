"""Starts oidc-provider, a certified OpenID provider, from its locked npm packages.

It is the real thing: discovery, key set, code flow with PKCE, userinfo and logout. Only its login page is simple: who
enters a name is that person.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from joserfc.jwk import ECKey, OKPKey, RSAKey

from tests.harness.oidc.install import program
from tests.harness.ports import free_port
from tests.harness.processes import Process

__all__ = ["OpenIdProvider", "start"]

# One client for each way of signing; any port of this machine may be in the redirect URI (RFC 8252, 7.3).
ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA", "HS256")


@dataclass
class OpenIdProvider:
    """secret: of every client. people: claims by login name."""

    port: int
    secret: str = field(repr=False)
    people: Mapping[str, Mapping[str, Any]]
    callback_path: str
    _process: Process | None = field(default=None, repr=False)

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client_id(self, algorithm: str = "RS256") -> str:
        return f"mcm-{algorithm.lower()}"

    def rotate(self) -> None:
        """The same provider with other keys; it forgets who was signed in."""
        self.stop()
        self.run()

    def run(self) -> None:
        process = Process("oidc")
        settings = process.folder / "settings.json"
        settings.touch(mode=0o600)
        settings.write_text(json.dumps(self._settings()))
        try:
            process.start([*program(process.folder), str(settings)])
            process.wait_for_line(r"^listening http")
        except BaseException:
            process.stop()
            raise
        self._process = process

    def stop(self) -> None:
        if self._process is not None:
            self._process.stop()
            self._process = None

    def log(self) -> str:
        return self._process.log_path.read_text(errors="replace") if self._process else ""

    def _settings(self) -> dict[str, Any]:
        clients = [
            {
                "client_id": self.client_id(algorithm),
                "client_secret": self.secret,
                "application_type": "native",
                "redirect_uris": [f"http://127.0.0.1{self.callback_path}"],
                "post_logout_redirect_uris": ["http://127.0.0.1/"],
                "id_token_signed_response_alg": algorithm,
                "token_endpoint_auth_method": "client_secret_basic",
            }
            for algorithm in ALGORITHMS
        ]
        keys: list[RSAKey | ECKey | OKPKey] = [
            RSAKey.generate_key(2048),
            ECKey.generate_key("P-256"),
            OKPKey.generate_key("Ed25519"),
        ]
        return {
            "port": self.port,
            "clients": clients,
            "keys": [key.as_dict(private=True, kid=secrets.token_hex(8), use="sig") for key in keys],
            "cookie_key": secrets.token_hex(16),
            "people": {name: dict(claims) for name, claims in self.people.items()},
        }


def start(people: Mapping[str, Mapping[str, Any]], callback_path: str) -> OpenIdProvider:
    """Raises HarnessUnavailable when Node.js or its packages cannot be had."""
    # Characters that must be encoded in an Authorization header.
    secret = "s%+:&=/" + secrets.token_urlsafe(24)
    made = OpenIdProvider(free_port(), secret, people, callback_path)
    made.run()
    return made
