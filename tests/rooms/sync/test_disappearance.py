"""What was not fully observed is never deleted; what disappears is confirmed; too much waits for a person."""

import itertools
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from mcm.contract import Region, Resource, ResourceKind, Unreachable
from mcm.kit import clock
from mcm.models import Scope
from mcm.sync import service as sync
from mcm.sync.errors import NotQuarantined, UndoImpossible
from mcm_providers.simulated.adapter import SimulatedProvider
from tests.lab import CALLER, Lab


def _region(lab: Lab) -> str:
    return lab.resources()[0].region


def test_removed_instance_is_confirmed_gone_and_kept_as_tombstone(lab: Lab) -> None:
    lab.account()
    lab.sync(kinds=("instance",))
    victim = lab.resources()[0]
    lab.world().remove(victim.native_id)
    run = lab.run("instance", victim.region)
    assert (run.missing, run.gone) == (1, 1)
    row = lab.by_native_id(victim.native_id)
    assert row.presence == "gone"
    assert row.gone_at is not None
    assert row.name == victim.name
    assert lab.count("resource_version", f"resource_id = '{victim.id}'") == 2  # present, then missing


def test_unconfirmed_disappearance_stays_missing_until_the_cloud_answers(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.account()
    lab.sync(kinds=("instance",))
    victim = lab.resources()[0]
    lab.world().remove(victim.native_id)
    monkeypatch.setattr(SimulatedProvider, "observe", _unanswered)
    assert lab.run("instance", victim.region).outcome == "complete"
    assert lab.by_native_id(victim.native_id).presence == "missing"
    monkeypatch.undo()
    run = lab.run("instance", victim.region)
    assert run.gone == 1
    assert lab.by_native_id(victim.native_id).presence == "gone"


@pytest.mark.parametrize("fault", ["cut:instance@2", "kind:instance=denied", "kind:instance=unreachable", "expired"])
def test_partial_or_failed_read_removes_nothing(lab: Lab, fault: str) -> None:
    lab.account()
    lab.sync(kinds=("instance",))
    victim = lab.resources()[0]
    before = lab.dump()
    lab.world().remove(victim.native_id)
    lab.world().faults.arm(fault)
    run = lab.run("instance", victim.region)
    assert run.outcome == "failed"
    assert run.error_message
    assert lab.dump() == before
    scope = lab.scope("instance", victim.region)
    assert scope.status == "failing"
    assert scope.failing_since is not None


def test_repeated_page_starts_no_disappearance(lab: Lab) -> None:
    lab.account()
    lab.sync(kinds=("instance",))
    victim = lab.resources()[0]
    lab.world().remove(victim.native_id)
    lab.world().faults.arm("repeat:instance@1")
    run = lab.run("instance", victim.region)
    assert (run.missing, run.gone) == (0, 0)
    assert lab.by_native_id(victim.native_id).presence == "present"


def test_brake_holds_when_everything_vanishes(lab: Lab) -> None:
    lab.account()
    lab.sync(kinds=("instance",))
    region = _region(lab)
    ids = lab.world().ids(region=region)
    for native_id in ids:
        lab.world().remove(native_id)
    run = lab.run("instance", region)
    assert run.outcome == "quarantined"
    assert all(row.presence == "present" for row in lab.resources(region=region))
    scope = lab.scope("instance", region)
    assert scope.status == "quarantined"
    assert f"{len(ids)} of {len(ids)}" in (scope.error_message or "")


def test_quarantine_applies_additions_and_changes(lab: Lab) -> None:
    lab.account()
    lab.sync(kinds=("instance",))
    region = _region(lab)
    keep, *rest = lab.world().ids(region=region)
    for native_id in rest:
        lab.world().remove(native_id)
    lab.world().change(keep, name="still-here")
    added = lab.world().add_instance(region, name="new-one")
    run = lab.run("instance", region)
    assert (run.outcome, run.added, run.changed) == ("quarantined", 1, 1)
    assert lab.by_native_id(keep).name == "still-here"
    assert lab.by_native_id(added).presence == "present"


def test_accepted_quarantine_lets_go_after_confirmation(lab: Lab) -> None:
    lab.account()
    lab.sync(kinds=("instance",))
    region = _region(lab)
    for native_id in lab.world().ids(region=region):
        lab.world().remove(native_id)
    lab.run("instance", region)
    with lab.runtime.database.writing() as session:
        sync.decide_quarantine(session, CALLER, lab.scope("instance", region).id, accept=True)
    assert {row.presence for row in lab.resources(region=region)} == {"missing"}
    lab.run("instance", region)
    assert {row.presence for row in lab.resources(region=region)} == {"gone"}
    assert lab.scope("instance", region).status == "ok"


def test_rejected_quarantine_keeps_everything_and_brakes_again(lab: Lab) -> None:
    lab.account()
    lab.sync(kinds=("instance",))
    region = _region(lab)
    for native_id in lab.world().ids(region=region):
        lab.world().remove(native_id)
    lab.run("instance", region)
    with lab.runtime.database.writing() as session:
        sync.decide_quarantine(session, CALLER, lab.scope("instance", region).id, accept=False)
    with lab.runtime.database.writing() as session, pytest.raises(NotQuarantined):
        sync.decide_quarantine(session, CALLER, lab.scope("instance", region).id, accept=True)
    assert lab.run("instance", region).outcome == "quarantined"
    assert {row.presence for row in lab.resources(region=region)} == {"present"}


def test_quarantine_ends_by_itself_when_all_are_back(lab: Lab) -> None:
    lab.account(instances=160, page_size=100)
    lab.sync(kinds=("instance",))
    region = _region(lab)
    lab.world().revoke("admin", silently=True)
    assert lab.run("instance", region).outcome == "quarantined"
    lab.world().grant("admin")
    run = lab.run("instance", region)
    assert run.outcome == "complete"
    assert lab.scope("instance", region).status == "ok"
    assert lab.count("sighting", "held") == 0


@pytest.mark.parametrize("silently", [False, True])
def test_lost_rights_look_like_an_empty_cloud_and_are_not_believed(lab: Lab, silently: bool) -> None:
    lab.account(instances=160, page_size=100)
    lab.sync(kinds=("instance",))
    before = {row.id for row in lab.resources(presence="present")}
    lab.world().revoke("admin", silently=silently)
    outcomes = lab.sync(kinds=("instance",))
    assert outcomes.get("quarantined", 0) > 0
    assert {row.id for row in lab.resources(presence="present")} == before


def test_changed_grants_hold_even_a_single_disappearance(lab: Lab) -> None:
    lab.account()
    lab.sync(kinds=("instance",))
    victim = lab.resources()[0]
    lab.world().remove(victim.native_id)
    lab.world().shown_rights = "reader"
    run = lab.run("instance", victim.region)
    assert run.outcome == "quarantined"
    assert lab.by_native_id(victim.native_id).presence == "present"


def test_undo_brings_back_what_a_run_removed(lab: Lab) -> None:
    lab.account()
    lab.sync(kinds=("instance",))
    victim = lab.resources()[0]
    lab.world().remove(victim.native_id)
    run = lab.run("instance", victim.region)
    with lab.runtime.database.writing() as session:
        assert sync.undo(session, CALLER, run.id, lab.runtime.settings) == 1
    assert lab.by_native_id(victim.native_id).presence == "present"
    assert lab.scope("instance", victim.region).status == "quarantined"
    assert lab.run("instance", victim.region).outcome == "quarantined"
    assert lab.by_native_id(victim.native_id).presence == "present"


def test_undo_outside_the_window_is_refused(lab: Lab) -> None:
    lab.account()
    lab.sync(kinds=("instance",))
    run = lab.run("instance")
    settings = lab.runtime.settings.model_copy(update={"tombstone_days": 0})
    with lab.runtime.database.writing() as session, pytest.raises(UndoImpossible):
        sync.undo(session, CALLER, run.id, settings)


def test_listing_that_silently_loses_a_page_is_refuted_by_the_cloud(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.account(instances=100, page_size=5)
    lab.sync(kinds=("instance",))
    region = _region(lab)
    before = {row.id for row in lab.resources(region=region)}
    monkeypatch.setattr(SimulatedProvider, "collect", _without_first_five(SimulatedProvider.collect))
    run = lab.run("instance", region)
    assert run.missing == 5
    assert run.gone == 0
    assert {row.id for row in lab.resources(region=region, presence="present")} == before


def test_missing_instance_that_returns_keeps_its_id_and_history(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.account(instances=100, page_size=5)
    lab.sync(kinds=("instance",))
    region = _region(lab)
    monkeypatch.setattr(SimulatedProvider, "collect", _without_first_five(SimulatedProvider.collect))
    monkeypatch.setattr(SimulatedProvider, "observe", _unanswered)
    lab.run("instance", region)
    missing = lab.resources(presence="missing")
    assert len(missing) == 5
    monkeypatch.undo()
    run = lab.run("instance", region)
    assert (run.returned, run.added, run.changed) == (5, 0, 0)
    back = lab.by_native_id(missing[0].native_id)
    assert (back.presence, back.id, back.first_seen) == ("present", missing[0].id, missing[0].first_seen)
    assert back.missing_since is None


def test_undiscovered_interval_is_never_longer_than_the_cadence(lab: Lab) -> None:
    lab.account()
    lab.sync(kinds=("instance",))
    with lab.runtime.database.writing() as session:
        session.execute(update(Scope).values(next_due_at=clock.now() + timedelta(days=400)))
        assert sync.reanchor(session) == lab.count("scope")


def _unanswered(*_: object) -> None:
    raise Unreachable("not now")


def _without_first_five(collect: Any) -> Any:
    def lossy(self: SimulatedProvider, kind: ResourceKind, region: Region) -> Iterator[Resource]:
        return itertools.islice(collect(self, kind, region), 5, None)

    return lossy
