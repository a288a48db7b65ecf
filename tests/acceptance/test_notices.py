"""Notices as their user sets them up: an operation that fails arrives, signed, at a receiver on this machine."""

import signal
from collections.abc import Iterator
from typing import Any

import pytest

from tests.acceptance.conftest import ALONE, SIMULATED
from tests.acceptance.shell import Shell, end
from tests.rooms.notices.receiver import SECRET, Receiver, wait_for

OTHER = "whsec_kanari7BBBBBBBBBBBBBBBBBBBBBBBBB"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.stop()


def _delivered(shell: Shell) -> list[dict[str, object]]:
    return [one for one in shell.json("notice", "deliveries", "ops") if one["status"] == "delivered"]


def _failing(shell: Shell, receiver: Receiver) -> dict[str, Any]:
    """Has an operation fail that a target is told of; returns its instance."""
    config = ("--config", "instances=4", "--config", "regions=1", "--config", "faults=act:instance.stop=denied")
    shell.run("account", "add", "lab", *SIMULATED, *config)
    shell.run("sync", "lab", "--wait")
    shell.run("notice", "add", "ops", "--url", receiver.url, "--secret", "env:HOOK", HOOK=SECRET)
    found: dict[str, Any] = shell.json("instance", "list", "--filter", 'state = "running"')[0]
    shell.run("instance", "stop", found["id"], "--wait", "--yes", expect=1)
    return found


def test_an_operation_that_fails_arrives_signed(shell: Shell, receiver: Receiver) -> None:
    with shell.serving(**ALONE):
        instance = _failing(shell, receiver)
        wait_for(lambda: receiver.taken)
        told = receiver.taken[0].told
        assert told["type"] == "operation.failed"
        assert receiver.taken[0].signed_with(SECRET)
        assert told["data"]["facts"]["name"] == instance["name"]
        assert shell.json("operation", "show", told["data"]["subject"]["id"])["status"] == "failed"
        wait_for(lambda: _delivered(shell))
        (sent,) = _delivered(shell)
        assert (sent["id"], sent["kind"], sent["answer"]) == (receiver.taken[0].ident, "operation.failed", 204)


def test_changed_refused_and_removed(shell: Shell, receiver: Receiver) -> None:
    receiver.statuses = [503, 204]
    with shell.serving(**ALONE):
        shell.run("notice", "add", "ops", "--url", receiver.url, "--secret", "env:HOOK", HOOK=SECRET)
        failed = shell.run("notice", "test", "ops", expect=1)
        assert "it answers 503" in failed.stderr
        shell.run("notice", "update", "ops", "--secret", "env:HOOK", "--kind", "account.failing", HOOK=OTHER)
        shell.run("notice", "test", "ops")
        assert receiver.taken[1].signed_with(OTHER)
        (listed,) = shell.json("notice", "list")
        assert (listed["name"], listed["kinds"], listed["version"]) == ("ops", ["account.failing"], 2)
        for words, code, said in (
            (("add", "more", "--url", "https://a.example/x"), 1, "secret"),
            (("add", "more", "--url", "https://169.254.169.254/", "--secret", "env:HOOK"), 1, "never allowed"),
            (("add", "more", "--address", "no mailbox"), 2, "one plain mailbox"),
            (("add", "more"), 2, "--url"),
        ):
            assert said in shell.run("notice", *words, expect=code, HOOK=SECRET).stderr
        assert "would be removed" in shell.run("notice", "remove", "ops", "--dry-run").stdout
        shell.run("notice", "remove", "ops", "--yes")
        assert "mcm notice list" in shell.run("notice", "test", "ops", expect=1).stderr


def test_killed_with_a_notice_that_waits_it_comes_after_the_restart(shell: Shell, receiver: Receiver) -> None:
    receiver.statuses = [500, 204]
    with shell.serving(**ALONE) as serving:
        _failing(shell, receiver)
        wait_for(lambda: receiver.taken)
        end(serving.process, signal.SIGKILL)
    with shell.serving(**ALONE):
        # Its lease may have to run out first.
        wait_for(lambda: len(receiver.taken) == 2, 240)
    assert len(set(receiver.ids)) == 1
    assert all(one.signed_with(SECRET) for one in receiver.taken)
