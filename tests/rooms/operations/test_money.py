"""Operations within a limit of money per month: what each costs is held with it, by the rate card of its cloud."""

from decimal import Decimal

import pytest

from mcm.kit import clock
from mcm.kit.money import rounded
from mcm.models import Operation, QuotaReservation, ResourceRow
from mcm.operations import needs, presenting, service
from mcm.operations.impact import impact
from mcm.operations.schemas import Impact, OperationCreate
from mcm.ratecards import service as ratecards
from mcm.tenancy import quota, repository
from mcm.tenancy.errors import QuotaExceeded, QuotaUnpriced
from mcm.tenancy.schemas import Limits, MoneyUsage, MonthlyMoney
from tests.lab import CALLER
from tests.rooms.costs import stock
from tests.rooms.operations.acting import Acts

CARD = stock.card("lab", currency="EUR")
RATES, HOURS = CARD.full, Decimal(730)


@pytest.fixture
def carded(acts: Acts, monkeypatch: pytest.MonkeyPatch) -> Acts:
    monkeypatch.setattr(ratecards, "current", lambda session, account_id, on=None: CARD)
    return acts


def _money(acts: Acts) -> MoneyUsage:
    with acts.lab.runtime.database.reading() as session:
        tenant = repository.find(session, acts.lab.resources()[0].tenant_id)
        assert tenant is not None
        found = quota.usage(session, tenant, money=True, currency="EUR").money
        assert found is not None
        return found


def _limit(acts: Acts, amount: Decimal, currency: str = "EUR") -> None:
    with acts.lab.runtime.database.writing() as session:
        tenant = repository.find(session, acts.lab.resources()[0].tenant_id)
        assert tenant is not None
        money = MonthlyMoney(amount=rounded(amount), currency=currency)
        quota.set_limits(session, CALLER, tenant, Limits(money_per_month=money))


def _left(acts: Acts, left: Decimal) -> None:
    """A limit that leaves just so much."""
    now = _money(acts)
    _limit(acts, now.used + now.reserved + left)


def _dry(acts: Acts, action: str, row: ResourceRow, **params: object) -> None:
    runtime = acts.lab.runtime
    asked = OperationCreate.model_validate({"action": action, "params": params, "resource": row.id})
    with runtime.database.reading() as session:
        found = service.wanted(session, runtime.registry, CALLER, asked)
        needs.require_room(session, found.account, found.action, found.params, found.row, found.region)


def _machine(flavor: ResourceRow) -> Decimal:
    size = flavor.attributes
    gib = Decimal(size["memory_mib"]) / 1024
    return rounded((RATES.vcpu_hour * size["vcpus"] + RATES.memory_gib_hour * gib) * HOURS)


def _flavors(acts: Acts) -> list[ResourceRow]:
    """Without GPUs, which the card has no rate for; the cheapest first."""
    rows = acts.lab.resources("flavor", region=acts.region, state="available")
    return sorted((one for one in rows if not one.attributes.get("gpu_count")), key=_machine)


def test_volumes_and_what_they_grow_by(carded: Acts) -> None:
    each = RATES.storage_gib_month["ssd"]
    _left(carded, 10 * each)
    operation = carded.ask("volume.create", name="one", size_gib=10)
    assert _money(carded).reserved == 10 * each
    with pytest.raises(QuotaExceeded) as refused:
        carded.ask("volume.create", name="two", size_gib=1)
    assert (refused.value.details["asked"], refused.value.details["reserved"]) == ("0.3", "3")
    done = carded.run(operation)
    volume = carded.lab.resources("volume", id=done.made_id)[0]
    _left(carded, 5 * each)
    with pytest.raises(QuotaExceeded):
        _dry(carded, "volume.extend", volume, size_gib=16)
    with pytest.raises(QuotaExceeded):
        carded.ask("volume.extend", volume, size_gib=16)
    _dry(carded, "volume.extend", volume, size_gib=15)
    assert carded.run(carded.ask("volume.extend", volume, size_gib=15)).status == "succeeded"


def test_instances_with_their_disks_and_what_a_failed_one_gives_back(carded: Acts) -> None:
    flavor, image = _flavors(carded)[0], carded.lab.resources("image", region=carded.region, state="available")[0]
    told = image.attributes
    disk = flavor.attributes.get("local_disk_gib") or max(told["min_disk_gib"], told["size_gib"])
    price = _machine(flavor) + rounded(Decimal(str(disk)) * RATES.storage_gib_month["ssd"])
    _left(carded, price * 2 - Decimal("0.01"))
    before = _money(carded)
    first = carded.ask("instance.create", name="one", image=image.native_id, flavor=flavor.native_id)
    assert _money(carded).reserved - before.reserved == pytest.approx(price)
    with pytest.raises(QuotaExceeded):
        carded.ask("instance.create", name="two", image=image.native_id, flavor=flavor.native_id)
    carded.arm("act:instance.create=full")
    assert carded.run(first).status == "failed"
    carded.disarm()
    assert _money(carded).reserved == before.reserved
    second = carded.ask("instance.create", name="two", image=image.native_id, flavor=flavor.native_id)
    assert carded.run(second).status == "succeeded"


def test_a_resize_costs_the_difference(carded: Acts) -> None:
    row = next(
        one
        for one in carded.lab.resources(region=carded.region, state="running", task_state=None)
        if not one.attributes.get("gpu_count")
    )
    large = _flavors(carded)[-1]
    now = rounded(
        (RATES.vcpu_hour * row.attributes["vcpus"] + RATES.memory_gib_hour * row.attributes["memory_mib"] / 1024)
        * HOURS
    )
    more = _machine(large) - now
    assert more > 0
    _left(carded, more - Decimal("0.01"))
    with pytest.raises(QuotaExceeded) as refused:
        carded.ask("instance.resize", row, flavor=large.native_id)
    assert Decimal(str(refused.value.details["asked"])) == pytest.approx(more)
    _left(carded, more)
    operation = carded.ask("instance.resize", row, flavor=large.native_id)
    assert _money(carded).reserved == pytest.approx(more)
    with carded.lab.runtime.database.reading() as session:
        made = session.get_one(Operation, operation)
        held = session.get_one(QuotaReservation, made.reservation_id)
        assert held.change is not None
        assert held.until > clock.now()


def _impact(acts: Acts, row: ResourceRow, *, costs: bool = True) -> Impact:
    runtime = acts.lab.runtime
    asked = OperationCreate.model_validate({"action": f"{row.kind}.delete", "resource": row.id})
    with runtime.database.reading() as session:
        found = service.wanted(session, runtime.registry, CALLER, asked)
        told = presenting.dry_run(session, found, {}, costs=costs).impact
        assert told is not None
        return told


def test_the_blast_radius_says_what_is_paid(carded: Acts) -> None:
    operation = carded.run(carded.ask("volume.create", name="one", size_gib=10))
    volume = carded.lab.resources("volume", id=operation.made_id)[0]
    with carded.lab.runtime.database.writing() as session:
        stock.rate(session, "EUR", "USD", "2")
    told = _impact(carded, volume)
    assert (told.money, told.currency, told.basis, told.unpriced) == (Decimal(6), "USD", "modelled", 0)
    assert told.money_note == "costs 6.00 USD a month while it runs (by rate card)"
    _limit(carded, Decimal(10**9))
    in_euro = _impact(carded, volume)
    assert (in_euro.money, in_euro.currency) == (Decimal(3), "EUR")
    hidden = _impact(carded, volume, costs=False)
    assert (hidden.money, hidden.currency) == (None, None)
    assert "3" not in hidden.money_note
    with carded.lab.runtime.database.reading() as session:
        mixed = impact(session, [volume, volume, _flavors(carded)[0]], [])
    assert (mixed["money"], mixed["unpriced"]) == (None, 1)
    assert mixed["money_note"] == (
        "costs at least 6.00 EUR a month while it runs (by rate card); 1 of 3 without a price: prices are known of "
        "instances and volumes only"
    )


def test_a_blast_radius_without_prices_says_so(acts: Acts) -> None:
    told = _impact(acts, acts.one("running", task_state=None))
    assert (told.money, told.unpriced) == (None, 1)
    assert told.money_note == (
        "what it costs a month is not known; 1 of 1 without a price: the private cloud 'lab' has no published rate card"
    )


def test_what_has_no_price_or_no_exchange_rate_is_not_made(acts: Acts) -> None:
    _limit(acts, Decimal(10**9))
    with pytest.raises(QuotaUnpriced) as refused:
        acts.ask("volume.create", name="one", size_gib=1)
    assert "'lab' has no published rate card" in refused.value.message
    assert "mcm rate-card publish" in refused.value.next_step
    assert "--money-per-month none" in refused.value.next_step
    assert acts.lab.count("operation") == acts.lab.count("quota_reservation") == 0
    assert _money(acts).unpriced == acts.lab.count("resource", "kind IN ('instance', 'volume') AND presence <> 'gone'")


def test_the_currency_of_the_limit_needs_an_exchange_rate(carded: Acts) -> None:
    _limit(carded, Decimal(10**9), "SEK")
    with pytest.raises(QuotaUnpriced) as refused:
        carded.ask("volume.create", name="one", size_gib=1)
    assert "mcm price set-rate EUR SEK" in refused.value.next_step
    with carded.lab.runtime.database.writing() as session:
        stock.rate(session, "EUR", "SEK", "11")
    assert carded.ask("volume.create", name="one", size_gib=1)
