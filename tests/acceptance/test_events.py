"""`mcm events`: what happened as a listing, and what happens as lines, from a server and without one."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mcm.events.kinds import PERMISSIONS
from tests.acceptance.conftest import ALONE, SIMULATED
from tests.acceptance.forking import Forked
from tests.acceptance.shell import Shell, end

_SMALL = ("--config", "instances=3", "--config", "regions=1", "--config", "cloud_id=small")


def _add(shell: Shell, name: str) -> None:
    shell.run("account", "add", name, *SIMULATED, *_SMALL)


@contextmanager
def _following(shell: Shell, *words: str) -> Iterator[Forked]:
    process = shell.start("events", "--follow", *words)
    try:
        yield process
    finally:
        end(process)


def _next(process: Forked, **wanted: Any) -> dict[str, Any]:
    """The next line about this; an end of the output fails the test."""
    assert process.stdout is not None
    for line in process.stdout:
        event: dict[str, Any] = json.loads(line)
        if wanted.items() <= (event["data"] | event).items():
            return event
    raise AssertionError(process.stderr.read() if process.stderr else "")


def test_what_happened_is_a_listing(shell: Shell) -> None:
    assert shell.json("events") == []
    _add(shell, "small")
    shell.run("sync", "--wait")
    found = shell.json("events")
    ids = [event["id"] for event in found]
    assert ids == sorted(set(ids))
    assert {event["kind"] for event in found} == {"inventory.changed"}
    assert all(event.keys() == {"id", "at", "kind", "account_id", "subject", "data"} for event in found)
    assert shell.json("events", "--after", str(ids[-2])) == found[-1:]
    assert shell.json("events", "--kind", "plan.changed", "--kind", "operation.changed") == []
    assert shell.run("events", "-o", "name").stdout.split() == [str(ident) for ident in ids]
    head, first, *_ = shell.run("events").stdout.splitlines()
    assert head.split()[:2] == ["ID", "KIND"]
    assert "account=small" in first
    assert shell.run("events", "-o", "csv", "-c", "id,data.account").stdout.splitlines()[1] == f"{ids[0]},small"


def test_what_is_asked_wrongly(shell: Shell) -> None:
    said = shell.run("events", "--kind", "no.such", expect=2).stderr
    assert all(kind in said for kind in PERMISSIONS)
    assert "table, wide, json" in shell.run("events", "--follow", "-o", "csv", expect=2).stderr


def test_following_a_server(shell: Shell) -> None:
    with shell.serving(**ALONE) as serving:
        with _following(shell, "-o", "json", "--kind", "inventory.changed", "--after", "0") as process:
            _add(shell, "small")
            first = _next(process, account="small", kind="inventory.changed")
            assert first["data"]["added"] > 0
            seen = _next(process, account="small")
            assert seen["id"] > first["id"]
        assert shell.json("events", "--after", str(first["id"]), "--kind", "inventory.changed")[0] == seen
        # One that went away is no trouble.
        assert serving.process.poll() is None


def test_a_server_ends_although_somebody_follows(shell: Shell) -> None:
    with shell.serving(**ALONE) as serving:
        process = shell.start("events", "--follow", "-o", "json", "--after", "0", MCM_SERVER=serving.url)
        _add(shell, "small")
        _next(process, account="small")
        end(serving.process)
        assert process.stderr is not None
        said = [process.stderr.readline(), process.stderr.readline()]
        assert "the stream ended: the server is ending" in said[0]
        assert "does not answer" in said[1]
        assert "trying again" in said[1]
        assert process.poll() is None
        end(process)


def test_following_without_a_server(shell: Shell) -> None:
    _add(shell, "small")
    shell.run("sync", "--wait")
    before = shell.json("events")[-1]["id"]
    with _following(shell, "-o", "json", "--after", str(before - 1)) as process:
        assert _next(process)["id"] == before
        shell.run("account", "remove", "small", "--yes")
        told = _next(process)
        assert (told["id"], told["kind"], told["data"]["account"]) == (before + 1, "inventory.changed", "small")
        assert told["data"]["gone"] > 0
