"""One price as it comes in, from a file or from a cloud, and what makes no sense about it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal

from mcm.kit import currencies
from mcm.kit.money import EXACT, quotient, written
from mcm.kit.units import HOURS_PER_MONTH
from mcm.prices.offers import Item, Option, Unit

LONGEST = 200
# What may be asked for what. A price in another unit would be compared with what it cannot be compared with.
UNITS: dict[Item, frozenset[Unit]] = {
    Item.COMPUTE: frozenset({Unit.HOUR, Unit.MONTH, Unit.VCPU_HOUR}),
    Item.STORAGE: frozenset({Unit.GIB_MONTH}),
    Item.SNAPSHOT: frozenset({Unit.GIB_MONTH}),
    Item.EGRESS: frozenset({Unit.GB}),
    Item.TRANSFER: frozenset({Unit.GB}),
    Item.PUBLIC_IP: frozenset({Unit.HOUR, Unit.MONTH}),
    Item.LOAD_BALANCER: frozenset({Unit.HOUR, Unit.MONTH, Unit.GB}),
    Item.LICENCE: frozenset({Unit.HOUR, Unit.MONTH, Unit.VCPU_HOUR}),
    Item.SUPPORT: frozenset({Unit.MONTH, Unit.SHARE}),
}
COMMITTED = frozenset({Option.RESERVED, Option.SAVINGS_PLAN, Option.SUBSCRIPTION})
_CLASSES = ("hdd", "ssd", "premium")
MOST_TERM, _MOST_GPUS = 120, 1024


@dataclass(frozen=True, slots=True)
class ListMeta:
    """What all points of a list share. sha256: of what it was read from; "" lets `take` make it from the points.
    complete: it names all that is sold of each item in each region it speaks of."""

    provider: str
    source: str
    currency: str
    priced_on: date
    fetched_at: datetime
    version: str = ""
    sha256: str = ""
    seed: bool = False
    complete: bool = False


@dataclass(frozen=True, slots=True)
class PointIn:
    """line: where it stands in the file, 0 where there is none. The rest is as in `mcm.prices.offers.Offer`;
    valid_from: default the day of the list; valid_to: the last day, None: open."""

    region: str
    item: Item
    sku: str
    option: Option
    unit: Unit
    unit_price: Decimal
    term_months: int | None = None
    upfront: Decimal = Decimal(0)
    tier_from: Decimal = Decimal(0)
    valid_from: date | None = None
    valid_to: date | None = None
    family: str | None = None
    vcpus: Decimal | None = None
    memory_gib: Decimal | None = None
    gpus: int = 0
    gpu_model: str | None = None
    architecture: str | None = None
    operating_system: str | None = None
    storage_class: str | None = None
    line: int = 0

    def sku_id(self, provider: str) -> str:
        return _digest(
            provider, self.region, self.item, self.sku, self.family, self.vcpus, self.memory_gib, self.gpus,
            self.gpu_model, self.architecture, self.operating_system, self.storage_class,
        )  # fmt: skip

    def key(self, provider: str) -> str:
        """What it is a price of, the same in every list: not its size, and not its days."""
        return _digest(
            provider, self.region, self.item, self.sku, self.option, self.term_months, self.tier_from, self.unit,
            self.operating_system,
        )  # fmt: skip


def whole(unit_price: Decimal, upfront: Decimal, term_months: int | None, unit: str) -> Decimal:
    """The price of one unit with its part of what is paid once: what is compared from list to list."""
    if not upfront or not term_months:
        return unit_price
    units = Decimal(term_months) if unit == Unit.MONTH else HOURS_PER_MONTH * term_months
    return EXACT.add(unit_price, quotient(upfront, units))


def percent(price: Decimal, previous: Decimal) -> Decimal:
    """From one price to another, to a tenth of a percent."""
    return quotient(EXACT.multiply(EXACT.subtract(price, previous), Decimal(100)), previous).quantize(
        Decimal("0.1"), context=EXACT
    )


def faults_of_list(meta: ListMeta) -> Iterator[str]:
    if not _is_name(meta.provider):
        yield f"'{meta.provider[:60]}' is no name of a provider: lower-case letters, digits, - and _"
    if not currencies.known(meta.currency):
        yield f"'{meta.currency[:20]}' is no currency of ISO 4217, such as USD or CNY"
    if not 0 < len(meta.source) <= LONGEST or not meta.source.isprintable():
        yield f"the source is a text of 1 to {LONGEST} characters without control characters"
    if len(meta.version) > LONGEST or not meta.version.isprintable():
        yield f"the version is a text of at most {LONGEST} characters without control characters"


def faults(point: PointIn) -> Iterator[str]:
    """Sentences about what keeps a point from being believed; nothing for a good one."""
    for name in ("region", "sku", "family", "gpu_model", "architecture", "operating_system"):
        text = getattr(point, name)
        if text is not None and not (0 < len(text) <= LONGEST and text.isprintable()):
            yield f"{name}: a text of 1 to {LONGEST} characters without control characters is wanted"
    for name in ("unit_price", "upfront", "tier_from", "vcpus", "memory_gib"):
        value = getattr(point, name)
        if value is not None and value < 0:
            yield f"{name} is {written(value)}: it cannot be less than 0"
    if point.unit not in UNITS[point.item]:
        known = ", ".join(sorted(UNITS[point.item]))
        yield f"{point.item} is not priced by {point.unit}, but by {known}"
    if point.item is Item.COMPUTE and not point.unit_price and not point.upfront:
        yield "a compute price of 0: nobody rents machines for nothing, so the price is missing"
    if point.item is Item.COMPUTE and (point.vcpus == 0 or point.memory_gib == 0):
        yield "compute without vcpus or memory_gib: leave the column empty where it is not known"
    yield from _faults_of_term(point)
    if point.valid_from and point.valid_to and point.valid_to < point.valid_from:
        yield f"valid_to {point.valid_to} is before valid_from {point.valid_from}"
    if point.storage_class is not None and (point.item is not Item.STORAGE or point.storage_class not in _CLASSES):
        yield f"storage_class is of storage, and one of {', '.join(_CLASSES)}"
    if not 0 <= point.gpus <= _MOST_GPUS:
        yield f"gpus: 0 to {_MOST_GPUS}"


def _faults_of_term(point: PointIn) -> Iterator[str]:
    committed = point.option in COMMITTED
    if committed and point.term_months is None:
        yield f"{point.option} needs term_months"
    if not committed and point.term_months is not None:
        yield f"{point.option} has no term_months"
    if point.term_months is not None and not 1 <= point.term_months <= MOST_TERM:
        yield f"term_months: 1 to {MOST_TERM}"
    if point.upfront and point.term_months is None:
        yield "upfront is paid for a term: term_months is missing"


def _is_name(text: str) -> bool:
    return 0 < len(text) <= 63 and text[0].isalnum() and all(
        one.isascii() and (one.isdigit() or one.islower() or one in "-_") for one in text
    )  # fmt: skip


def _digest(*parts: object) -> str:
    told = "\0".join(
        "" if part is None else written(part) if isinstance(part, Decimal) else str(part) for part in parts
    )
    return hashlib.blake2b(told.encode(errors="surrogatepass"), digest_size=12).hexdigest()


COLUMNS = tuple(field.name for field in fields(PointIn) if field.name != "line")
