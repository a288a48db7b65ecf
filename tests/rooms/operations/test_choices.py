"""What a form for something new is told: lists with verdicts, freshness, bounds, and nothing of what others have."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert, select, update
from sqlalchemy.orm import Session

from mcm.auth.roles import Role
from mcm.auth.service import Caller, Grant, View, limit
from mcm.errors import BadRequest, InvalidInput, McmError
from mcm.kit import clock
from mcm.models import Account, ResourceRow, Scope, Sighting, Tenant
from mcm.operations.choices import service as choices
from mcm.operations.choices.schemas import ChoiceList, ChoicesAnswer
from mcm.operations.choices.service import Question
from mcm.tenancy import quota
from mcm.tenancy.schemas import Limits
from mcm.tenancy.service import get
from tests.lab import CALLER
from tests.rooms.operations.acting import Acts


def ask(
    acts: Acts, account: str = "lab", caller: Caller = CALLER, view: View | None = None, **asked: Any
) -> ChoicesAnswer:
    question = Question(**{"region": acts.region, **asked})
    with acts.lab.runtime.database.reading() as session:
        if view is not None:
            limit(session, view)
        return choices.choices(session, acts.lab.runtime.registry, caller, account, question)


def of(answer: ChoicesAnswer, param: str) -> ChoiceList:
    return next(found for found in answer.lists if found.param == param)


def change(acts: Acts, row: ResourceRow, **values: Any) -> None:
    with acts.lab.runtime.database.writing() as session:
        session.execute(update(ResourceRow).where(ResourceRow.id == row.id).values(**values))


@contextmanager
def statements(acts: Acts) -> Iterator[list[str]]:
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.lstrip().startswith(("SELECT", "WITH")):
            found.append(statement)

    with acts.lab.runtime.database.reading() as session:
        engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_everything_a_form_needs(acts: Acts) -> None:
    answer = ask(acts)
    assert (answer.allowed, answer.reason, answer.region) == (True, "", acts.region)
    assert {one.native_id for one in answer.regions if one.usable} == {"bj-1", "sh-1"}
    assert {"image", "flavor", "networks", "security_groups", "keypair", "zone"} <= {one.param for one in answer.lists}
    for param, kind in (("image", "image"), ("flavor", "flavor"), ("networks", "network"), ("zone", "zone")):
        found = of(answer, param)
        known = {row.native_id: row for row in acts.lab.resources(kind, region=acts.region, presence="present")}
        assert {one.native_id for one in found.items} == set(known)
        assert (found.total, found.found, found.next_cursor) == (len(known), len(known), None)
        assert [one.name for one in found.items] == sorted(one.name for one in found.items)
        assert all(one.usable == (known[one.native_id].state == "available") for one in found.items)
        assert all(one.id == known[one.native_id].id for one in found.items)
        assert found.as_of is not None
        assert not found.stale
    assert of(answer, "flavor").items[0].attributes["vcpus"] > 0
    subnets = {one.name: one.subnets for one in of(answer, "networks").items}
    assert all(each and each[0].attributes["cidr"] for each in subnets.values())
    assert {one.name for one in answer.fields if one.required} == {"name", "image"}
    assert answer.params["required"] == ["name", "image"]
    unusable = [one for found in answer.lists for one in found.items if not one.usable]
    assert unusable
    assert all(one.reason and one.reason_zh and one.how_to_fix and one.how_to_fix_zh for one in unusable)


def test_without_a_region_there_is_one_to_choose(acts: Acts) -> None:
    answer = ask(acts, region=None)
    assert (answer.region, answer.lists) == (None, [])
    assert len(answer.regions) == 2


def test_what_is_usable_here_is_taken_by_the_request(acts: Acts) -> None:
    """And what is not, is refused with the same sentence."""
    answer = ask(acts)
    first = {param: next(one for one in of(answer, param).items if one.usable) for param in ("image", "flavor", "zone")}
    for param in ("image", "flavor", "zone"):
        for one in of(answer, param).items:
            given: dict[str, Any] = {name: other.native_id for name, other in first.items()} | {param: one.native_id}
            if one.usable:
                acts.ask("instance.create", name="x", **given)
            else:
                with pytest.raises(InvalidInput, match=one.reason):
                    acts.ask("instance.create", name="x", **given)


def test_volumes_and_addresses_have_their_own(acts: Acts) -> None:
    volumes = ask(acts, action="volume.create")
    assert {one.param for one in volumes.lists} == {"zone", "type", "snapshot", "image"}
    known = {row.attributes["type"] for row in acts.lab.resources("volume", region=acts.region)}
    assert {one.native_id for one in of(volumes, "type").items} == known
    for one in of(volumes, "snapshot").items:
        source = acts.lab.by_native_id(one.native_id).attributes["source_kind"]
        assert one.usable == (source == "volume")
    networks = of(ask(acts, action="public_ip.allocate"), "network").items
    assert {one.name for one in networks if one.usable} == {"ext-net"}
    assert {one.reason_code for one in networks if not one.usable} == {"not_external"}
    assert ask(acts, action="keypair.import").lists == []


def test_an_account_of_one_project_is_offered_what_is_its_own_or_shared(acts: Acts) -> None:
    """It sees the same cloud through rows that another account brought."""
    acts.lab.account("own", cloud="lab", project="portal")
    acts.lab.sync("own")
    answer = ask(acts, "own")
    portal = next(row for row in acts.lab.resources("project") if row.name == "portal")
    assert answer.home == portal.native_id
    assert of(answer, "flavor").total == len(acts.lab.resources("flavor", region=acts.region))
    assert {one.name for one in of(answer, "networks").items} == {"ext-net", "portal-net-03"}
    assert {one.project for one in of(answer, "security_groups").items} == {portal.native_id}
    assert {(one.basis, one.resource) for one in answer.quota} == {
        ("cloud", name) for name in ("instances", "vcpus", "memory_mib")
    }


def test_what_is_chosen_decides_what_fits(acts: Acts) -> None:
    flavors = acts.lab.resources("flavor", region=acts.region)
    small = min(flavors, key=lambda row: row.attributes["memory_mib"])
    image = next(row for row in acts.lab.resources("image", region=acts.region) if row.state == "available")
    needs = small.attributes["memory_mib"] + 1
    change(acts, image, attributes=image.attributes | {"min_memory_mib": needs})
    for one in of(ask(acts, image=image.name), "flavor").items:
        memory = one.attributes["memory_mib"]
        assert (one.usable, one.reason_code) == ((True, "") if memory >= needs else (False, "memory_too_small"))
    chosen = next(one for one in of(ask(acts, flavor=small.name), "image").items if one.native_id == image.native_id)
    assert f"needs {needs} MiB" in chosen.reason
    assert image.name in chosen.reason


def test_quota_left_is_told_and_judged(acts: Acts) -> None:
    with acts.lab.runtime.database.writing() as session:
        tenant = get(session, "ten_default")
        used = quota.usage(session, tenant).used.vcpus
        quota.set_limits(session, CALLER, tenant, Limits(vcpus=used + 4))
    answer = ask(acts)
    assert [(one.basis, one.resource, one.left, one.limit) for one in answer.quota] == [("mcm", "vcpus", 4, used + 4)]
    for one in of(answer, "flavor").items:
        assert one.usable == (one.attributes["vcpus"] <= 4)
        assert one.usable or (one.reason_code == "quota" and "4 vcpus left" in one.reason)


def test_stale_lists_say_so(acts: Acts) -> None:
    with acts.lab.runtime.database.writing() as session:
        old = update(Scope).where(Scope.kind == "image", Scope.region == acts.region)
        session.execute(old.values(as_of=clock.now() - timedelta(days=30)))
        session.execute(
            update(Scope).where(Scope.kind == "zone").values(status="failing", error_message="the zone service is down")
        )
        session.execute(update(Scope).where(Scope.kind == "keypair").values(as_of=None))
    answer = ask(acts)
    image, zone, keypair, flavor = (of(answer, param) for param in ("image", "zone", "keypair", "flavor"))
    assert (image.stale, zone.stale, keypair.stale, flavor.stale) == (True, True, True, False)
    assert "old, more than" in str(image.stale_reason)
    assert "the zone service is down" in str(zone.stale_reason)
    assert keypair.as_of is None
    assert of(answer, "datastore").absent
    # Old is not wrong: the cloud decides.
    assert any(one.usable for one in image.items)


def test_what_the_last_read_did_not_list_cannot_be_chosen(acts: Acts) -> None:
    flavor = acts.lab.resources("flavor", region=acts.region)[0]
    with acts.lab.runtime.database.writing() as session:
        session.execute(update(Sighting).where(Sighting.resource_id == flavor.id).values(missing_since=clock.now()))
    found = next(one for one in of(ask(acts), "flavor").items if one.native_id == flavor.native_id)
    assert (found.usable, found.reason_code) == (False, "missing")
    change(acts, flavor, presence="gone")
    assert flavor.native_id not in {one.native_id for one in of(ask(acts), "flavor").items}


def _owner(seen: View, role: Role = Role.WORKLOAD_OWNER) -> Caller:
    return Caller("prn_x", "ten_own", "xi", "test", "rq_test", grants=(Grant(role, seen),))


def _tenants(acts: Acts) -> tuple[View, ResourceRow]:
    """The account is of one tenant, and one project of it has been given to another."""
    with acts.lab.runtime.database.writing() as session:
        for ident in ("ten_own", "ten_other"):
            session.add(Tenant(id=ident, name=ident, parent_id=None, version=1, created_at=clock.now()))
        session.flush()
        session.execute(update(Account).values(tenant_id="ten_own"))
        session.execute(update(ResourceRow).values(tenant_id="ten_own"))
        network = session.scalars(select(ResourceRow).where(ResourceRow.name == "portal-net-03").limit(1)).one()
        session.execute(update(ResourceRow).where(ResourceRow.project == network.project).values(tenant_id="ten_other"))
        session.execute(update(ResourceRow).where(ResourceRow.kind == "flavor").values(tenant_id="ten_other"))
        ubuntu = update(ResourceRow).where(ResourceRow.kind == "image", ResourceRow.name == "debian-12")
        session.execute(ubuntu.values(tenant_id="ten_other"))
    return View(tenants=frozenset({"ten_own"})), network


def test_what_another_tenant_has_is_not_offered_unless_the_cloud_offers_it_to_all(acts: Acts) -> None:
    seen, network = _tenants(acts)
    answer = ask(acts, caller=_owner(seen), view=seen)
    assert answer.allowed
    assert network.name not in {one.name for one in of(answer, "networks").items}
    assert of(answer, "networks").total == 3
    assert network.project not in {one.project for found in answer.lists for one in found.items}
    assert {one.id for one in of(answer, "flavor").items} == {None}
    images = {one.name: one.id for one in of(answer, "image").items}
    assert images["debian-12"] is None
    assert images["rocky-9"] is not None
    assert network.name not in answer.model_dump_json()
    usable = {param: next(one for one in of(answer, param).items if one.usable) for param in ("image", "flavor")}
    given: dict[str, Any] = {param: one.native_id for param, one in usable.items()}
    with pytest.raises(InvalidInput) as caught:
        acts.ask("instance.create", caller=_owner(seen), name="x", networks=[network.native_id], **given, _seen=seen)
    assert caught.value.details["reason_code"] == "unknown"
    acts.ask("instance.create", caller=_owner(seen), name="x", **given, _seen=seen)


def test_who_may_not_create_is_told_and_sees_their_own_only(acts: Acts) -> None:
    seen, network = _tenants(acts)
    answer = ask(acts, caller=_owner(seen, Role.VIEWER), view=seen)
    assert (answer.allowed, answer.reason_code) == (False, "no_permission")
    mine = View(projects=frozenset({(network.account_id, str(network.project))}))
    answer = ask(acts, caller=_owner(mine), view=mine)
    assert not answer.allowed
    assert {one.name for one in of(answer, "networks").items} == {network.name}
    assert (of(answer, "flavor").total, answer.quota) == (0, [])
    with pytest.raises(McmError, match="there is no account"):
        ask(acts, caller=_owner(View(tenants=frozenset({"ten_nobody"}))), view=View(tenants=frozenset({"ten_nobody"})))


@pytest.mark.parametrize(
    ("kind", "asked"),
    [
        (InvalidInput, {"action": "instance.explode"}),
        (InvalidInput, {"action": "instance.stop"}),
        (InvalidInput, {"region": "mars-1"}),
        (InvalidInput, {"project": "no-project"}),
        (InvalidInput, {"image": "no-image"}),
        (InvalidInput, {"flavor": "no-flavor"}),
        (BadRequest, {"only": ("name",)}),
        (BadRequest, {"search": "a\x00b"}),
        (BadRequest, {"search": "x" * 300}),
        (BadRequest, {"cursor": "nonsense", "only": ("image",)}),
        (BadRequest, {"cursor": "WyJhIiwiYiJd"}),
        (BadRequest, {"cursor": "WzEsMl0", "only": ("image",)}),
    ],
)
def test_bad_questions(acts: Acts, kind: type[McmError], asked: dict[str, Any]) -> None:
    with pytest.raises(kind) as caught:
        ask(acts, **asked)
    assert caught.value.message
    assert type(caught.value).status in (400, 422)


def _many(session: Session, like: ResourceRow, number: int) -> None:
    columns = {column.name: getattr(like, column.name) for column in ResourceRow.__table__.columns}
    rows = []
    for each in range(number):
        name = f"ami-{each:05}"
        own = {"id": f"{each:032x}", "native_id": name, "name": name, "search": name, "state": "available"}
        rows.append(columns | own)
    session.execute(insert(ResourceRow), rows)
    seen = {"scope_id": like.scope_id, "account_id": like.account_id, "fingerprint": ""}
    session.execute(
        insert(Sighting),
        [seen | {"resource_id": row["id"], "absent_confirmed": False, "held": False} for row in rows],
    )


def test_five_thousand_images_are_bounded_searched_and_paged(acts: Acts) -> None:
    like = acts.lab.resources("image", region=acts.region)[0]
    with statements(acts) as few:
        ask(acts)
    with acts.lab.runtime.database.writing() as session:
        _many(session, like, 5000)
    with statements(acts) as many:
        answer = ask(acts, limit=50)
    assert len(many) == len(few) < 30
    images = of(answer, "image")
    assert (images.total, images.found, len(images.items)) == (5010, 5010, 50)
    found = of(ask(acts, search="AMI-0123", only=("image",)), "image")
    assert (found.total, found.found, [one.name for one in found.items]) == (
        5010,
        10,
        [f"ami-0123{n}" for n in range(10)],
    )
    names: list[str] = []
    cursor = None
    while True:
        page = of(ask(acts, only=("image",), limit=1000, cursor=cursor), "image")
        names += [one.name for one in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert len(names) == len(set(names)) == 5010
    assert names == sorted(names)
