"""The first start of a real process behind a proxy that ends TLS."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.rooms.identity.people import PASSWORD

_HEADERS = {
    "Host": "mcm.example.org",
    "Origin": "https://mcm.example.org",
    "X-Forwarded-For": "198.51.100.9, 203.0.113.9",
}


@contextmanager
def _serving(folder: Path) -> Iterator[tuple[str, Path]]:
    """(URL, the file of its stderr)."""
    said = folder / "stderr"
    environment = os.environ | {
        "MCM_DATA_DIR": str(folder), "MCM_PUBLIC_URL": "https://mcm.example.org", "MCM_TRUSTED_PROXIES": "127.0.0.1",
        "MCM_DATABASE_URL": "", "MCM_LISTEN": "127.0.0.1:0",
    }  # fmt: skip
    with said.open("w") as errors:
        process = subprocess.Popen(
            [Path(sys.executable).with_name("mcm"), "serve"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().removeprefix("ready ").strip(), said
    finally:
        process.terminate()
        process.wait(30)
        if process.stdout is not None:
            process.stdout.close()


def _link(said: Path) -> list[str]:
    return re.findall(r"https://mcm\.example\.org/setup\?token=([\w-]{43})$", said.read_text(), re.MULTILINE)


def test_a_server_without_users_offers_one_link_and_asks_everybody_else_to_sign_in(tmp_path: Path) -> None:
    with _serving(tmp_path) as (url, said), httpx.Client(base_url=url, headers=_HEADERS, trust_env=False) as http:
        assert http.get("/api/v1/accounts").status_code == 401
        assert http.get("/healthz", headers={"Host": "attacker.example"}).status_code == 421
        (first,) = _link(said)
    with _serving(tmp_path) as (url, said), httpx.Client(base_url=url, headers=_HEADERS, trust_env=False) as http:
        (second,) = _link(said)
        assert second != first
        assert http.get("/setup", params={"token": first}).status_code == 403, "each start has its own"
        done = http.post("/setup", data={"token": second, "name": "root", "password": PASSWORD})
        assert done.status_code == 200, done.text
        cookie = done.headers["set-cookie"]
        assert cookie.startswith("__Host-mcm_session=")
        assert {"secure", "httponly", "path=/", "samesite=lax"} <= {part.strip().lower() for part in cookie.split(";")}
        assert "domain=" not in cookie.lower()
        (kept,) = re.findall(r"__Host-mcm_session=([\w-]+)", cookie)
        (mine,) = http.get("/api/v1/auth/sessions", headers={"Cookie": f"__Host-mcm_session={kept}"}).json()["items"]
        assert mine["source"] == "203.0.113.9"
        plain = http.get("/api/v1/auth/sessions", headers={"Cookie": f"mcm_session={kept}"})
        assert plain.status_code == 401, "a name that another host could plant is not looked at"
        assert not re.search(re.escape(PASSWORD), said.read_text())
    with _serving(tmp_path) as (_, said):
        assert _link(said) == []
