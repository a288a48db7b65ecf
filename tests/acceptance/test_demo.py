"""The demonstration tells its story through the API, and leaves nothing behind, however it is told to end."""

import json
import signal
import time
import urllib.request
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.demonstration import demonstrating, starting
from tests.acceptance.shell import children, runs

pytestmark = pytest.mark.timeout(300)


def _get(url: str, path: str) -> Any:
    with urllib.request.urlopen(f"{url}/api/v1{path}") as answer:
        return json.load(answer)


def _post(url: str, path: str, body: dict[str, Any]) -> Any:
    headers = {"Content-Type": "application/json", "Idempotency-Key": f"demo{path}"}
    with urllib.request.urlopen(
        urllib.request.Request(f"{url}/api/v1{path}", json.dumps(body).encode(), headers)
    ) as it:
        return json.load(it)


def test_it_tells_its_story(tmp_path: Path) -> None:
    with demonstrating(tmp_path) as demo:
        _four_clouds_and_one_is_stale(demo.url)
        _one_machine_was_stopped(demo.url)
        _a_plan_waits_for_whoever_looks(demo.url)
        _half_a_year_was_billed(demo.url)
        session = _get(demo.url, "/auth/session")
        # Nobody has to sign in, although somebody did while it was made.
        assert (session["user"], session["login_required"], session["demonstration"]) == ("local", False, True)
        assert _get(demo.url, "/users")["items"] == []
        for told in ("stale: account shanghai-vmware", "waiting for approval: instance.delete", "stopped just now: "):
            assert told in demo.errors
        pids = [demo.process.pid, *children(demo.process.pid)]
        # The worker, and the emulator.
        assert len(pids) >= 3
        # From the keyboard.
        demo.process.send_signal(signal.SIGINT)
        demo.process.wait(60)
    assert demo.process.returncode == 0
    assert not [pid for pid in pids if runs(pid)]
    assert not list((tmp_path / "tmp").iterdir())


def _four_clouds_and_one_is_stale(url: str) -> None:
    accounts = _get(url, "/accounts")["items"]
    assert {(each["name"], each["ownership"], each["status"]) for each in accounts} == {
        ("aws-emulated", "public", "ok"),
        ("beijing-dc", "private", "ok"),
        ("public-east", "public", "ok"),
        ("shanghai-vmware", "private", "failing"),
    }
    machines = {each["value"]: each["count"] for each in _facet(url, "account")}
    assert machines == {"beijing-dc": 300, "public-east": 240, "shanghai-vmware": 180, "aws-emulated": 41}
    found = _get(url, "/instances?limit=1&filter=account%20%3D%20%22shanghai-vmware%22")
    assert found["items"][0]["presence"] == "unreachable"
    assert not found["freshness"]["complete"]


def _facet(url: str, field: str) -> Any:
    return _get(url, f"/resources/facets?fields={field}&filter=kind%20%3D%20%22instance%22")["facets"][field]["values"]


def _one_machine_was_stopped(url: str) -> None:
    newest = _get(url, "/resources?limit=1&order_by=last_changed%20desc")["items"][0]
    assert (newest["account"], newest["kind"], newest["state"]) == ("beijing-dc", "instance", "stopped")
    operation = _get(url, f"/operations?resource={newest['id']}")["items"][0]
    assert (operation["action"], operation["status"]) == ("instance.stop", "succeeded")
    states = [each["state"] for each in _get(url, f"/resources/{newest['id']}/history")["items"]]
    assert states == ["stopped", "running"]


def _a_plan_waits_for_whoever_looks(url: str) -> None:
    plans = _get(url, "/plans")["items"]
    assert [(each["status"], each["requested_by"]) for each in plans] == [("awaiting_approval", "zhang.wei")]
    assert plans[0]["counts"]["target"] > 2
    approved = _post(url, f"/plans/{plans[0]['id']}/approve", {"hash": plans[0]["hash"]})
    assert (approved["status"], approved["decided_by"]) == ("approved", "local")


def _half_a_year_was_billed(url: str) -> None:
    (taken,) = _get(url, "/charge-imports")["items"]
    assert (taken["account"], taken["focus"], len(taken["months"])) == ("public-east", "1.0", 6)
    assert (taken["errors"], taken["warnings"]) == (0, 0)
    report = _get(url, f"/cost-reports?month={taken['months'][0]}")
    assert Decimal(report["totals"][0]["amount"]) > 1000
    assert [each["name"] for each in _get(url, "/budgets")["items"]] == ["public-east"]


@pytest.mark.soak
def test_interrupted_and_tiny(tmp_path: Path) -> None:
    """Too small for the whole story, and ended from the keyboard."""
    with demonstrating(tmp_path, "--instances", "1") as demo:
        assert _get(demo.url, "/accounts/shanghai-vmware")["status"] == "failing"
        pids = children(demo.process.pid)
        demo.process.send_signal(signal.SIGINT)
        demo.process.wait(60)
    assert demo.process.returncode == 0
    assert not [pid for pid in pids if runs(pid)]
    assert not list((tmp_path / "tmp").iterdir())


@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.soak)])
def test_ended_before_it_is_ready(tmp_path: Path, number: signal.Signals) -> None:
    with starting(tmp_path) as demo:
        while "connected beijing-dc" not in demo.errors:
            assert demo.process.poll() is None, demo.errors
            time.sleep(0.05)
        pids = children(demo.process.pid)
        demo.process.send_signal(number)
        demo.process.wait(60)
    assert demo.process.returncode == 0
    assert not [pid for pid in pids if runs(pid)]
    assert not list((tmp_path / "tmp").iterdir())
