"""From a decision to instances that run, with everything that may get in between."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from mcm.auth.service import View, limit, view_of
from mcm.errors import McmError
from mcm.kit import clock
from mcm.models import (
    Account,
    CapacityReservation,
    LocationSetting,
    Operation,
    Placement,
    PlacementInstance,
    Principal,
    ResourceRow,
)
from mcm.operations import service as operations
from mcm.operations.schemas import OperationCreate
from mcm.placement import binding, following, gate, outcomes, service
from mcm.placement.errors import PlacementNotOpen, PolicyDenies
from mcm.policies import service as policies
from mcm.tenancy import service as tenants
from mcm.tenancy.schemas import TenantCreate
from tests.lab import CALLER, Lab
from tests.rooms.placement.estate import CONFIDENTIAL_STAYS, document, finish, place, policy, preview, tier


def _apply(lab: Lab, row: Placement) -> Placement:
    with lab.runtime.database.writing() as session:
        return binding.apply(session, lab.runtime, CALLER, row.id)


def _held(lab: Lab, status: str = "reserved") -> list[CapacityReservation]:
    with lab.runtime.database.reading() as session:
        return list(session.scalars(select(CapacityReservation).where(CapacityReservation.status == status)))


@pytest.mark.estate
def test_what_is_placed_runs_and_counts_until_it_was_measured(lab: Lab) -> None:
    policy(lab)
    text = document(data_class="restricted", tiers=[tier(count=2), tier("db", vcpus=4, memory_gib=8, disk_gib=50)])
    row = place(lab, text)
    assert row.status == "reserved"
    assert {one["location"] for one in row.chosen} == {"dc0/datacenter-2"}
    before = preview(lab, text)[0]["places"]
    assert next(one for one in before if one["id"] == "dc0/datacenter-2")["reserved"]["vcpus"] == 8
    assert _apply(lab, row).status == "binding"
    row = finish(lab, row)
    assert row.status == "bound", row.reason
    made = [
        one for one in lab.resources("instance", account_id=lab_account(lab, "dc0")) if one.name.startswith("shop-")
    ]
    assert {(one.name, one.state, one.data_class) for one in made} == {
        ("shop-web-1", "running", "restricted"),
        ("shop-web-2", "running", "restricted"),
        ("shop-db-1", "running", "restricted"),
    }
    assert not _held(lab)
    assert sum(one.vcpus for one in _held(lab, "committed")) == 8
    lab.sync("dc0")
    after = preview(lab, text)[0]["places"]
    assert not next(one for one in after if one["id"] == "dc0/datacenter-2")["reserved"].get("vcpus")
    # It stays where it runs.
    assert preview(lab, text)[1]["candidates"][-1]["score"]["parts"]["steadiness"] == 1.0


def lab_account(lab: Lab, name: str) -> str:
    from mcm.models import Account

    with lab.runtime.database.reading() as session:
        return session.scalars(select(Account.id).where(Account.name == name)).one()


@pytest.mark.estate(private=2, public=0)
def test_two_at_once_do_not_both_take_the_last_room(lab: Lab) -> None:
    """Each wants more than half of what one private place has; behind it is one other place, for one of them."""
    rooms = {one["id"]: one["measures"]["vcpus"][0]["free"] for one in preview(lab, document())[0]["places"]}
    vcpus = int(max(rooms.values()) / 2) + 1
    assert vcpus <= min(rooms.values())
    wide: dict[str, Any] = {"vcpus": 1, "memory_gib": 0.5, "count": vcpus}
    begun, rows, failed = threading.Barrier(2), list[Placement](), list[BaseException]()

    def run(name: str) -> None:
        try:
            begun.wait(20)
            rows.append(place(lab, document(name=name, data_class="internal", tiers=[tier(**wide)])))
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(name,)) for name in ("first", "second")]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert not failed
    assert sorted(str(one.chosen[0]["location"]) for one in rows) == sorted(rooms)
    third = place(lab, document(name="third", tiers=[tier(**wide)]))
    assert third.status == "impossible"
    assert not third.chosen
    (lacks,) = third.outcome["impossible"]["tiers"]
    assert lacks["lacks"][0]["rule"] == "capacity.vcpus"


@pytest.mark.estate(public=0)
def test_a_process_that_dies_before_it_binds_holds_nothing_for_long(lab: Lab) -> None:
    """Reserved and then forgotten: nobody applies it, and its room comes back by itself."""
    row = place(lab, document())
    assert len(_held(lab)) == 1
    past = clock.now() - timedelta(seconds=1)
    with lab.runtime.database.writing() as session:
        session.execute(update(CapacityReservation).values(until=past))
        session.execute(update(Placement).values(expires_at=past))
    # It counts no more from the moment on, and the job says so.
    assert not preview(lab, document())[0]["places"][0]["reserved"]
    with pytest.raises(PlacementNotOpen, match="expired"):
        _apply(lab, row)
    following.tick(lab.runtime)
    assert [one.status for one in _held(lab, "expired")] == ["expired"]
    with lab.runtime.database.reading() as session:
        assert session.get_one(Placement, row.id).status == "expired"


@pytest.mark.estate(public=0)
@pytest.mark.only_on("sqlite")
def test_room_of_somebody_who_left_is_given_back(lab: Lab) -> None:
    row = place(lab, document())
    with lab.runtime.database.writing() as session:
        session.execute(update(Principal).where(Principal.id == row.principal_id).values(disabled_at=clock.now()))
    following.tick(lab.runtime)
    assert not _held(lab)
    with lab.runtime.database.reading() as session:
        assert session.get_one(Placement, row.id).status == "expired"


@pytest.mark.estate
@pytest.mark.only_on("sqlite")
def test_what_changes_in_between_is_looked_at_again(lab: Lab) -> None:
    """A policy comes into force, and the place is closed, after the decision: the next candidate is used, or none."""
    text = document(data_class="confidential", name="books")
    row = place(lab, text, only=["cloud0", "dc0"], groups=["public"])
    assert row.chosen[0]["location"].startswith("cloud0")
    assert row.spilled is False
    policy(lab)
    row = _apply(lab, row)
    # Sensitive data needs somebody's yes, but nobody else is there to ask.
    assert row.status == "binding"
    assert row.chosen[0]["location"] == "dc0/datacenter-2"
    assert row.spilled
    assert finish(lab, row).status == "bound"


@pytest.mark.estate(private=2, public=0)
@pytest.mark.only_on("sqlite")
def test_a_place_that_fails_is_left_for_the_next(lab: Lab) -> None:
    row = _apply(lab, place(lab, document()))
    first = str(row.chosen[0]["location"])
    with lab.runtime.database.writing() as session:
        session.execute(update(Operation).values(status="failed", error_message="no valid host", next_at=None))
    row = finish(lab, row)
    assert row.status == "bound", row.reason
    with lab.runtime.database.reading() as session:
        (one,) = session.scalars(select(PlacementInstance))
    assert one.location != first
    assert one.tried == [first]
    assert one.status == "made"
    assert not _held(lab)


@pytest.mark.estate(private=2, public=0)
@pytest.mark.only_on("sqlite")
def test_what_was_approved_for_one_place_is_not_made_at_another(lab: Lab) -> None:
    row = _apply(lab, place(lab, document()))
    with lab.runtime.database.writing() as session:
        session.execute(update(Placement).values(needs=["sensitive"], alone=False, decided_by="ada"))
        session.execute(update(Operation).values(status="failed", error_message="no valid host", next_at=None))
    row = finish(lab, row)
    assert row.status == "failed"
    assert "another approval" in str(row.reason)


@pytest.mark.estate(private=2, public=0)
def test_who_looks_on_while_it_moves_sees_no_more_than_before(lab: Lab) -> None:
    row = _apply(lab, place(lab, document()))
    mine = View(tenants=frozenset({row.tenant_id}))
    with lab.runtime.database.writing() as session:
        session.execute(update(Operation).values(status="failed", error_message="no valid host", next_at=None))
        limit(session, mine)
        following.go_on(session, lab.runtime, row.id)
        assert view_of(session) == mine


@pytest.mark.estate(public=0)
def test_a_move_to_a_host_by_its_name_is_judged_too(lab: Lab) -> None:
    with lab.runtime.database.writing() as session:
        account = session.scalars(select(Account)).one()
        instance = session.scalars(select(ResourceRow).where(ResourceRow.kind == "instance").limit(1)).one()
        host = session.scalars(
            select(ResourceRow).where(ResourceRow.kind == "host", ResourceRow.region == instance.region).limit(1)
        ).one()
        host.zone, host.name = "elsewhere", "node-7"
        nowhere = 'location.zone != "elsewhere"'
        text = CONFIDENTIAL_STAYS.split("rule:")[0] + f"rule:\n  cel: '{nowhere}'\n"
        policies.apply(session, CALLER, text, None, accept=True)
        session.flush()
        for name in (host.native_id, "node-7"):
            with pytest.raises(PolicyDenies):
                gate.require(
                    session, gate.Target("instance.migrate", account, instance.region, {"host": name}, instance)
                )


@pytest.mark.estate(public=0)
@pytest.mark.only_on("sqlite")
def test_a_move_to_a_host_that_nobody_knows_is_judged_by_what_is_known(lab: Lab) -> None:
    """Where in the region it is nobody can say: a policy that asks for it says no, the others say nothing new."""

    def move(host: str | None) -> None:
        params = {"host": host} if host else {}
        gate.require(session, gate.Target("instance.migrate", account, instance.region, params, instance))

    with lab.runtime.database.writing() as session:
        account = session.scalars(select(Account)).one()
        instance = session.scalars(select(ResourceRow).where(ResourceRow.kind == "instance").limit(1)).one()
        instance.zone, instance.data_class = "az1", "confidential"
        policies.apply(session, CALLER, CONFIDENTIAL_STAYS, None, accept=True)
        session.flush()
        move("nobody-knows-it")
        head, zoned = CONFIDENTIAL_STAYS.split("rule:")[0], 'workload.data_class == "public" || location.zone == "az1"'
        text = head.replace("sensitive-private", "stays-in-az1") + f"rule:\n  cel: '{zoned}'\n"
        policies.apply(session, CALLER, text, None, accept=True)
        session.flush()
        move(None)
        with pytest.raises(PolicyDenies) as refused:
            move("nobody-knows-it")
        assert "stays-in-az1" in refused.value.message
        assert "where in region" in refused.value.message
        instance.data_class = "public"
        session.flush()
        move("nobody-knows-it")
        # Somebody says of a zone that it is elsewhere: then the jurisdiction hangs on the zone too.
        abroad = head.replace("sensitive-private", "at-home") + "rule:\n  cel: 'location.jurisdiction == \"CN\"'\n"
        policies.apply(session, CALLER, abroad, None, accept=True)
        session.flush()
        move("nobody-knows-it")
        where = {"account_id": account.id, "region": instance.region, "zone": "az2"}
        session.add(
            LocationSetting(**where, jurisdiction="SG", closed=False, version=1, set_by="ada", set_at=clock.now())
        )
        session.flush()
        with pytest.raises(PolicyDenies):
            move("nobody-knows-it")


@pytest.mark.estate(public=0)
@pytest.mark.only_on("sqlite")
def test_what_cannot_be_made_anywhere_is_told(lab: Lab) -> None:
    """Two tiers, one of them nowhere: what is there stays and is named, and no room is held."""
    row = _apply(lab, place(lab, document(tiers=[tier(), tier("db")])))
    with lab.runtime.database.writing() as session:
        failing = select(PlacementInstance.operation_id).where(PlacementInstance.tier == "db")
        session.execute(update(Operation).where(Operation.id.in_(failing)).values(status="failed", next_at=None))
    row = finish(lab, row)
    assert row.status == "partial"
    assert "shop-db-1" in str(row.reason)
    assert "shop-web-1 are there" in str(row.reason)
    assert not _held(lab)
    assert [one.tier for one in _held(lab, "committed")] == ["web"]


@pytest.mark.estate(private=2)
def test_the_same_inputs_lead_to_the_same_outcome(lab: Lab) -> None:
    policy(lab)
    row = place(lab, document(budget={"amount": "9000"}, tiers=[tier(), tier("db", traffic={"to": {"web": 50}})]))
    with lab.runtime.database.reading() as session:
        stored = session.get_one(Placement, row.id)
        again, now, _ = service.replayed(session, lab.runtime.registry, stored)
    assert outcomes.digest(again) == stored.hash
    # What is held by the decision itself is not in its way.
    assert now["chosen"] == again["chosen"]
    assert outcomes.digest(outcomes.decide(stored.inputs | {"policies": []})) != stored.hash


@pytest.mark.estate
@pytest.mark.only_on("sqlite")
def test_nothing_goes_around_the_policies(lab: Lab) -> None:
    """An instance that somebody asks for by hand is judged as one that is placed."""
    policy(lab)

    def ask(account: str, region: str, **params: object) -> None:
        given = {"name": "by-hand", "image": "ubuntu-24.04", **params}
        size = {"flavor": "s6.large"} if account == "cloud0" else {"vcpus": 1, "memory_mib": 1024}
        with lab.runtime.database.writing() as session:
            body = OperationCreate(action="instance.create", account=account, region=region, params=given | size)
            wanted = operations.wanted(session, lab.runtime.registry, CALLER, body)
            operations.create(session, lab.runtime.vault, CALLER, wanted)

    with pytest.raises(PolicyDenies) as denied:
        ask("cloud0", "cn-north-1", tags={"data_class": "confidential"})
    assert "sensitive-private" in denied.value.message
    assert "exception" in denied.value.next_step
    assert "public" in str(denied.value.details["policies"])
    with pytest.raises(PolicyDenies):
        # What nobody classified is taken for restricted.
        ask("cloud0", "cn-north-1")
    ask("cloud0", "cn-north-1", tags={"data_class": "public"})
    ask("dc0", "datacenter-2", tags={"data_class": "restricted"})
    # Of what waits to be sent, a policy that came later is asked as well.
    policy(lab, CONFIDENTIAL_STAYS.replace("sensitive-private", "nothing-there").replace(
        "!(workload.data_class in [\"confidential\", \"restricted\", \"unclassified\"]) || ", ""))  # fmt: skip
    lab.runtime.operations.run_until_idle(30)
    with lab.runtime.database.reading() as session:
        ended = {one.account_name: (one.status, one.error_code) for one in session.scalars(select(Operation))}
    assert ended == {"cloud0": ("failed", "policy_denies"), "dc0": ("succeeded", None)}


@pytest.mark.estate(private=2, public=0)
@pytest.mark.only_on("sqlite")
def test_in_the_account_of_another_tenant_its_policies_hold(lab: Lab) -> None:
    """Who may use both says whose the workload is; that is no way around what binds the other."""
    with lab.runtime.database.writing() as session:
        other = tenants.create(session, CALLER, TenantCreate(name="bank"))
        session.get_one(Account, lab_account(lab, "dc0")).tenant_id = other.id
    text = CONFIDENTIAL_STAYS.replace("severity: critical", "severity: critical\nscope: {tenants: [bank]}")
    policy(lab, text.partition("rule:")[0] + "rule:\n  cel: location.ownership == 'nobody'\n")
    row = place(lab, document(), only=["dc0"])
    assert [one["location"] for one in row.chosen] == ["dc0/datacenter-2"]
    with pytest.raises(McmError):
        _apply(lab, row)
    own = place(lab, document(name="own"), only=["dc1"])
    assert _apply(lab, own).status == "binding"
    assert finish(lab, own).status == "bound"


@pytest.mark.estate(public=0)
@pytest.mark.only_on("sqlite")
def test_cancelled_and_released_room_is_free_at_once(lab: Lab) -> None:
    first, second = place(lab, document(name="one")), place(lab, document(name="two"))
    with lab.runtime.database.writing() as session:
        service.cancel(session, CALLER, first.id)
        (held,) = [one for one in _held(lab) if one.placement_id == second.id]
        assert service.release(session, CALLER, held.id).status == "released"
    assert not _held(lab)
    for ident in (first.id, second.id):
        with pytest.raises(McmError), lab.runtime.database.writing() as session:
            service.cancel(session, CALLER, ident)
    with lab.runtime.database.reading() as session:
        assert session.scalars(select(ResourceRow).where(ResourceRow.name.startswith("one-"))).first() is None
