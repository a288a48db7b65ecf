"""The formulas of private rates: pure, decimal, each with its terms. What a division makes has 18 places.

Everything is for a month of 730 hours, so that months of different length do not change a rate.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, localcontext

from mcm.kit.money import EXACT, quotient, rounded
from mcm.kit.units import HOURS_PER_MONTH
from mcm.ratecards.rates import RateCard, Rates

_ONE = Decimal(1)
_MONTHS_PER_YEAR = 12


def straight_line(capex: Decimal, life_months: int, residual: Decimal) -> Decimal:
    """(capex − residual) ÷ life: the same in every month, and nothing for the money that is bound."""
    return quotient(EXACT.subtract(capex, residual), Decimal(life_months))


def annuity(capex: Decimal, life_months: int, residual: Decimal, annual_rate: Decimal) -> Decimal:
    """What has to be paid each month so that after `life_months` the price is paid back with interest but for the
    residual: (capex − residual ÷ (1 + i)ⁿ) × i ÷ (1 − 1 ÷ (1 + i)ⁿ).

    i: annual_rate ÷ 12 (nominal, as PMT of a spreadsheet takes it); n: life_months; paid at the end of each month.
    A rate of 0 is the straight line, towards which the formula goes and which it cannot itself give (0 ÷ 0)."""
    if not annual_rate:
        return straight_line(capex, life_months, residual)
    with localcontext(EXACT):
        interest = annual_rate / _MONTHS_PER_YEAR
        discount = _ONE / (_ONE + interest) ** life_months
        return rounded((capex - residual * discount) * interest / (_ONE - discount))


def energy(kw: Decimal, pue: Decimal, tariff: Decimal, hours: Decimal = HOURS_PER_MONTH) -> Decimal:
    """kW × PUE × hours × tariff. pue: what the building draws for each kWh of the equipment (cooling, losses)."""
    with localcontext(EXACT):
        return rounded(kw * pue * hours * tariff)


def sellable(capacity: Decimal, overcommit: Decimal, reserve: Decimal) -> Decimal:
    """capacity × overcommit × (1 − HA reserve): what could be sold at most."""
    with localcontext(EXACT):
        return capacity * overcommit * (_ONE - reserve)


def rate(part: Decimal, could_sell: Decimal, utilisation: Decimal, hours: Decimal) -> Decimal:
    """part ÷ (could_sell × utilisation × hours).

    part: of the pool, for a month. hours: 730 for a rate per hour, 1 for one per month. Raises ZeroDivisionError."""
    with localcontext(EXACT):
        return quotient(part, could_sell * utilisation * hours)


@dataclass(frozen=True, slots=True)
class Load:
    """What is compared: storage_gib by class."""

    vcpus: Decimal = Decimal(0)
    memory_gib: Decimal = Decimal(0)
    gpus: Decimal = Decimal(0)
    storage_gib: Mapping[str, Decimal] = field(default_factory=dict)


class NotSold(ValueError):
    """The card has no rate for something of the load; its message names it."""


def hourly(rates: Rates, load: Load) -> Decimal:
    """What an hour of the load costs, to 18 places. Raises NotSold: what has no rate is not free."""
    with localcontext(EXACT):
        found = rates.vcpu_hour * load.vcpus + rates.memory_gib_hour * load.memory_gib
        if load.gpus:
            if rates.gpu_hour is None:
                raise NotSold("gpu")
            found += rates.gpu_hour * load.gpus
        for name, size in load.storage_gib.items():
            if size and name not in rates.storage_gib_month:
                raise NotSold(f"storage.{name}")
            found += rates.storage_gib_month[name] * size / HOURS_PER_MONTH if size else 0
        return rounded(found)


@dataclass(frozen=True, slots=True)
class BreakEven:
    """utilisation: above it the private cloud is cheaper; None: there is none, and reason says why (else it is "").

    reason: `dearer_when_all_is_sold` · `nothing_to_pay` (the load costs nothing here) · `no_price` (the other price is
    0 or below: not a price to compare with) · `not_sold:<what>` (the card has no rate for a part of the load).
    all_sold: what an hour costs here when everything is sold; None: unknown."""

    utilisation: Decimal | None
    reason: str
    all_sold: Decimal | None


def break_even(card: RateCard | Rates, price: Decimal, load: Load | None = None) -> BreakEven:
    """The utilisation at which an hour of the load costs here what it costs elsewhere.

    card: a card, or full rates at a utilisation of 1. price: for an hour of the load, in the card's currency. load:
    default one vCPU. As a full rate is inversely proportional to the utilisation u, all_sold ÷ u = price gives
    u = all_sold ÷ price. The same u is assumed for everything that is sold."""
    try:
        found = hourly(card if isinstance(card, Rates) else all_sold(card), load or Load(vcpus=_ONE))
    except NotSold as missing:
        return BreakEven(None, f"not_sold:{missing}", None)
    if price <= 0:
        return BreakEven(None, "no_price", found)
    if not found:
        return BreakEven(None, "nothing_to_pay", found)
    if found > price:
        return BreakEven(None, "dearer_when_all_is_sold", found)
    return BreakEven(quotient(found, price), "", found)


def all_sold(card: RateCard) -> Rates:
    """The card's full rates at a utilisation of 1."""
    if card.all_sold is not None:
        return card.all_sold

    def whole(rate: Decimal, what: str) -> Decimal:
        return rounded(EXACT.multiply(rate, card.utilisations.get(what, card.utilisation)))

    return Rates(
        vcpu_hour=whole(card.full.vcpu_hour, "vcpu"),
        memory_gib_hour=whole(card.full.memory_gib_hour, "memory"),
        storage_gib_month={
            name: whole(found, f"storage.{name}") for name, found in card.full.storage_gib_month.items()
        },
        gpu_hour=None if card.full.gpu_hour is None else whole(card.full.gpu_hour, "gpu"),
    )
