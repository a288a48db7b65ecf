"""What a read adds, changes and leaves alone."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from mcm.accounts import service as accounts
from mcm.contract import Region, Resource, ResourceKind
from mcm.kit import clock
from mcm.sync import repository, staging
from mcm.sync import service as sync
from mcm_providers.simulated.adapter import SimulatedProvider
from tests.lab import CALLER, Lab


def test_first_read_takes_everything_with_relations_tags_and_native_documents(lab: Lab) -> None:
    lab.account()
    outcomes = lab.sync()
    assert set(outcomes) == {"complete"}
    world = lab.world()
    rows = lab.resources()
    assert {row.native_id for row in rows} == set(world.ids())
    one = rows[0]
    assert one.presence == "present"
    assert one.attributes["vcpus"] > 0
    assert one.first_seen == one.valid_from
    assert lab.count("relation", f"source_id = '{one.id}'") == len(one.relations) > 0
    assert lab.count("resource_native", f"resource_id = '{one.id}'") == 1
    assert lab.count("resource_tag", f"resource_id = '{one.id}'") == len(one.tags)
    assert lab.count("resource_version") == 0


def test_unchanged_read_writes_no_row_of_the_resource_tables(lab: Lab) -> None:
    lab.account()
    lab.sync(kinds=("instance", "project"))
    before = lab.dump()
    run = lab.run("instance")
    assert (run.outcome, run.added, run.changed, run.missing) == ("complete", 0, 0, 0)
    assert run.unchanged == run.listed > 0
    assert lab.dump() == before


def test_change_keeps_the_superseded_row_whole_and_leaves_our_columns_alone(lab: Lab) -> None:
    lab.account()
    lab.sync(kinds=("instance", "project"))
    native_id = lab.world().ids()[0]
    before = lab.by_native_id(native_id)
    with lab.runtime.database.writing() as session:
        row = session.merge(before)
        row.labels, row.data_class, row.owner = {"team": "shop"}, "restricted", "li.wei"
    lab.world().change(native_id, name="renamed", status="SHUTOFF")
    run = lab.run("instance", before.region)
    assert (run.changed, run.added) == (1, 0)
    after = lab.by_native_id(native_id)
    assert (after.name, after.state, after.native_state) == ("renamed", "stopped", "SHUTOFF")
    assert (after.labels, after.data_class, after.owner) == ({"team": "shop"}, "restricted", "li.wei")
    assert after.first_seen == before.first_seen < after.valid_from
    name_before = before.name.replace("'", "''")
    assert lab.count("resource_version", f"resource_id = '{before.id}' AND name = '{name_before}'") == 1
    assert lab.count("resource_version", f"resource_id = '{before.id}' AND native IS NOT NULL") == 1


def test_moved_project_is_a_change_not_a_disappearance(lab: Lab) -> None:
    lab.account()
    lab.sync(kinds=("instance", "project"))
    world = lab.world()
    moved = lab.resources()[0]
    other = next(row.native_id for row in lab.resources("project") if row.native_id != moved.project)
    world.move_project(moved.native_id, other)
    run = lab.run("instance", moved.region)
    assert (run.changed, run.missing, run.gone) == (1, 0, 0)
    assert lab.by_native_id(moved.native_id).project == other


def test_feed_brings_changes_without_a_full_read(lab: Lab) -> None:
    lab.account()
    lab.sync(kinds=("instance", "project"))
    world = lab.world()
    kept, removed, *_ = lab.resources(region=lab.resources()[0].region)
    world.change(kept.native_id, name="through-the-feed")
    world.remove(removed.native_id)
    added = world.add_instance(kept.region, name="brand-new")
    run = lab.run("instance", kept.region, full=False)
    assert run.mode == "changes"
    assert (run.added, run.changed, run.missing, run.gone) == (1, 1, 1, 1)
    assert lab.by_native_id(kept.native_id).name == "through-the-feed"
    assert lab.by_native_id(added).presence == "present"
    assert lab.by_native_id(removed.native_id).presence == "gone"


def test_a_full_read_leaves_a_feed_of_the_connection_as_it_is(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """What has happened before the full read is told twice, and nothing between the two is lost."""
    monkeypatch.setattr(SimulatedProvider, "durable", False)
    lab.account(regions="1")
    lab.sync(kinds=("instance", "project"))
    assert lab.scope("instance").feed_cursor is None
    lab.run("instance")
    opened = lab.scope("instance").feed_cursor
    assert opened
    first, second, *_ = lab.resources()
    lab.world().change(first.native_id, name="before the full read")
    run = lab.run("instance")
    assert (run.mode, run.changed) == ("full", 1)
    assert lab.scope("instance").feed_cursor == opened
    lab.world().change(second.native_id, name="after it")
    run = lab.run("instance", full=False)
    assert (run.mode, run.listed, run.changed) == ("changes", 2, 1)
    assert lab.by_native_id(second.native_id).name == "after it"


def test_a_large_read_leaves_nothing_to_the_next_one(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "_EMPTIED", 5)
    lab.account(regions="1")
    lab.sync(kinds=("instance", "project"))
    before = lab.dump()
    lab.world().remove(gone := lab.resources()[0].native_id)
    run = lab.run("instance")
    assert (run.added, run.changed, run.unchanged, run.gone) == (0, 0, run.listed, 1)
    assert lab.by_native_id(gone).presence == "gone"
    assert len(lab.dump()["resource"]) == len(before["resource"])


def test_duplicate_names_are_two_resources(lab: Lab) -> None:
    lab.account()
    lab.sync(kinds=("instance", "project"))
    first, second, *_ = lab.resources()
    for row in (first, second):
        lab.world().change(row.native_id, name="same")
    lab.sync(kinds=("instance", "project"))
    assert len(lab.resources(name="same")) == 2


def test_boost_reads_again_within_seconds(lab: Lab) -> None:
    lab.account()
    lab.sync(kinds=("instance", "project"))
    scope = lab.scope("instance")
    with lab.runtime.database.writing() as session:
        sync.boost(session, [scope.id])
    lab.run("instance", scope.region)
    due = lab.scope("instance", scope.region).next_due_at
    assert due is not None
    assert due - clock.now() < timedelta(seconds=20)


def test_request_is_audited(lab: Lab) -> None:
    lab.account()
    with lab.runtime.database.writing() as session:
        sync.request(session, CALLER, list(accounts.everyone(session)), [], full=True)
    assert lab.count("audit_event", "action = 'sync.request'") == 1
    assert lab.count("audit_event", "action = 'account.create'") == 1


def test_a_request_during_a_read_leads_to_another_read(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.account()
    lab.sync(kinds=("instance",))
    scope = lab.scope("instance")
    collect: Any = SimulatedProvider.collect

    def asked_meanwhile(self: SimulatedProvider, kind: ResourceKind, region: Region) -> Iterator[Resource]:
        yield from collect(self, kind, region)
        with lab.runtime.database.writing() as session:
            sync.request(session, CALLER, list(accounts.everyone(session)), ["instance"], full=True)

    monkeypatch.setattr(SimulatedProvider, "collect", asked_meanwhile)
    assert lab.run("instance", scope.region).outcome == "complete"
    due = lab.scope("instance", scope.region).next_due_at
    assert due is not None
    assert due <= clock.now()


def test_what_is_found_due_while_reading_is_being_stopped_stays_due(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.account()
    executor, look = lab.runtime.executor, repository.due

    def stopped_meanwhile(*words: Any, **more: Any) -> Any:
        found = look(*words, **more)
        executor.stop()
        assert found
        return found

    monkeypatch.setattr(repository, "due", stopped_meanwhile)
    assert executor.dispatch() == 0
    executor.dispatch_soon()
    assert lab.count("sync_run") == 0
    assert not executor._scopes
