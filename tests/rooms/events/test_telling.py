"""Everything that happens is told once, to whom it belongs, with what it needs to be understood."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from mcm.accounts import service as accounts
from mcm.auth.service import Caller
from mcm.events import kinds
from mcm.kit import clock
from mcm.models import Event, Operation
from mcm.operations import deciding, service
from mcm.sync import identity
from mcm.sync import service as sync
from tests import prepared
from tests.lab import CALLER, Lab
from tests.rooms.events.following import rows
from tests.rooms.operations.acting import Acts

PATIENCE_S = 30.0
TROUBLE = (kinds.ACCOUNT_FAILING, kinds.ACCOUNT_RECOVERED, kinds.SCOPE_FAILING, kinds.SCOPE_RECOVERED)


@pytest.fixture
def acts(database_url: str, tmp_path: Path) -> Iterator[Acts]:
    lab = prepared.lab(database_url, tmp_path, "events", _read)
    yield Acts(lab)
    lab.close()


def _read(lab: Lab) -> None:
    lab.account(action_ms="0", regions=1)
    lab.sync(kinds=("instance", "volume"))


def _of(lab: Lab, subject: str) -> list[Event]:
    return [row for row in rows(lab) if row.subject_id == subject]


def _decide(acts: Acts, operation: str, change: Any, *words: str) -> None:
    with acts.lab.runtime.database.writing() as session:
        change(session, CALLER, service.get(session, operation), *words)


def _retry(acts: Acts, session: Session, caller: Caller, row: Operation) -> None:
    deciding.retry(session, acts.lab.runtime.registry, caller, row)


def _once_each(acts: Acts, operation: str) -> list[str]:
    """Its statuses as told; every version of it must have been told once."""
    told = _of(acts.lab, operation)
    assert [row.data["version"] for row in told] == list(range(1, acts.row(operation).version + 1))
    return [row.data["status"] for row in told]


def test_an_operation_from_its_request_to_its_end(acts: Acts) -> None:
    row = acts.one(task_state=None)
    before = rows(acts.lab)[-1].id
    ended = acts.run(acts.ask("instance.stop", row))
    statuses = _once_each(acts, ended.id)
    assert (statuses[0], statuses[-1], statuses.count("succeeded")) == ("queued", "succeeded", 1)
    first = _of(acts.lab, ended.id)[0]
    assert (first.kind, first.subject_kind) == (kinds.OPERATION_CHANGED, "operation")
    assert (first.tenant_id, first.account_id, first.project) == (row.tenant_id, row.account_id, row.project)
    assert (first.data["action"], first.data["account"], first.data["name"]) == ("instance.stop", "lab", row.name)
    assert first.data["resource"] == row.id
    # What was seen of the machine on the way is in the inventory, and told.
    assert [row.data["kind"] for row in rows(acts.lab, kinds.INVENTORY_CHANGED, after=before)] == ["instance"]


def test_an_operation_that_is_cancelled(acts: Acts) -> None:
    operation = acts.ask("instance.stop", acts.one(task_state=None))
    _decide(acts, operation, deciding.cancel)
    acts.run(operation)
    assert _once_each(acts, operation) == ["queued", "queued", "cancelled"]


def test_an_operation_that_fails_and_is_asked_for_again(acts: Acts) -> None:
    acts.arm("act:instance.stop=denied")
    operation = acts.ask("instance.stop", acts.one(task_state=None))
    assert acts.run(operation).status == "failed"
    told = _of(acts.lab, operation)[-1]
    assert told.data["error_code"] == acts.row(operation).error_code
    acts.disarm()
    _decide(acts, operation, partial(_retry, acts))
    acts.run(operation)
    statuses = _once_each(acts, operation)
    assert (statuses[0], statuses.count("failed"), statuses[-1]) == ("queued", 1, "succeeded")
    assert statuses[statuses.index("failed") + 1] == "queued"


def test_a_read_that_changes_something_is_one_event_and_another_is_none(acts: Acts) -> None:
    lab = acts.lab
    told = rows(lab, kinds.INVENTORY_CHANGED)
    assert sorted(row.data["kind"] for row in told) == ["instance", "region", "volume"]
    (instances,) = (row for row in told if row.data["kind"] == "instance")
    assert instances.data["added"] == len(lab.resources("instance"))
    assert (instances.data["account"], instances.data["region"]) == ("lab", acts.region)
    assert "changed" not in instances.data
    last = rows(lab)[-1].id
    lab.sync(kinds=("instance", "volume"))
    assert rows(lab, after=last) == []
    first, second, *_ = lab.resources("instance")
    lab.world().change(first.native_id, name="changed")
    lab.world().remove(second.native_id)
    lab.run("instance")
    changed, gone = rows(lab, after=last)
    assert {name: changed.data.get(name) for name in ("changed", "missing", "gone", "added")} == {
        "changed": 1, "missing": 1, "gone": None, "added": None,
    }  # fmt: skip
    assert gone.data["gone"] == 1


def test_too_much_that_disappears_is_told_once_and_so_is_the_decision(acts: Acts) -> None:
    lab = acts.lab
    last = rows(lab)[-1].id
    for row in lab.resources("instance"):
        lab.world().remove(row.native_id)
    for _ in range(3):
        assert lab.run("instance").outcome == "quarantined"
    (held,) = rows(lab, after=last)
    assert (held.kind, held.data["status"]) == (kinds.SCOPE_QUARANTINED, "quarantined")
    assert (held.subject_kind, held.subject_id) == ("scope", str(lab.scope("instance").id))
    with lab.runtime.database.writing() as session:
        sync.decide_quarantine(session, CALLER, lab.scope("instance").id, accept=True)
    missing, recovered = rows(lab, after=held.id)
    assert (missing.kind, missing.data["missing"]) == (kinds.INVENTORY_CHANGED, 40)
    assert (recovered.kind, recovered.data["status"]) == (kinds.SCOPE_RECOVERED, "ok")
    run = lab.run("instance")
    assert run.gone == 40
    last = rows(lab)[-1].id
    with lab.runtime.database.writing() as session:
        sync.undo(session, CALLER, run.id, lab.runtime.settings)
    again, back = rows(lab, after=last)
    assert (again.kind, back.kind, back.data["returned"]) == (kinds.SCOPE_QUARANTINED, kinds.INVENTORY_CHANGED, 40)


def test_a_scope_that_fails_and_recovers(acts: Acts) -> None:
    lab = acts.lab
    last = rows(lab)[-1].id
    acts.arm("kind:volume=unreachable")
    for _ in range(3):
        assert lab.run("volume").outcome == "failed"
    acts.disarm()
    for _ in range(2):
        assert lab.run("volume").outcome == "complete"
    failing, recovered = rows(lab, after=last)
    assert (failing.kind, failing.data["error_code"]) == (kinds.SCOPE_FAILING, "unreachable")
    assert (failing.data["kind"], failing.data["region"], failing.data["account"]) == ("volume", acts.region, "lab")
    assert (recovered.kind, recovered.data["status"]) == (kinds.SCOPE_RECOVERED, "ok")
    assert "error_code" not in recovered.data


def test_an_account_that_fails_and_recovers(acts: Acts) -> None:
    lab = acts.lab
    last = rows(lab)[-1].id
    acts.arm("expired")
    for kind in ("instance", "volume"):
        assert lab.run(kind).outcome == "failed"
    acts.disarm()
    for kind in ("instance", "volume"):
        assert lab.run(kind).outcome == "complete"
    told = rows(lab, *TROUBLE, after=last)
    assert sorted(row.kind for row in told) == sorted([
        kinds.ACCOUNT_FAILING, kinds.ACCOUNT_RECOVERED, *[kinds.SCOPE_FAILING] * 2, *[kinds.SCOPE_RECOVERED] * 2,
    ])  # fmt: skip
    (failing,) = (row for row in told if row.kind == kinds.ACCOUNT_FAILING)
    assert (failing.data["account"], failing.data["status"]) == ("lab", "failing")
    assert failing.data["error_code"]
    assert (failing.subject_kind, failing.subject_id) == ("account", failing.account_id)


def test_an_account_that_was_paused_while_it_failed_recovers_too(acts: Acts) -> None:
    lab = acts.lab
    acts.arm("expired")
    lab.run("instance")
    acts.disarm()
    with lab.runtime.database.writing() as session:
        accounts.pause(session, CALLER, accounts.get(session, "lab"))
    with lab.runtime.database.writing() as session:
        accounts.resume(session, CALLER, accounts.get(session, "lab"))
    lab.run("instance")
    told = [row.kind for row in rows(lab, kinds.ACCOUNT_FAILING, kinds.ACCOUNT_RECOVERED)]
    assert told == [kinds.ACCOUNT_FAILING, kinds.ACCOUNT_RECOVERED]
    with lab.runtime.database.reading() as session:
        assert accounts.get(session, "lab").failing_since is None


@pytest.mark.only_on("postgresql", why="SQLite has one writer")
def test_reads_that_fail_at_the_same_time_tell_it_once(acts: Acts) -> None:
    lab = acts.lab
    looked = threading.Barrier(4)

    def fail(_: int) -> None:
        with lab.runtime.database.writing() as session:
            account = accounts.get(session, "lab")
            looked.wait(PATIENCE_S)
            identity.note_failure(account, "authentication_failed", "the cloud refused the credentials", clock.now())

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(fail, range(4)))
    assert len(rows(lab, kinds.ACCOUNT_FAILING)) == 1


def test_an_account_that_is_removed_takes_its_resources_along(acts: Acts) -> None:
    lab = acts.lab
    last = rows(lab)[-1].id
    known = lab.count("resource", "presence <> 'gone'")
    with lab.runtime.database.writing() as session:
        accounts.remove(session, CALLER, accounts.get(session, "lab"))
    (told,) = rows(lab, after=last)
    assert (told.kind, told.data) == (kinds.INVENTORY_CHANGED, {"account": "lab", "gone": known})
