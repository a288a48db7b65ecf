"""Several accounts, several regions: who owns what is seen twice, and what one failing part does to the others."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import update

from mcm.accounts import service as accounts
from mcm.contract import Region, Resource, ResourceKind
from mcm.models import Scope
from mcm_providers.simulated.adapter import SimulatedProvider
from tests.lab import CALLER, Lab

KINDS = ("instance", "project")


def _remove(lab: Lab, name: str) -> int:
    with lab.runtime.database.writing() as session:
        return accounts.remove(session, CALLER, accounts.get(session, name))


def test_two_accounts_of_one_cloud_see_one_resource(lab: Lab) -> None:
    lab.account("first")
    lab.account("second", cloud="first")
    lab.sync("first", kinds=KINDS)
    before = lab.count("resource")
    lab.sync("second", kinds=KINDS)
    assert lab.count("resource") == before
    assert lab.count("sighting") == 2 * before
    assert lab.count("resource_version") == 0


def test_accounts_with_different_rights_do_not_rewrite_each_others_view(lab: Lab) -> None:
    lab.account("admin")
    lab.sync("admin", kinds=KINDS)
    project = lab.resources("project")[0].native_id
    lab.account("member", cloud="admin", project=project)
    lab.sync("member", kinds=KINDS)
    for _ in range(2):
        lab.sync("admin", kinds=KINDS)
        lab.sync("member", kinds=KINDS)
    assert lab.count("resource_version") == 0


def test_removed_account_leaves_what_others_see(lab: Lab) -> None:
    lab.account("admin")
    lab.sync("admin", kinds=KINDS)
    project = lab.resources("project")[0].native_id
    lab.account("member", cloud="admin", project=project)
    lab.sync("member", kinds=KINDS)
    shared = {row.id for row in lab.resources(project=project)}
    assert shared
    alone = len(lab.resources()) - len(shared)
    gone = _remove(lab, "admin")
    assert gone >= alone
    assert {row.id for row in lab.resources(presence="present")} == shared
    member = lab.scope("instance", name="member").account_id
    assert {row.account_id for row in lab.resources(presence="present")} == {member}
    lab.sync("member", kinds=KINDS)
    assert {row.id for row in lab.resources(presence="present")} == shared


def test_account_removed_during_its_read_writes_nothing(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.account()
    lab.sync(kinds=KINDS)
    collect: Any = SimulatedProvider.collect

    def removing(self: SimulatedProvider, kind: ResourceKind, region: Region) -> Iterator[Resource]:
        for position, resource in enumerate(collect(self, kind, region)):
            if position == 3:
                _remove(lab, "lab")
            yield resource

    scope = lab.scope("instance")
    lab.force_full(scope)
    monkeypatch.setattr(SimulatedProvider, "collect", removing)
    assert lab.runtime.executor.claim_and_run(scope.id, scope.account_id) in ("abandoned", "failed")
    assert lab.count("sighting") == 0
    assert lab.count("resource", "presence <> 'gone'") == 0
    assert lab.count("account") == 0
    assert lab.count("secret") == 0


def test_one_dead_region_leaves_the_others_and_the_account_alone(lab: Lab) -> None:
    lab.account()
    lab.sync(kinds=KINDS)
    regions = sorted({row.region for row in lab.resources()})
    lab.world().faults.arm(f"region:{regions[0]}=unreachable")
    lab.world().change(lab.world().ids(region=regions[1])[0], name="alive")
    outcomes = lab.sync(kinds=KINDS)
    assert outcomes["failed"] >= 1
    assert lab.scope("instance", regions[0]).status == "failing"
    assert lab.scope("instance", regions[1]).status == "ok"
    assert len(lab.resources(name="alive")) == 1
    with lab.runtime.database.reading() as session:
        assert accounts.get(session, "lab").status == "ok"


def test_wrong_credentials_fail_the_account_and_say_so(lab: Lab) -> None:
    lab.account(token="wrong")
    outcomes = lab.sync()
    assert outcomes == {"failed": 1}
    with lab.runtime.database.reading() as session:
        account = accounts.get(session, "lab")
    assert (account.status, account.error_code) == ("failing", "authentication_failed")
    assert not lab.runtime.gateway.breaker.admits(account.id)


def test_two_reads_of_one_scope_never_overlap(lab: Lab) -> None:
    lab.account()
    lab.sync(kinds=KINDS)
    scope = lab.scope("instance")
    with lab.runtime.database.writing() as session:
        from datetime import timedelta

        from mcm.kit import clock

        session.execute(
            update(Scope)
            .where(Scope.id == scope.id)
            .values(lease_run="run_other", lease_owner="elsewhere:1:1", lease_until=clock.now() + timedelta(seconds=60))
        )
    assert lab.runtime.executor.claim_and_run(scope.id, scope.account_id) == "not_due"


def test_lease_of_a_dead_process_is_freed(lab: Lab) -> None:
    lab.account()
    lab.sync(kinds=KINDS)
    scope = lab.scope("instance")
    import platform
    from datetime import timedelta

    from mcm.kit import clock

    with lab.runtime.database.writing() as session:
        session.execute(
            update(Scope)
            .where(Scope.id == scope.id)
            .values(
                lease_run="run_dead",
                lease_owner=f"{platform.node()}:4194303:1",
                lease_until=clock.now() + timedelta(seconds=600),
            )
        )
    assert lab.runtime.executor.recover() == 1
    assert lab.runtime.executor.claim_and_run(scope.id, scope.account_id) == "complete"


def test_a_read_that_lost_its_lease_writes_nothing(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.account()
    lab.sync(kinds=KINDS)
    scope = lab.scope("instance")
    lab.world().change(lab.world().ids(region=scope.region)[0], name="never-written")
    collect: Any = SimulatedProvider.collect

    def stolen(self: SimulatedProvider, kind: ResourceKind, region: Region) -> Iterator[Resource]:
        yield from collect(self, kind, region)
        with lab.runtime.database.writing() as session:
            session.execute(update(Scope).where(Scope.id == scope.id).values(lease_run="run_thief"))

    monkeypatch.setattr(SimulatedProvider, "collect", stolen)
    lab.force_full(scope)
    assert lab.runtime.executor.claim_and_run(scope.id, scope.account_id) == "abandoned"
    assert lab.resources(name="never-written") == []


def test_a_read_that_is_told_to_end_says_nothing_about_its_cloud(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.account()
    lab.sync(kinds=KINDS)
    scope = lab.scope("instance")
    collect: Any = SimulatedProvider.collect

    def told(self: SimulatedProvider, kind: ResourceKind, region: Region) -> Iterator[Resource]:
        lab.runtime.executor.cancel_account(scope.account_id)
        yield from collect(self, kind, region)

    monkeypatch.setattr(SimulatedProvider, "collect", told)
    lab.force_full(scope)
    assert lab.runtime.executor.claim_and_run(scope.id, scope.account_id) == "abandoned"
    after = lab.scope("instance")
    assert (after.status, after.failures, after.error_code, after.lease_run) == ("ok", 0, None, None)
    assert after.resources == scope.resources
    assert lab.count("event", "kind LIKE '%.failing'") == 0
    monkeypatch.undo()
    assert lab.runtime.executor.claim_and_run(scope.id, scope.account_id) == "complete"


def test_hanging_cloud_does_not_delay_the_others(lab: Lab) -> None:
    """Nine clouds are read to their end while the tenth hangs."""
    lab.account("hangs", instances=10)
    lab.sync("hangs", kinds=KINDS)
    lab.world("hangs").faults.arm("hang:*")
    names = [f"fine-{n}" for n in range(9)]
    for name in names:
        lab.account(name, instances=5, regions="1")
    executor = lab.runtime.executor
    with lab.runtime.database.writing() as session:
        from mcm.kit import clock

        session.execute(update(Scope).values(next_due_at=clock.now(), full_due_at=None))
    done = threading.Event()

    def until_done() -> bool:
        executor.dispatch()
        fine = lab.count(
            "scope", "status = 'pending' AND account_id IN (SELECT id FROM account WHERE name LIKE 'fine-%')"
        )
        return fine == 0 and lab.count("scope") > 9 * 5

    for _ in range(600):
        if until_done():
            done.set()
            break
        threading.Event().wait(0.1)
    assert done.is_set()
    assert lab.runtime.executor.running > 0  # the hanging one still hangs
    assert lab.count("sync_run", "outcome = 'failed'") == 0
