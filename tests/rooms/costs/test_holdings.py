"""What limits of money are reckoned with: prices of holdings where they are, and why some have none."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event

from mcm.auth.service import NOTHING, limit, view_of
from mcm.costs import matching
from mcm.costs.holdings import priced as reckoned
from mcm.kit import clock
from mcm.models import RateRule, Tenant
from mcm.tenancy.money import Cost, Holding
from tests.days import days_ago
from tests.lab import Lab
from tests.rooms.costs import stock
from tests.rooms.costs.conftest import CARDS
from tests.rooms.inventory.world import World

HOURS = Decimal(730)


@pytest.fixture
def world(priced: Lab) -> World:
    """Accounts `north` (public, dollars), `bare` (private, no rate card) and `card` (private, with one)."""
    made = World(priced.runtime.database)
    made.account("north", provider="north", ownership="public")
    made.account("east", provider="east", ownership="public")
    made.account("bare")
    CARDS[made.account("card")] = stock.card("acc_card")
    with priced.runtime.database.writing() as session:
        for ident, parent in (("ten_a", None), ("ten_a1", "ten_a"), ("ten_b", None)):
            session.add(Tenant(id=ident, name=ident, parent_id=parent, version=1, created_at=clock.now()))
            session.flush()
    return made


def _of(account: str = "acc_north", region: str = "n-1", tenant: str = "ten_b", **more: Any) -> Holding:
    told: dict[str, Any] = {"flavor": "n2.small", "vcpus": 2, "memory_mib": 4096}
    return Holding("instance", tenant, account, region, **(told | more))


def _disk(gib: str | None, account: str = "acc_north", region: str = "n-1", **more: Any) -> Holding:
    return Holding("volume", "ten_b", account, region, disk_gib=Decimal(gib) if gib is not None else None, **more)


def _costs(lab: Lab, *holdings: Holding, currency: str = "USD") -> list[Cost]:
    with lab.runtime.database.reading() as session:
        # A limit above what the caller sees counts all the same.
        limit(session, NOTHING)
        found = list(reckoned(session, holdings, currency))
        assert view_of(session) is NOTHING
    return found


def test_each_is_priced_on_its_own_size_where_it_is(priced: Lab, world: World) -> None:
    small, ten, disk, disks, mine, other = _costs(
        priced, _of(), _of(count=10, disk_gib=Decimal(200)), _disk("100", disk_type="gp3"),
        _disk("50", disk_type="io2"), _of("acc_card", "r1", flavor=None, disk_gib=Decimal(10)),
        _of(flavor="own.size", vcpus=3, memory_mib=9000),
    )  # fmt: skip
    assert (small.amount, small.basis, small.lacking) == (Decimal("0.0416") * HOURS, "list", ())
    assert ten.amount == 10 * Decimal("0.0416") * HOURS + 200 * Decimal("0.08")
    assert (disk.amount, disks.amount) == (Decimal(8), 50 * Decimal("0.125"))
    # By the rate card, which is in yuan: 0.11 for a vCPU and 0.02 for a GiB of memory an hour, 0.3 for a GiB of disk.
    assert mine.amount == pytest.approx(((2 * Decimal("0.11") + 4 * Decimal("0.02")) * HOURS + 3) / Decimal("7.2"))
    assert (mine.basis, mine.lacking) == ("modelled", ())
    # A size without a price of its own costs what the cheapest that holds it does.
    assert (other.amount, other.lacking) == (Decimal("0.1925") * HOURS, ())


def test_what_cannot_be_priced_says_why_and_what_to_do(priced: Lab, world: World) -> None:
    cases: list[tuple[Holding, str, str]] = [
        (_of("acc_bare", "r1"), "no published rate card", "mcm rate-card publish"),
        (_disk("5", "acc_bare", "r1"), "no published rate card", "mcm rate-card publish"),
        (_of(region="n-9"), "no compute prices for north n-9", "mcm price import"),
        (_of(flavor="other", vcpus=None), "vCPU and how much memory it has is not known", "vcpus and memory_mib"),
        (_disk(None), "how large its disk is is not known", "disk_gib"),
        (_of("acc_gone"), "account was removed", ""),
        (_of(flavor="huge", vcpus=4000), "more than any size here has", "mcm price import"),
        (_of("acc_card", "r1", gpus=1), "has no rate for GPUs", "mcm rate-card publish"),
    ]
    found = _costs(priced, *(one for one, _, _ in cases))
    for (_, why, how), cost in zip(cases, found, strict=True):
        assert cost.amount == 0
        assert len(cost.lacking) == 1, cost.lacking
        assert why in cost.lacking[0].reason
        assert how in cost.lacking[0].how
        assert cost.lacking[0].reason_zh != cost.lacking[0].reason
    (partly,) = _costs(
        priced, _of("acc_east", "e-1", flavor="c7.large", memory_mib=8192, disk_gib=None), currency="CNY"
    )
    assert (partly.amount, len(partly.lacking)) == (Decimal("0.54") * HOURS, 1)
    (named,) = _costs(priced, _of(vcpus=None, memory_mib=None))
    assert (named.amount, named.lacking) == (Decimal("0.0416") * HOURS, ())


def test_without_an_exchange_rate_there_is_no_amount(priced: Lab, world: World) -> None:
    yuan, lost = _costs(priced, _of(), _of("acc_card", "r1"), currency="CNY")
    assert yuan.amount == Decimal("0.0416") * HOURS * Decimal("7.2")
    assert lost.lacking == ()
    (krona,) = _costs(priced, _of(), currency="SEK")
    assert krona.amount == 0
    assert "no exchange rate from USD to SEK" in krona.lacking[0].reason
    assert "mcm price set-rate USD SEK RATE" in krona.lacking[0].how


def test_whose_it_is_decides_what_is_paid(priced: Lab, world: World) -> None:
    with priced.runtime.database.writing() as session:
        session.add(
            RateRule(
                id="rrl_1", name="ours", kind="discount", percent=Decimal(25), tenant_id="ten_a", reference="",
                valid_from=days_ago(9), version=1, created_at=clock.now(), changed_at=clock.now(),
            )
        )  # fmt: skip
    above, below, other = _costs(priced, _of(tenant="ten_a"), _of(tenant="ten_a1"), _of(tenant="ten_b"))
    assert above.amount == below.amount == Decimal("0.0312") * HOURS
    assert (above.basis, other.amount, other.basis) == ("contracted", Decimal("0.0416") * HOURS, "list")


def test_a_distinct_need_is_asked_once_however_many_there_are(
    priced: Lab, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    of_sku = matching.Index.of_sku

    def ask(*args: Any) -> Any:
        asked.append(args[1:])
        return of_sku(*args)

    monkeypatch.setattr(matching.Index, "of_sku", ask)

    def number(holdings: list[Holding]) -> int:
        statements: list[str] = []

        def listen(*args: Any) -> None:
            statements.append(args[2])

        asked.clear()
        engine = priced.runtime.database.engine
        event.listen(engine, "before_cursor_execute", listen)
        _costs(priced, *holdings)
        event.remove(engine, "before_cursor_execute", listen)
        return len(statements)

    few = number([_of(), _disk("5")])
    many = number([*(_of(tenant=f"ten_{n}", count=n) for n in range(1, 200)), *(_disk(str(n)) for n in range(1, 200))])
    assert len(asked) == 1
    assert many == few
