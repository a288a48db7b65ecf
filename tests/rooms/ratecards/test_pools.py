"""Pools and published cards over HTTP, on both databases: versions, measured inputs, and who sees what."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from mcm.auth.roles import Role
from mcm.auth.service import View, limit
from mcm.db import migrate
from mcm.errors import Conflict
from mcm.identity import roles
from mcm.identity.schemas import HeldIn
from mcm.kit import clock
from mcm.models import Account, AuditEvent, PublishedRateCard, ResourceRow, Tenant
from mcm.ratecards import service
from mcm.tenancy import service as tenants
from mcm.tenancy.schemas import TenantCreate
from tests import lab as labs
from tests.baddays.serving import Served, serving
from tests.lab import CALLER, Lab
from tests.rooms.identity.people import Person, user
from tests.rooms.ratecards.test_formulas import HALL

D = Decimal
As = Callable[[str], Person]
MEASURED = """\
apiVersion: mcm/v1
kind: RateCard
name: hall
currency: CNY
accounts: [lab]
licences: [{name: hypervisor, per: core, monthly: 10, count: measured}]
other: [{name: everything, monthly: 100000}]
shares: {vcpu: 0.5, memory: 0.3, storage: {ssd: 0.2}}
capacity: {vcpu: measured, memory_gib: measured, storage_gib: {ssd: measured}}
overcommit: {vcpu: 4}
utilisation: measured
"""


@pytest.fixture
def lab(database_url: str, tmp_path: Path) -> Iterator[Lab]:
    made = labs.make(database_url, tmp_path)
    made.account("lab", flavour="vmware", instances=40, regions="1")
    yield made
    made.close()


@pytest.fixture
def by(lab: Lab) -> Iterator[As]:
    known: dict[str, Person] = {}
    with serving(lab) as served:

        def named(name: str) -> Person:
            if name not in known:
                _add(lab, name)
                known[name] = _signed_in(served, name)
            return known[name]

        yield named
        for one in known.values():
            one.http.close()


def _add(lab: Lab, name: str) -> None:
    """Only who takes part: passwords are slow. Anna is a cost analyst of a tenant without clouds."""
    if name != "anna":
        user(lab, name, {"cora": "cost_analyst", "vera": "viewer", "olga": "operator"}[name])
        return
    with lab.runtime.database.writing() as session:
        tenants.create(session, CALLER, TenantCreate(name="alpha", kind="department", parent="default"))
    user(lab, name, tenant="alpha")
    with lab.runtime.database.writing() as session:
        roles.bind(session, CALLER, name, Role.COST_ANALYST, HeldIn(tenant="alpha"))


def _signed_in(served: Served, name: str) -> Person:
    person = Person(served)
    assert person.login(name).is_success
    return person


def _put(person: Person, text: str = HALL, name: str = "hall", query: str = "", **headers: str) -> Any:
    return person.send("PUT", f"/cost-pools/{name}{query}", {"document": text}, **headers)


def _publish(person: Person, month: str = "2026-11", reason: str | None = None, query: str = "") -> Any:
    return person.send("POST", f"/rate-cards{query}", {"pool": "hall", "month": month, "reason": reason})


def _current(lab: Lab, on: str | None = None, view: View | None = None) -> Any:
    with lab.runtime.database.reading() as session:
        account = session.scalars(select(Account.id).where(Account.name == "lab")).one()
        if view is not None:
            limit(session, view)
        return service.current(session, account, date.fromisoformat(on) if on else None)


def test_a_pool_is_stored_replaced_and_deleted(lab: Lab, by: As) -> None:
    cora = by("cora")
    assert _put(cora, query="?dry_run=true").json()["change"] == "create"
    assert cora.get("/cost-pools").json()["items"] == []
    made = _put(cora)
    assert (made.status_code, made.json()["version"], made.json()["accounts"]) == (200, 1, ["lab"])
    read = cora.get("/cost-pools/hall")
    assert (read.headers["etag"], read.json()["document"]) == ('"1"', HALL)
    assert _put(cora).json()["version"] == 1

    later = HALL.replace("18200", "18300")
    assert _put(cora, later, **{"If-Match": '"1"'}).json()["version"] == 2
    late = _put(cora, later, **{"If-Match": '"1"'})
    assert (late.status_code, late.json()["code"]) == (412, "precondition_failed")
    assert _put(cora, HALL.replace("name: hall", "name: other"), "other", **{"If-Match": '"1"'}).status_code == 412
    assert cora.send("DELETE", "/cost-pools/hall", **{"If-Match": '"1"'}).status_code == 412
    gone = cora.send("DELETE", "/cost-pools/hall", **{"If-Match": '"2"'})
    assert gone.json() == {"pool": "hall", "dry_run": False, "cards": 0}
    assert cora.get("/cost-pools/hall").json()["code"] == "cost_pool_not_found"
    with lab.runtime.database.reading() as session:
        rows = session.scalars(select(AuditEvent).where(AuditEvent.target_kind == "cost_pool").order_by(AuditEvent.seq))
        assert [(row.action, row.details["version"]) for row in rows] == [
            ("cost_pool.create", 1), ("cost_pool.update", 1), ("cost_pool.update", 2), ("cost_pool.remove", 2)
        ]  # fmt: skip


def test_a_card_is_frozen(lab: Lab, by: As) -> None:
    cora = by("cora")
    _put(cora)
    assert _current(lab, "2026-12-31") is None
    assert _publish(cora, query="?dry_run=true").json()["version"] == 1
    assert cora.get("/rate-cards").json()["items"] == []
    card = _publish(cora).json()
    assert (card["full"]["vcpu_hour"], card["marginal"]["vcpu_hour"], card["version"]) == ("0.1", "0.0085", 1)
    shown = cora.get(f"/rate-cards/{card['id']}").json()
    assert (shown["document"], shown["calculation"]["total"]["amount"]) == (HALL, "58400")

    _put(cora, HALL.replace("monthly: 18200", "monthly: 76600"))
    assert cora.get("/cost-pools/hall/calculation", month="2026-11").json()["full"]["vcpu_hour"] == "0.2"
    assert cora.get(f"/rate-cards/{card['id']}").json() == shown
    again = _publish(cora)
    assert (again.status_code, again.json()["code"]) == (409, "rate_card_published")
    corrected = _publish(cora, reason="the lines were billed late").json()
    assert (corrected["version"], corrected["full"]["vcpu_hour"]) == (2, "0.2")
    assert cora.get(f"/rate-cards/{card['id']}").json() == shown
    listed = cora.get("/rate-cards", account="lab").json()["items"]
    assert [(one["version"], one["reason"]) for one in listed] == [(2, "the lines were billed late"), (1, None)]

    assert cora.send("DELETE", "/cost-pools/hall").json()["cards"] == 2
    assert cora.get(f"/rate-cards/{card['id']}").json() == shown
    with pytest.raises(Conflict, match="2 rows of rate_card"):
        migrate.downgrade(lab.runtime.database.engine, "0014")


def test_the_current_card(lab: Lab, by: As) -> None:
    cora = by("cora")
    _put(cora)
    _publish(cora, "2026-10")
    # In December the disk array is written off.
    _put(cora, HALL.replace("monthly: 18200", "monthly: 78805"))
    _publish(cora, "2026-12")
    assert _current(lab, "2026-09-30") is None
    october, december = _current(lab, "2026-11-30"), _current(lab, "2027-02-01")
    assert (october.month, december.month, december.full.vcpu_hour) == ("2026-10", "2026-12", D("0.2"))
    assert (october.pool, october.currency, october.utilisation, october.measured_on) == ("hall", "CNY", D("0.5"), None)
    assert october.at[D("0.8")].storage_gib_month == {"ssd": D("0.25")}
    assert october.age_days == max((date(2026, 11, 30) - october.published_on).days, 0)
    assert service.break_even(october, D("0.1")).utilisation == D("0.5")
    assert _current(lab, "2027-02-01", View(everything=False)) is None

    # A correction that leaves an account out holds for what is left.
    lab.account("second")
    _put(cora, HALL.replace("[lab]", "[second]"))
    _publish(cora, "2026-12", "it was the other cloud's")
    assert _current(lab, "2027-02-01").month == "2026-10"


def test_break_even_over_http(by: As) -> None:
    cora = by("cora")
    _put(cora)
    path = f"/rate-cards/{_publish(cora).json()['id']}/break-even"
    found = cora.get(path, price="0.8", vcpus="4", memory_gib="16").json()
    assert (found["utilisation"], found["reason"], found["all_sold"]) == ("0.65", "", "0.52")
    assert cora.get(path, price="0.01").json()["reason"] == "dearer_when_all_is_sold"
    assert cora.get(path, price="NaN").status_code == 422


def test_what_is_measured_is_what_the_inventory_knows(lab: Lab, by: As) -> None:
    cora = by("cora")
    unread = _put(cora, MEASURED, query="?dry_run=true")
    assert (unread.status_code, unread.json()["code"]) == (422, "capacity_unknown")
    # Every `measured` of the text: count, three of capacity; the one utilisation stands for three.
    places = {(one["line"], one["column"]) for one in unread.json()["details"]["findings"]}
    words = [
        (number, at + 1)
        for number, line in enumerate(MEASURED.splitlines(), 1)
        for at in range(len(line))
        if line.startswith("measured", at)
    ]
    assert places == set(words)
    # It may be stored all the same: what is measured is asked for when it is reckoned.
    assert _put(cora, MEASURED).status_code == 200

    lab.sync()
    made = cora.get("/cost-pools/hall/calculation").json()
    hosts, stores, machines = lab.resources("host"), lab.resources("datastore"), lab.resources("instance")
    cores = sum(one.attributes["cpu_cores"] for one in hosts)
    assert cores == 64 * len(hosts) > 0
    memory = sum(one.attributes["memory_mib"] for one in hosts)
    vcpus = sum(one.attributes["vcpus"] for one in machines)
    capacity = sum(D(str(one.attributes["capacity_gib"])) for one in stores)
    used = sum(D(str(one.attributes["used_gib"])) for one in stores)
    values = {name: D(value) for name, value in made["measured"]["values"].items()}
    assert values == {
        "count.core": cores,
        "capacity.vcpu": cores,
        "capacity.memory": D(memory) / 1024,
        "capacity.storage.ssd": capacity,
        "allocated.vcpu": vcpus,
        "allocated.memory": D(sum(one.attributes["memory_mib"] for one in machines)) / 1024,
        "allocated.storage.ssd": used,
    }
    assert made["costs"][1]["amount"] == str(cores * 10)
    wanted = D(vcpus) / (cores * 4)
    assert abs(D(made["utilisation"]["vcpu"]["amount"]) - wanted) <= D("1e-18")
    # What was sold brings in the pool's half.
    earned = D(made["full"]["vcpu_hour"]) * vcpus * 730
    assert round(earned, 6) == round((100000 + D(cores) * 10) / 2, 6)
    scopes = [lab.scope(kind) for kind in ("host", "datastore", "instance")]
    as_of = min(one.as_of for one in scopes if one.as_of is not None)
    assert clock.from_text(made["measured"]["as_of"]) == as_of
    assert (made["measured"]["at_least"], made["measured"]["missing"]) == (False, [])
    assert _publish(cora, f"{as_of:%Y-%m}").status_code == 201
    assert _current(lab).measured_on == as_of.date()


def test_what_is_missing_is_named(lab: Lab, by: As) -> None:
    cora = by("cora")
    lab.sync()
    first, *others = lab.resources("host")
    silent = {key: value for key, value in first.attributes.items() if key != "cpu_cores"}
    store = lab.resources("datastore")[0]
    with lab.runtime.database.writing() as session:
        session.execute(update(ResourceRow).where(ResourceRow.id == first.id).values(attributes=silent))
    one_class = MEASURED.replace(
        "storage_gib: {ssd: measured}}", f'storage_gib: {{ssd: measured}}, datastores: {{ssd: ["{store.name}"]}}}}'
    )
    _put(cora, one_class)
    made = cora.get("/cost-pools/hall/calculation", month="2001-01").json()
    assert made["measured"]["at_least"]
    values = made["measured"]["values"]
    assert values["capacity.vcpu"] == str(64 * len(others))
    assert D(values["capacity.storage.ssd"]) == D(str(store.attributes["capacity_gib"]))
    missing = {one["code"]: one for one in made["measured"]["missing"]}
    assert missing["attribute_unknown"]["values"]["names"] == first.name
    assert missing["datastores_of_no_class"]["values"]["number"] == str(len(lab.resources("datastore")) - 1)
    assert {"at_least", "measured_in_another_month"} <= {one["code"] for one in made["warnings"]}

    with lab.runtime.database.writing() as session:
        gone = update(ResourceRow).where(ResourceRow.kind == "instance").values(presence="gone")
        session.execute(gone)
    empty = cora.get("/cost-pools/hall/calculation")
    assert empty.json()["code"] == "capacity_unknown"
    assert "divided by 0" in empty.json()["detail"]


def test_a_cloud_without_hosts_must_be_given(lab: Lab, by: As) -> None:
    lab.account("flat", flavour="public", instances=10, regions="1")
    lab.sync("flat")
    answer = _put(by("cora"), MEASURED.replace("[lab]", "[flat]"), query="?dry_run=true")
    assert answer.json()["code"] == "capacity_unknown"
    assert "capacity.vcpu" in {one["path"] for one in answer.json()["details"]["findings"]}


@pytest.mark.parametrize(
    ("accounts", "says"), [("[nowhere]", "there is no account"), ("[lab, rented]", "is a public cloud")]
)
def test_accounts_that_cannot_be_in_a_pool(lab: Lab, by: As, accounts: str, says: str) -> None:
    lab.account("rented")
    with lab.runtime.database.writing() as session:
        session.execute(update(Account).where(Account.name == "rented").values(ownership="public"))
    answer = _put(by("cora"), HALL.replace("[lab]", accounts)).json()
    (finding,) = answer["details"]["findings"]
    assert (answer["code"], finding["line"]) == ("invalid_rate_card", 6)
    assert says in finding["message"]


def test_an_account_is_in_one_pool(by: As) -> None:
    cora = by("cora")
    _put(cora)
    other = HALL.replace("name: hall", "name: second")
    assert _put(cora, other, "second").json()["code"] == "cost_pool_conflict"
    assert _put(cora, other).json()["code"] == "invalid_rate_card"


def test_who_may_do_what(lab: Lab, by: As) -> None:
    _put(by("cora"))
    card = _publish(by("cora")).json()["id"]
    assert by("vera").get("/cost-pools").status_code == 403
    olga = by("olga")
    assert olga.get("/cost-pools/hall").status_code == olga.get(f"/rate-cards/{card}").status_code == 200
    for answer in (_put(olga), _publish(olga), olga.send("DELETE", "/cost-pools/hall")):
        assert answer.status_code == 403

    anna = by("anna")
    assert anna.get("/cost-pools").json()["items"] == anna.get("/rate-cards").json()["items"] == []
    for path in ("/cost-pools/hall", "/cost-pools/hall/calculation", f"/rate-cards/{card}"):
        assert anna.get(path).status_code == 404
    assert _put(anna).json()["code"] == "invalid_rate_card"
    assert _publish(anna).status_code == anna.send("DELETE", "/cost-pools/hall").status_code == 404
    lab.account("hers")
    with lab.runtime.database.writing() as session:
        alpha = session.scalars(select(Tenant.id).where(Tenant.name == "alpha")).one()
        session.execute(update(Account).where(Account.name == "hers").values(tenant_id=alpha))
    taken = _put(anna, HALL.replace("[lab]", "[hers]"))
    assert (taken.status_code, taken.json()["detail"]) == (409, "the name 'hall' is taken")
    mine = HALL.replace("[lab]", "[hers]").replace("name: hall", "name: mine")
    assert _put(anna, mine, "mine").status_code == 200
    assert [one["name"] for one in anna.get("/cost-pools").json()["items"]] == ["mine"]
    # One account beyond what she sees, and the pool is beyond it too.
    by("cora").send("DELETE", "/cost-pools/hall")
    both = mine.replace("[hers]", "[hers, lab]")
    assert _put(by("cora"), both, "mine").status_code == 200
    assert anna.get("/cost-pools/mine").status_code == 404


def test_pages(lab: Lab, by: As) -> None:
    cora = by("cora")
    _put(cora)
    for month in ("2026-09", "2026-10", "2026-11"):
        _publish(cora, month)
    _publish(cora, "2026-10", "typing error")
    found, cursor = [], None
    while True:
        answer = cora.get("/rate-cards", limit=1, **({"cursor": cursor} if cursor else {})).json()
        found += [(one["month"], one["version"]) for one in answer["items"]]
        if (cursor := answer["next_cursor"]) is None:
            break
    assert found == [("2026-11", 1), ("2026-10", 2), ("2026-10", 1), ("2026-09", 1)]
    assert cora.get("/cost-pools").json()["items"][0]["published"] == "2026-11"
    assert cora.get("/rate-cards", cursor="nonsense").status_code == 400
    assert cora.get("/rate-cards", month="November").status_code == 422
    with lab.runtime.database.reading() as session:
        assert session.scalars(select(PublishedRateCard.published_by)).all() == ["cora"] * 4
