"""Which negotiated rates hold for an offer, and what it then costs. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from mcm.kit.money import EXACT, rounded
from mcm.prices.offers import Basis, Offer

_HUNDRED = Decimal(100)
# From what says most to what says least. Two rules of one kind never add up: the one that says more holds.
_CONDITIONS = (
    "sku", "account_id", "tenant_id", "family", "region", "operating_system", "item", "term_months", "option",
    "provider",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of rate_rule as it is judged. tenant_depth: how far above the tenant that asks its own tenant is."""

    name: str
    kind: str
    valid_from: date
    percent: Decimal | None = None
    unit_price: Decimal | None = None
    currency: str | None = None
    unit: str | None = None
    provider: str | None = None
    region: str | None = None
    item: str | None = None
    sku: str | None = None
    family: str | None = None
    option: str | None = None
    operating_system: str | None = None
    term_months: int | None = None
    account_id: str | None = None
    tenant_id: str | None = None
    tenant_depth: int = 0

    def fits(self, offer: Offer) -> bool:
        """Account and tenant were looked at when the rules were fetched."""
        same = (
            (self.provider, offer.provider), (self.region, offer.region), (self.item, offer.item),
            (self.sku, offer.sku), (self.family, offer.family), (self.option, offer.option),
            (self.operating_system, offer.operating_system), (self.term_months, offer.term_months),
        )  # fmt: skip
        if any(wanted is not None and wanted != found for wanted, found in same):
            return False
        return self.kind != "fixed" or (self.currency == offer.currency and self.unit == offer.unit)

    @property
    def weight(self) -> tuple[object, ...]:
        """The largest one holds. A fixed price before a percentage that says as much."""
        said = tuple(getattr(self, name) is not None for name in _CONDITIONS)
        return (*said, -self.tenant_depth, self.kind == "fixed", self.valid_from, self.name)


def rated(offer: Offer, rules: Sequence[Rule]) -> Offer:
    """At most one discount or fixed price, then at most one markup on what that leaves."""
    fitting = [rule for rule in rules if rule.fits(offer)]
    if not fitting:
        return offer
    price, upfront, names = offer.unit_price, offer.upfront, []
    lower = _heaviest(rule for rule in fitting if rule.kind != "markup")
    if lower is not None:
        names.append(lower.name)
        if lower.unit_price is not None:
            # What was agreed is all that is paid.
            price, upfront = lower.unit_price, Decimal(0)
        else:
            price, upfront = _by(price, -(lower.percent or 0)), _by(upfront, -(lower.percent or 0))
    upper = _heaviest(rule for rule in fitting if rule.kind == "markup")
    if upper is not None:
        names.append(upper.name)
        price, upfront = _by(price, upper.percent or Decimal(0)), _by(upfront, upper.percent or Decimal(0))
    return replace(offer, unit_price=price, upfront=upfront, basis=Basis.CONTRACTED, rules=tuple(names))


def _by(amount: Decimal, percent: Decimal | int) -> Decimal:
    factor = EXACT.add(_HUNDRED, Decimal(percent))
    return rounded(EXACT.divide(EXACT.multiply(amount, factor), _HUNDRED))


def _heaviest(rules: Iterable[Rule]) -> Rule | None:
    return max(rules, key=lambda rule: rule.weight, default=None)
