"""What is known of places: numbers against the inventory they come from, and how many statements that takes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, update

from mcm.auth.roles import Role
from mcm.auth.service import EVERYTHING, Caller, Grant, View, limit
from mcm.errors import Forbidden
from mcm.models import Account, Scope, Tenant
from mcm.placement import settings
from mcm.placement.errors import LocationNotFound
from mcm.placement.location_schemas import LatencySet, LocationSet
from mcm.placement.locations import Location, current
from tests.lab import CALLER, Lab
from tests.rooms.placement.estate import KINDS, add, document, preview, tier


def _known(lab: Lab) -> dict[str, Location]:
    with lab.runtime.database.reading() as session:
        return {one.id: one for one in current(session, lab.runtime.registry)}


def _say(lab: Lab, ident: str, **fields: Any) -> None:
    with lab.runtime.database.writing() as session:
        settings.write(session, CALLER, ident, LocationSet(**fields), None)


@contextmanager
def _statements(lab: Lab) -> Iterator[list[str]]:
    found: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        # A connection of its own begins with some.
        if not statement.startswith("PRAGMA"):
            found.append(statement)

    event.listen(lab.runtime.database.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(lab.runtime.database.engine, "before_cursor_execute", note)


@pytest.mark.estate(public=0)
def test_room_is_what_hosts_and_datastores_have_left(lab: Lab) -> None:
    found = _known(lab)["dc0/datacenter-2"]
    hosts = [one.attributes for one in lab.resources("host") if not one.attributes["maintenance"]]
    stores = [one.attributes for one in lab.resources("datastore") if one.attributes.get("accessible", True)]
    assert found.measure("vcpus").total == sum(one["cpu_cores"] for one in hosts)
    assert found.room("vcpus") == sum(max(one["cpu_cores"] - one["vcpus_used"], 0) for one in hosts)
    assert found.room("memory_gib") == sum(one["memory_mib"] - one["memory_used_mib"] for one in hosts) / 1024
    assert found.room("disk_gib") == sum(one["capacity_gib"] - one["used_gib"] for one in stores)
    assert found.measure("vcpus").source == "hosts"
    assert found.measure("vcpus").as_of is not None
    # Nobody told of any.
    assert found.room("gpus") is None
    _say(lab, "dc0", cpu_overcommit=2.0)
    _say(lab, "dc0/datacenter-2", gpus=8, site="west")
    said = _known(lab)["dc0/datacenter-2"]
    assert said.measure("vcpus").total == 2 * sum(one["cpu_cores"] for one in hosts)
    assert (said.room("gpus"), said.site, said.city) == (8.0, "west", "Beijing")
    # What is not given stays, null takes it back.
    _say(lab, "dc0/datacenter-2", site=None)
    after = _known(lab)["dc0/datacenter-2"]
    assert (after.room("gpus"), after.site) == (8.0, "dc0-site")


@pytest.mark.estate(private=0)
def test_a_public_place_has_what_its_quota_leaves_and_shares_it(lab: Lab) -> None:
    places = _known(lab)
    assert len(places) == 3
    quota = {
        one.attributes["unit"]: one.attributes for one in lab.resources("quota") if one.project_name == "core-banking"
    }
    for one in places.values():
        assert one.room("vcpus") == quota["vcpus"]["limit"] - quota["vcpus"]["used"]
        assert one.measure("vcpus").shared
        assert one.room("disk_gib") is None
    with lab.runtime.database.writing() as session:
        session.execute(update(Account).values(identity={"scope_name": "nobody"}))
    unknown = next(iter(_known(lab).values()))
    # Of whose quota it is nobody knows: that is not known, and neither nothing nor without limit.
    assert (unknown.room("vcpus"), unknown.measure("vcpus").unlimited) == (None, False)
    outcome = preview(lab, document())[1]
    assert [each["rule"] for each in outcome["candidates"][0]["unknown"]] == ["capacity.vcpus", "capacity.memory_gib"]


@pytest.mark.estate
@pytest.mark.only_on("sqlite")
def test_old_numbers_are_named_and_not_relied_on(lab: Lab) -> None:
    with lab.runtime.database.writing() as session:
        account = session.query(Account).filter_by(name="dc0").one()
        session.execute(
            update(Scope).where(Scope.account_id == account.id, Scope.kind == "host").values(status="failing")
        )
    outcome = preview(lab, document(tiers=[tier()]))[1]
    (one,) = [each for each in outcome["candidates"] if each["location"] == "dc0/datacenter-2"]
    assert not one["allowed"]
    assert [each["rule"] for each in one["failed"]] == ["fresh"]
    assert any("hosts of dc0" in text for text in outcome["stale"])


@pytest.mark.estate(private=2, public=0)
@pytest.mark.only_on("sqlite")
def test_what_one_may_not_see_does_not_exist(lab: Lab) -> None:
    with lab.runtime.database.writing() as session:
        session.add(Tenant(id="ten_other", name="other", parent_id=None, **_tenant(session)))
        session.flush()
        session.execute(update(Account).where(Account.name == "dc1").values(tenant_id="ten_other"))
    with lab.runtime.database.writing() as session:
        limit(session, View(tenants=frozenset({"ten_default"})))
        assert [one.id for one in current(session, lab.runtime.registry)] == ["dc0/datacenter-2"]
        with pytest.raises(LocationNotFound):
            settings.key_of(session, "dc1")
        with pytest.raises(Forbidden):
            settings.set_latencies(session, CALLER, [LatencySet(level="site", one="a", other="b", ms=1)])
        assert settings.latencies(session) == []


def _tenant(session: Any) -> dict[str, Any]:
    """Whatever else a tenant has, as the one that is there."""
    known = session.get(Tenant, "ten_default")
    return {
        column.name: getattr(known, column.name)
        for column in Tenant.__table__.columns
        if column.name not in ("id", "name", "parent_id")
    }


@pytest.mark.estate
def test_the_number_of_statements_hangs_on_neither_inventory_nor_places(lab: Lab) -> None:
    text = document(tiers=[tier(), tier("db", vcpus=4)])
    preview(lab, text)
    with _statements(lab) as few:
        before = preview(lab, text)[0]
    add(lab, "more", "public", flavour="public", instances=20, regions="2", project="core-banking")
    lab.sync("more", kinds=KINDS)
    with _statements(lab) as many:
        after = preview(lab, text)[0]
    assert len(after["places"]) >= len(before["places"]) + 6
    assert len(many) <= len(few)


def test_whom_policies_bind_does_not_say_in_which_country_a_place_is(lab: Lab) -> None:
    add(lab, "dc", "private", flavour="vmware", instances=1)

    def by(role: Role, **fields: Any) -> None:
        caller = Caller("prn_local", "ten_default", "x", "test", "rq", grants=(Grant(role, EVERYTHING),))
        with lab.runtime.database.writing() as session:
            settings.write(session, caller, "dc", LocationSet(**fields), None)

    by(Role.OPERATOR, cpu_overcommit=2)
    for fields in ({"jurisdiction": "EU"}, {"city": "Paris"}, {"site": "west"}):
        with pytest.raises(Forbidden, match="policies go by it"):
            by(Role.WORKLOAD_OWNER, **fields)
        by(Role.SYSTEM_ADMIN, **fields)
