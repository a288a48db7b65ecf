"""What each goal comes to, over the whole of an estate."""

from decimal import Decimal

import pytest

from tests.rooms.optimizer.desk import Desk
from tests.rooms.placement.estate import add, policy, tier


def test_what_saves_moves_and_says_how_much(desk: Desk) -> None:
    policy(desk.lab)
    shown, rows = desk.run(goal="cost", account="dc0")
    assert shown.status == "done"
    assert shown.result is not None
    moves = [row for row in rows if row.kind == "move"]
    assert moves
    for row in moves:
        assert row.target is not None
        assert row.target.location.startswith("dc1/")
        assert row.reasons[0].code == "cheaper"
        assert (row.how, row.risk.downtime if row.risk else "") == ("person", "restart")
        assert [step.code for step in row.steps][:2] == ["step_stop", "step_export"]
        assert row.saving is not None
        assert row.before is not None
        assert row.after is not None
        assert abs(row.saving - (row.before - row.after)) <= Decimal("0.01")
        assert row.saving >= 1
    assert shown.result.saving == sum((row.saving for row in moves if row.saving), Decimal(0))
    assert [row.saving for row in moves] == sorted((row.saving or Decimal(0) for row in moves), reverse=True)
    dear, _ = desk.run(goal="cost", account="dc0", least_saving="100000")
    assert dear.result is not None
    assert dear.result.moves == 0


def test_nothing_moves_for_a_saving_that_nobody_knows(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from mcm.ratecards import service as ratecards

    monkeypatch.setattr(ratecards, "current", lambda session, account_id, on=None: None)
    policy(desk.lab)
    shown, rows = desk.run(goal="cost")
    assert shown.result is not None
    # What a policy forbids goes away all the same.
    assert {row.reasons[-1].code for row in rows} <= {"violates"}
    assert "unpriced" in {told.code for told in shown.result.warnings}


def test_an_evacuated_account_goes_where_policies_let_it(desk: Desk) -> None:
    policy(desk.lab)
    _, rows = desk.run(goal="evacuate", account="dc0")
    moved = {row.subject.id for row in rows if row.kind == "move"}
    assert moved
    assert {row.target.location.split("/")[0] for row in rows if row.target} == {"dc1"}
    assert {row.origin.location.split("/")[0] for row in rows if row.origin} == {"dc0"}
    assert len({row.subject.id for row in rows}) == len(rows)
    # Where policies leave nothing at all it says which one, and a person must decide.
    strict = "apiVersion: mcm/v1\nkind: PlacementPolicy\nid: not-dc1\ntitle: No\nowner: me\nmessage: no\nrule:\n"
    policy(desk.lab, strict + "  cel: 'location.account == \"dc0\"'\n")
    shown, rows = desk.run(goal="evacuate", account="dc0")
    assert shown.result is not None
    assert (shown.result.moves, shown.result.left) == (0, len(rows))
    assert {row.reasons[0].code for row in rows} == {"nowhere_allowed"}
    assert "policy not-dc1" in rows[0].reasons[0].params["blocked"]
    assert rows[0].steps[0].code == "step_decide"


def test_a_site_is_evacuated_like_an_account(desk: Desk) -> None:
    _, by_account = desk.run(goal="evacuate", account="dc0")
    _, by_site = desk.run(goal="evacuate", site="dc0-site")
    assert [row.subject.id for row in by_site] == [row.subject.id for row in by_account]


def test_what_may_not_stay_moves_back_whatever_it_costs(desk: Desk) -> None:
    """Restricted data found in a public cloud."""
    policy(desk.lab)
    shown, rows = desk.run(goal="cost", account="cloud0")
    assert shown.status == "done"
    assert rows
    for row in rows:
        assert "violates" in {told.code for told in row.reasons}
        if row.target is not None:
            assert row.target.location.startswith("dc")


def test_workloads_are_placed_together_and_apart_or_say_why_not(desk: Desk) -> None:
    policy(desk.lab)
    web = tier("web", count=2, spread=["account"])
    db = tier("db", count=2, spread=["account"], together_with=["web"], together_level="account")
    desk.workload(name="shop", data_class="restricted", tiers=[web, db])
    desk.workload(name="huge", data_class="restricted", tiers=[tier("one", vcpus=9000, memory_gib=1)])
    desk.workload(name="wide", data_class="restricted", tiers=[tier("three", count=3, spread=["account"])])
    shown, rows = desk.run(workloads=["shop", "huge", "wide"])
    assert shown.status == "done"
    placed = {row.subject.name: row.target.location.split("/")[0] for row in rows if row.target}
    assert {placed["shop/web#0"], placed["shop/web#1"]} == {"dc0", "dc1"}
    assert [placed[f"shop/db#{number}"] for number in (0, 1)] == [placed[f"shop/web#{number}"] for number in (0, 1)]
    assert {row.how for row in rows if row.kind == "move"} == {"place"}
    left = {row.subject.name: row.reasons[0] for row in rows if row.kind == "left"}
    assert left["huge/one#0"].code == "no_host_takes"
    assert "too_few_parts" in {told.code for name, told in left.items() if name.startswith("wide")}
    told = next(told for name, told in left.items() if name.startswith("wide"))
    assert (told.params["members"], told.params["allowed"]) == (3, 2)


def _crowded(desk: Desk) -> None:
    """All of a zone's instances on one of its hosts."""
    add(desk.lab, "kvm", "private", instances=200)
    hosts = [row for row in desk.lab.resources("host") if row.name and "compute" in row.name and row.zone == "az1"]
    for row in desk.lab.resources("instance", zone="az1"):
        desk.change(row, host=hosts[0].name)
    mine = desk.lab.resources("instance", zone="az1")
    used = sum(row.attributes["vcpus"] for row in mine), sum(row.attributes["memory_mib"] for row in mine)
    for number, row in enumerate(hosts):
        desk.change(row, vcpus_used=used[0] if not number else 0, memory_used_mib=used[1] if not number else 0)


def test_a_crowded_host_is_relieved_with_few_moves_and_a_plan_is_made(desk: Desk) -> None:
    _crowded(desk)
    made, rows = desk.run(goal="rebalance", account="kvm")
    assert made.result is not None
    assert rows
    assert {row.how for row in rows} == {"migrate"}
    assert {row.risk.downtime for row in rows if row.risk} == {"none"}
    assert made.result.moves < made.result.subjects / 2
    crowded = max(made.result.places, key=lambda one: one.used_vcpus_before or 0)
    assert (crowded.used_vcpus_after or 0) < (crowded.used_vcpus_before or 0)
    assert not desk.lab.count("plan")
    dry = desk.apply(made.id, dry_run=True)
    assert not desk.lab.count("plan")
    applied = desk.apply(made.id)
    assert [one.resources for one in applied.plans] == [one.resources for one in dry.plans]
    assert sum(one.resources for one in applied.plans) == made.result.moves
    assert desk.lab.count("plan", "action = 'instance.migrate'") == len(applied.plans)
    assert not desk.lab.count("operation")
    again = desk.apply(made.id)
    assert (again.plans, again.already) == ([], made.result.moves)


def test_hosts_that_could_be_switched_off_are_named(desk: Desk) -> None:
    """Three instances on one host, two on another; what is stopped cannot leave, and keeps its host on."""
    add(desk.lab, "kvm", "private", instances=200)
    hosts = [row for row in desk.lab.resources("host") if row.name and "compute" in row.name and row.zone == "az1"]
    running = desk.lab.resources("instance", zone="az1", state="running")[:5]
    for number, row in enumerate(running):
        desk.change(row, host=hosts[number // 3].name)
    for row in desk.lab.resources("instance", zone="az1"):
        if row.id not in {one.id for one in running}:
            desk.change(row, host="elsewhere")
    for index, row in enumerate(hosts):
        mine = [one for number, one in enumerate(running) if number // 3 == index]
        used = [sum(one.attributes[name] for one in mine) for name in ("vcpus", "memory_mib")]
        desk.change(row, vcpus_used=used[0], memory_used_mib=used[1])
    made, rows = desk.run(goal="consolidate", account="kvm")
    assert made.result is not None
    here = [one for one in made.result.places if one.location == "kvm/" + hosts[0].region + "/az1"]
    assert [(one.host, one.before, one.after) for one in here if one.emptied] == [(hosts[1].name, 2, 0)]
    moves = [row for row in rows if row.kind == "move" and row.origin and row.origin.host == hosts[1].name]
    assert {row.reasons[0].code for row in moves} == {"empties_host"}
    assert {row.target.host for row in moves if row.target} == {hosts[0].name}
    # With no room to spare anywhere else, both stay on.
    for row in hosts:
        desk.change(row, cpu_cores=1, cpu_overcommit=1.0)
    kept, _ = desk.run(goal="consolidate", account="kvm")
    assert kept.result is not None
    assert not [one for one in kept.result.places if one.emptied and one.host in (hosts[0].name, hosts[1].name)]
    stopped = running[4]
    for row in hosts[:2]:
        desk.change(row, cpu_cores=64, cpu_overcommit=4.0)
    desk.stop(stopped)
    stays, _ = desk.run(goal="consolidate", account="kvm")
    assert stays.result is not None
    assert hosts[1].name not in [one.host for one in stays.result.places if one.emptied]
