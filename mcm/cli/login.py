"""mcm login, logout and whoami."""

import sys
from typing import TYPE_CHECKING, Any

import typer

from mcm.cli.failures import FAILED, NEEDS_LOGIN, USAGE, Failure
from mcm.cli.output import Format, Output, note, print_one

if TYPE_CHECKING:
    from mcm.cli.client import Client

_LONGEST_HOURS = 90 * 24


def login(
    server: str | None = typer.Option(None, "--server", help="URL; default: MCM_SERVER, or the current context's."),
    name: str | None = typer.Option(None, "--name", help="What the context is called; default: the server's host."),
    hours: int = typer.Option(24 * 30, "--hours", min=12, max=_LONGEST_HOURS, help="How long the sign-in holds."),
    token_from: str | None = typer.Option(None, "--token-from", help="env:VAR, file:PATH or -: an API token instead."),
) -> None:
    """Sign in to a server: it shows a code here, and you say yes in your browser."""
    from mcm.cli import contexts
    from mcm.cli.client import at

    url = _server(server)
    token = _given_token(token_from) if token_from else ""
    if not token:
        with at(url, "") as client:
            if not _login_needed(client):
                note(f"{url} asks for no login: it is in local mode")
                return
            answer = _by_device(client, hours)
        token = answer["token"]
    with at(url, token) as client:
        who = client.get("/auth/session")
    context = contexts.Context(url, token, str(who["user"]), str(who.get("expires_at") or ""))
    chosen = name or contexts.name_of(url)
    contexts.put(chosen, context)
    note(f"signed in to {url} as {who['user']}; the context {chosen} is the current one")


def logout() -> None:
    """Sign out of the current context's server: its token ends, and the context is forgotten."""
    from mcm.cli import contexts
    from mcm.cli.client import at

    found = contexts.load()
    if not found.current:
        raise Failure("you are signed in nowhere", next_step="`mcm context list` shows contexts", exit_code=USAGE)
    one = found.all.pop(found.current)
    ended = True
    try:
        with at(one.server, one.token) as client:
            client.post("/auth/logout")
    except Failure as failure:
        if failure.exit_code != NEEDS_LOGIN:
            raise
        ended = False
    name, found.current = found.current, ""
    contexts.save(found)
    note(f"signed out of {one.server}" if ended else f"the token was dead already; the context {name} is forgotten")


def whoami(output: Format = Output) -> None:
    """Who you are to the server, and what you may do there."""
    from mcm.cli.client import connected

    with connected() as client:
        answer = client.get("/auth/session")
    answer.pop("csrf_token", None)
    print_one(answer, output, name_key="user")


def _server(given: str | None) -> str:
    import os

    from mcm.cli import contexts

    current = contexts.current()
    url = given or os.environ.get("MCM_SERVER", "") or (current.server if current else "")
    if not url:
        raise Failure(
            "there is no server to sign in to; commands on the local database need no login",
            next_step="mcm login --server https://mcm.example.org",
            exit_code=USAGE,
        )
    scheme, _, rest = url.partition("://")
    host = rest.partition("/")[0].rpartition("@")[2]
    name = host.partition("]")[0].strip("[") if host.startswith("[") else host.partition(":")[0]
    if scheme == "http" and name not in ("127.0.0.1", "localhost", "::1"):
        raise Failure(
            f"a token would cross the network to {host} in the clear", next_step="use https://", exit_code=USAGE
        )
    return url.rstrip("/")


def _given_token(source: str) -> str:
    from mcm.cli.secrets import read_secret

    return read_secret(source, "token", "--token-from").strip()


def _login_needed(client: "Client") -> bool:
    try:
        return bool(client.get("/auth/session")["login_required"])
    except Failure as failure:
        if failure.exit_code == NEEDS_LOGIN:
            return True
        raise


def _by_device(client: "Client", hours: int) -> Any:
    """Waits until somebody has answered. Raises Failure for a no, and when nobody answers in time."""
    import time
    from getpass import getuser
    from platform import node

    asked = client.post("/auth/device", {"client": f"{getuser()}@{node()}"[:100], "hours": hours})
    sys.stderr.write(
        f"Open {_plain(asked['verification_uri_complete'])}\nand compare the code: {_plain(asked['user_code'])}\n"
    )
    sys.stderr.flush()
    interval, until = float(asked["interval"]), time.monotonic() + float(asked["expires_in"])
    while time.monotonic() < until:
        time.sleep(interval)
        try:
            return client.post("/auth/device/token", {"device_code": asked["device_code"]})
        except Failure as failure:
            if failure.code == "device_slow_down":
                interval += 5
            elif failure.code != "device_pending":
                raise Failure(
                    failure.message, next_step=failure.next_step, code=failure.code, exit_code=FAILED
                ) from None
    raise Failure("nobody has answered in time", next_step="start `mcm login` again", code="device_expired")


def _plain(text: object) -> str:
    from mcm.cli.escaping import escaped

    return escaped(str(text))
