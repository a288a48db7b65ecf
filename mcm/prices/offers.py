"""What a cloud asks for something, as other rooms see it: one unit price with where it comes from and how old it is."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Literal


class Basis(StrEnum):
    """How much an amount is worth believing, the best first. Unknown is never 0."""

    BILLED = "billed"
    CONTRACTED = "contracted"
    LIST = "list"
    MODELLED = "modelled"
    UNKNOWN = "unknown"


class Option(StrEnum):
    """How it is bought."""

    ON_DEMAND = "on_demand"
    RESERVED = "reserved"
    SAVINGS_PLAN = "savings_plan"
    SPOT = "spot"
    SUBSCRIPTION = "subscription"
    INTERNAL = "internal"


class Item(StrEnum):
    """What is priced."""

    COMPUTE = "compute"
    STORAGE = "storage"
    SNAPSHOT = "snapshot"
    EGRESS = "egress"
    TRANSFER = "transfer"
    PUBLIC_IP = "public_ip"
    LOAD_BALANCER = "load_balancer"
    LICENCE = "licence"
    SUPPORT = "support"


class Unit(StrEnum):
    """What a unit price is for one of. Conversions are in `mcm.kit.units` and nowhere else."""

    HOUR = "hour"
    GIB_MONTH = "gib_month"
    GB = "gb"
    MONTH = "month"
    VCPU_HOUR = "vcpu_hour"
    # Of what else is paid, such as support.
    SHARE = "share"


@dataclass(frozen=True, slots=True)
class Offer:
    """One price point with what it is for.

    unit_price: in `currency` for one `unit`, after negotiated rates if basis is contracted. list_price: before them.
    upfront: paid once for `term_months`, beside unit_price. tier_from: of what is used in a month, from how many
    units this price holds. vcpus, memory_gib, gpus, architecture, family, operating_system: of compute; None where it
    does not say.
    storage_class: of storage: `hdd`, `ssd`, `premium`. priced_on: the last day on which it
    was found so; age_days since then.
    list_id, point_id: the rows it comes from. seed: it came with mcm and is an example of a price, not today's.
    rules: names of the negotiated rates that are in it. flags: `jump`, `future`, as its list was read."""

    provider: str
    region: str
    item: Item
    sku: str
    option: Option
    unit: Unit
    unit_price: Decimal
    list_price: Decimal
    currency: str
    basis: Basis
    source: str
    priced_on: date
    age_days: int
    list_id: str
    point_id: str
    seed: bool = False
    term_months: int | None = None
    upfront: Decimal = Decimal(0)
    tier_from: Decimal = Decimal(0)
    vcpus: Decimal | None = None
    memory_gib: Decimal | None = None
    gpus: int = 0
    gpu_model: str | None = None
    architecture: str | None = None
    family: str | None = None
    operating_system: str | None = None
    storage_class: str | None = None
    rules: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()

    @property
    def age_warning(self) -> Literal["price_old", "price_very_old"] | None:
        return age_warning(self.age_days)


AMBER_DAYS, RED_DAYS = 30, 90


def age_warning(days: int) -> Literal["price_old", "price_very_old"] | None:
    """`price_old` from 30 days on, `price_very_old` from 90; None for a price that is young enough."""
    return "price_very_old" if days >= RED_DAYS else "price_old" if days >= AMBER_DAYS else None
