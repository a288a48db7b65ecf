"""Speaks HTTP to Vault or OpenBao: token or AppRole, timeouts, an own CA, and what its errors mean.

https://developer.hashicorp.com/vault/api-docs/secret/transit, https://openbao.org/api-docs/secret/transit
"""

import ssl
import threading
from pathlib import Path
from typing import Any

import httpx

from mcm.errors import InvalidInput
from mcm.kit import hushed
from mcm.settings import Settings
from mcm.vault.errors import VaultError

_TIMEOUT = httpx.Timeout(10.0, connect=5.0)


class Refused(VaultError):
    """The server took the request as wrong (400)."""


class TransitClient:
    """One for each process. A refused token is read, or asked for, once more: it may have been renewed meanwhile."""

    def __init__(
        self,
        url: str,
        *,
        token_file: Path | None = None,
        role_id: str = "",
        secret_id_file: Path | None = None,
        ca_file: Path | None = None,
        namespace: str = "",
    ) -> None:
        self.url = url.rstrip("/")
        self._token_file, self._role_id, self._secret_id_file = token_file, role_id, secret_id_file
        self._ca_file, self._namespace = ca_file, namespace
        self._lock = threading.Lock()
        self._token = ""
        self._http: httpx.Client | None = None

    @classmethod
    def from_settings(cls, settings: Settings) -> "TransitClient":
        """Raises InvalidInput when the settings do not say how to reach the server or to sign in there."""
        parsed = httpx.URL(settings.transit_url)
        loopback = parsed.host in ("127.0.0.1", "::1", "localhost")
        if not parsed.host or parsed.userinfo or not (parsed.scheme == "https" or loopback):
            raise InvalidInput(
                "MCM_TRANSIT_URL is not an https URL", next_step="write it as https://vault.example:8200"
            )
        if bool(settings.transit_token_file) == bool(settings.transit_role_id):
            raise InvalidInput(
                "mcm does not know how to sign in to the key server",
                next_step="set MCM_TRANSIT_TOKEN_FILE, or MCM_TRANSIT_ROLE_ID with MCM_TRANSIT_SECRET_ID_FILE",
            )
        if settings.transit_role_id and not settings.transit_secret_id_file:
            raise InvalidInput(
                "MCM_TRANSIT_ROLE_ID is set without a secret id", next_step="set MCM_TRANSIT_SECRET_ID_FILE"
            )
        return cls(
            settings.transit_url,
            token_file=settings.transit_token_file,
            role_id=settings.transit_role_id,
            secret_id_file=settings.transit_secret_id_file,
            ca_file=settings.transit_ca_file,
            namespace=settings.transit_namespace,
        )

    def post(self, path: str, body: dict[str, str]) -> dict[str, Any]:
        """The answer's `data`. Raises VaultError with what to do; Refused for 400."""
        token = self._token or self._sign_in("")
        answer = self._send(path, body, token)
        if answer.status_code == 403:
            answer = self._send(path, body, self._sign_in(token))
        return self._data(answer, path)

    def _sign_in(self, former: str) -> str:
        """former: the token that was refused; another thread may have replaced it already."""
        with self._lock:
            if self._token and self._token != former:
                return self._token
            if self._token_file is not None:
                token = _read(self._token_file, "MCM_TRANSIT_TOKEN_FILE")
            else:
                assert self._secret_id_file is not None
                secret_id = _read(self._secret_id_file, "MCM_TRANSIT_SECRET_ID_FILE")
                answer = self._send("auth/approle/login", {"role_id": self._role_id, "secret_id": secret_id}, "")
                if answer.status_code == 400:
                    raise VaultError(
                        f"the key server {self.url} refused the AppRole", next_step="renew its role id and secret id"
                    )
                token = str(self._body(answer, "auth/approle/login").get("auth", {}).get("client_token", ""))
            hushed.remember(token)
            self._token = token
            return token

    def _send(self, path: str, body: dict[str, str], token: str) -> httpx.Response:
        headers = {"X-Vault-Request": "true"}
        if token:
            headers["X-Vault-Token"] = token
        if self._namespace:
            headers["X-Vault-Namespace"] = self._namespace
        try:
            return self._client().post(f"{self.url}/v1/{path}", json=body, headers=headers)
        except httpx.TransportError as error:
            raise VaultError(
                f"the key server {self.url} does not answer: {error or type(error).__name__}",
                next_step="check MCM_TRANSIT_URL, the network and MCM_TRANSIT_CA_FILE; what was opened stays open",
            ) from error

    def _client(self) -> httpx.Client:
        if self._http is None:
            try:
                trusted = ssl.create_default_context(cafile=str(self._ca_file) if self._ca_file else None)
            except OSError as error:
                raise VaultError(f"MCM_TRANSIT_CA_FILE {self._ca_file} cannot be read: {error}") from error
            # Neither a redirect nor a proxy of the environment may see a data key.
            self._http = httpx.Client(verify=trusted, timeout=_TIMEOUT, trust_env=False, follow_redirects=False)
        return self._http

    def _data(self, answer: httpx.Response, path: str) -> dict[str, Any]:
        if answer.status_code == 204:
            return {}
        found = self._body(answer, path).get("data")
        return found if isinstance(found, dict) else {}

    def _body(self, answer: httpx.Response, path: str) -> dict[str, Any]:
        if answer.status_code in (200, 204):
            try:
                body = answer.json() if answer.content else {}
            except ValueError:
                body = None
            if isinstance(body, dict):
                return body
            raise VaultError(f"{self.url} does not answer as a key server does", next_step="check MCM_TRANSIT_URL")
        if answer.status_code == 400:
            raise Refused(f"the key server {self.url} refused {path}", next_step="see the key server's log")
        said, next_step = {
            403: ("refuses mcm's token", f"let its policy update {path}, and renew the token or the AppRole"),
            404: (f"knows no {path}", "enable the transit engine there, and check MCM_TRANSIT_MOUNT and _KEY"),
            429: ("is on standby or asks to slow down", "try again, or name the active server"),
            503: ("is sealed or in maintenance", "unseal it; what was opened before stays open"),
        }.get(answer.status_code, (f"answered {answer.status_code}", "see the key server's log"))
        raise VaultError(f"the key server {self.url} {said}", next_step=next_step)


def _read(file: Path, setting: str) -> str:
    try:
        text = file.expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise VaultError(f"{setting} {file} cannot be read: {error}") from error
    if not text:
        raise VaultError(f"{setting} {file} is empty")
    hushed.remember(text)
    return text
