"""Asks a server over HTTP for what its pages are to show: a command for each would cost more than what it asks for."""

import itertools
import json
import time
from collections.abc import Callable
from typing import Any

import httpx

from tests.acceptance.shell import Serving, Shell

_LONGEST_S = 240


class Asking:
    """As whoever owns the data directory, so that it goes on when everybody has to sign in."""

    def __init__(self, shell: Shell, server: Serving) -> None:
        token = json.loads((shell.directory / "server.json").read_text())["token"]
        self._client = httpx.Client(
            base_url=f"{server.url}/api/v1", headers={"Authorization": f"Bearer {token}"}, trust_env=False, timeout=60
        )
        self._keys = itertools.count()

    def __call__(self, method: str, path: str, body: object = None) -> Any:
        """The answer's JSON. Raises HTTPStatusError for a refusal."""
        key = {"Idempotency-Key": f"asking-{next(self._keys)}-{time.time_ns()}"}
        answer = self._client.request(method, path, json=body, headers=key)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def connect(self, name: str, **config: object) -> None:
        """A simulated cloud of its own, unless `cloud_id` says otherwise."""
        told = {"cloud_id": name} | {key: str(value) for key, value in config.items()}
        self("POST", "/accounts", {"name": name, "provider": "simulated", "ownership": "private", "config": told})

    def sync(self, *accounts: str, outcome: str = "complete") -> None:
        asked = self("POST", "/sync/requests", {"accounts": list(accounts)})
        done = self.until(f"/sync/requests/{asked['id']}", lambda request: request["outcome"] != "running")
        assert done["outcome"] == outcome, done

    def resources(self, wanted: str, limit: int = 100) -> list[dict[str, Any]]:
        params = httpx.QueryParams({"filter": wanted, "limit": limit})
        found: list[dict[str, Any]] = self("GET", f"/resources?{params}")["items"]
        return found

    def act(self, action: str, *resources: str, status: str = "succeeded") -> None:
        """Asks for all of them before it waits for the first."""
        asked = [self("POST", "/operations", {"action": action, "resource": each, "params": {}}) for each in resources]
        for one in asked:
            done = self.until(f"/operations/{one['id']}", lambda operation: operation["finished_at"] is not None)
            assert done["status"] == status, done

    def people(self, roles: dict[str, list[str]], password: str) -> None:
        """Users who need not choose another password. The first one has to be somebody who can let others in."""
        for name, held in roles.items():
            self("POST", "/users", {"name": name, "password": password, "roles": held, "must_change": False})

    def until(self, path: str, done: Callable[[Any], bool]) -> Any:
        """The first answer that is so."""
        end = time.monotonic() + _LONGEST_S
        while not done(found := self("GET", path)):
            assert time.monotonic() < end, f"{path} does not end: {found}"
            time.sleep(0.1)
        return found
