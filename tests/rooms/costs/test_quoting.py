"""What one thing costs: a machine that somebody thinks of, and a resource that is there, with what was booked to it."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from mcm.auth.roles import Role
from mcm.costs import booked, quoting
from mcm.costs.quote_schemas import Quote, ResourceCost
from mcm.costs.quoting import Wanted
from mcm.identity import roles
from mcm.identity.schemas import HeldIn
from mcm.models import Account, ResourceRow
from mcm.tenancy import service as tenants
from mcm.tenancy.schemas import TenantCreate
from tests.baddays.serving import serving
from tests.days import days_ago
from tests.lab import CALLER, Lab
from tests.rooms.charges import bills
from tests.rooms.costs.conftest import CARDS
from tests.rooms.identity.people import Person, user

HOURS = Decimal(730)
SMALL = Wanted(Decimal(2), Decimal(4096), sku="n2.small", disk_gib=Decimal(50))


def _quote(lab: Lab, wanted: Wanted, region: str = "bj-1", currency: str | None = None) -> Quote:
    with lab.runtime.database.reading() as session:
        return quoting.machine(session, "hall", region, wanted, currency, CALLER.tenant_id)


def _cost(lab: Lab, ident: str, months: int = 12) -> ResourceCost:
    with lab.runtime.database.reading() as session:
        return booked.of_resource(session, ident, months, None)


def _public(lab: Lab) -> None:
    """The account's provider is taken for the cloud `north`, whose prices there are."""
    CARDS.clear()
    with lab.runtime.database.writing() as session:
        session.execute(update(Account).values(ownership="public", provider="north"))


def test_a_machine_by_the_price_of_its_very_size(priced: Lab) -> None:
    _public(priced)
    found = _quote(priced, SMALL, "n-1")
    assert (found.month, found.hour) == (Decimal("0.0416") * HOURS + 4, Decimal("0.047079452054794521"))
    assert (found.currency, found.basis, found.sku, found.at_least) == ("USD", "list", "n2.small", False)
    assert {(line.item, line.source, line.age_days) for line in found.lines} == {
        ("compute", "list of north", 3), ("storage", "list of north", 3)
    }  # fmt: skip
    # In another currency by a named rate.
    yuan = _quote(priced, SMALL, "n-1", "CNY")
    assert (yuan.month, yuan.currency) == ((found.month or 0) * Decimal("7.2"), "CNY")
    assert [(rate.currency, rate.to, rate.source) for rate in yuan.rates] == [("USD", "CNY", "bank")]
    # A size that has no price of its own, and a disk of which nobody says how large it is.
    other = _quote(priced, Wanted(Decimal(1), Decimal(1024), sku="nobody.knows"), "n-1")
    assert (other.month, other.sku, other.at_least) == (Decimal("0.0416") * HOURS, "n2.small", True)
    assert {"own_size_unpriced", "disk_not_said"} <= {one.code for one in other.notes}
    # Without a price it is unknown, and neither 0 nor what the disk alone costs.
    huge = _quote(priced, Wanted(Decimal(512), Decimal(4096), disk_gib=Decimal(50)), "n-1")
    assert (huge.month, huge.hour, huge.shown, huge.basis) == (None, None, None, "list")
    nowhere = _quote(priced, SMALL, "n-9")
    assert (nowhere.month, nowhere.currency, nowhere.basis) == (None, None, "unknown")
    assert nowhere.notes


def test_a_machine_by_a_rate_card_and_without_one(priced: Lab) -> None:
    found = _quote(priced, SMALL)
    full = next(iter(CARDS.values())).full
    expected = (2 * full.vcpu_hour + 4 * full.memory_gib_hour) * HOURS + 50 * full.storage_gib_month["ssd"]
    assert found.month is not None
    assert abs(found.month - expected) < Decimal("1e-9")
    assert (found.currency, found.basis) == ("CNY", "modelled")
    CARDS.clear()
    without = _quote(priced, SMALL)
    assert (without.month, [one.code for one in without.notes]) == (None, ["no_rate_card"])


def _bill(lab: Lab, row: ResourceRow, months: tuple[str, ...], **more: Any) -> None:
    rows = [
        {"ResourceId": row.native_id, "BillingPeriodStart": f"{month}-01T00:00:00Z", "ChargePeriodStart": start,
         "ChargePeriodEnd": start.replace("T00", "T01"), "BillingPeriodEnd": f"{month}-28T00:00:00Z"} | more
        for month in months
        for start in (f"{month}-01T00:00:00Z", f"{month}-02T00:00:00Z")
    ]  # fmt: skip
    bills.take(lab, bills.bill(rows), account="hall")


def test_what_was_booked_to_a_resource_and_what_it_costs_now(priced: Lab) -> None:
    priced.sync("hall", kinds=("instance", "volume"))
    row, other = priced.resources()[:2]
    recent = f"{days_ago(40):%Y-%m}"
    _bill(priced, row, ("2020-01", recent))
    with priced.runtime.database.writing() as session:
        values: dict[str, Any] = {
            "labels": {"app": "shop", "cost-center": "4711"},
            "tags": {"env": "prod"},
            "state": "stopped",
        }
        session.execute(update(ResourceRow).where(ResourceRow.id == row.id).values(**values))
    found = _cost(priced, row.id)
    # The old month is before the twelve that are shown.
    assert [(one.month, one.currency, one.basis, one.charges) for one in found.months] == [
        (recent, "EUR", "billed", 2)
    ]  # fmt: skip
    assert (found.months[0].billed, found.months[0].effective) == (Decimal("2.5"), Decimal("2.4"))
    assert (found.months[0].tenant, found.tenant) == ("default", "default")
    assert (found.application, found.cost_center, found.environment) == ("shop", "4711", "prod")
    told, full = row.attributes, next(iter(CARDS.values())).full
    hour = told["vcpus"] * full.vcpu_hour + Decimal(told["memory_mib"]) / 1024 * full.memory_gib_hour
    rate = found.run_rate
    assert rate is not None
    assert rate.month is not None
    assert abs(rate.month - hour * HOURS) < Decimal("1e-9")
    assert "priced_as_running" in {one.code for one in rate.notes}
    # Its own disk is paid beside processors and memory, of which nobody said anything above.
    with priced.runtime.database.writing() as session:
        changed = session.get_one(ResourceRow, row.id)
        changed.attributes = changed.attributes | {"local_disk_gib": 10}
    with_disk = _cost(priced, row.id).run_rate
    assert with_disk is not None
    assert with_disk.month == rate.month + 10 * full.storage_gib_month["ssd"]
    # Nothing was charged to this one: no months, and no zeros.
    assert _cost(priced, other.id).months == []


def test_what_is_no_machine_and_what_nobody_prices(priced: Lab) -> None:
    priced.sync("hall", kinds=("volume", "flavor", "public_ip"))
    volume, address, flavor = (priced.resources(kind)[0] for kind in ("volume", "public_ip", "flavor"))
    with priced.runtime.database.writing() as session:
        row = session.get_one(ResourceRow, volume.id)
        row.attributes = row.attributes | {"size_gib": 100, "type": "ssd"}
    rate = _cost(priced, volume.id).run_rate
    assert rate is not None
    assert (rate.month, [line.item for line in rate.lines]) == (Decimal(30), ["storage"])
    # The rate card has no rate for addresses.
    rate = _cost(priced, address.id).run_rate
    assert rate is not None
    assert (rate.month, rate.basis) == (None, "unknown")
    found = _cost(priced, flavor.id)
    assert found.run_rate is None
    assert found.why is not None
    assert found.why.code == "kind_without_price"


@pytest.fixture
def people(priced: Lab) -> Iterator[tuple[Lab, dict[str, Person]]]:
    priced.sync("hall", kinds=("instance",))
    with priced.runtime.database.writing() as session:
        tenants.create(session, CALLER, TenantCreate(name="alpha", kind="department", parent="default"))
    for name in ("anna", "cora", "rita"):
        user(priced, name)
    with priced.runtime.database.writing() as session:
        roles.bind(session, CALLER, "anna", Role.COST_ANALYST, HeldIn(tenant="alpha"))
        roles.bind(session, CALLER, "cora", Role.COST_ANALYST, HeldIn())
    with serving(priced) as served:
        by = {name: Person(served) for name in ("anna", "cora", "rita")}
        for name, person in by.items():
            assert person.login(name).is_success
        yield priced, by


def test_over_http_by_those_who_see_it(people: tuple[Lab, dict[str, Person]]) -> None:
    lab, by = people
    row = lab.resources()[0]

    def ask(who: str, path: str) -> httpx.Response:
        return by[who].send("GET", path)

    told = ask("cora", f"/costs/resources/{row.id}?months=2").json()
    assert (told["kind"], told["months"], told["run_rate"]["currency"]) == ("instance", [], "CNY")
    assert ask("anna", f"/costs/resources/{row.id}").status_code == 404
    assert ask("rita", f"/costs/resources/{row.id}").status_code == 403
    assert ask("cora", "/costs/resources/none").status_code == 404
    assert ask("cora", f"/costs/resources/{row.id}?months=0").status_code == 422
    size = "region=bj-1&vcpus=2&memory_mib=4096&disk_gib=50"
    assert ask("cora", f"/costs/quote?account=hall&{size}").json()["basis"] == "modelled"
    # Of an account that one does not see there is no quote.
    assert ask("anna", f"/costs/quote?account=hall&{size}").status_code == 404
    assert ask("cora", f"/costs/quote?account=hall&{size}&currency=euro").status_code == 422
    assert ask("cora", "/costs/quote?account=hall&region=bj-1&vcpus=0&memory_mib=1").status_code == 422
