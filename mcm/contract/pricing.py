"""What a cloud asks for what it offers: the optional ability to read its price list."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class PriceSource:
    """One list that can be read. name: stable, part of the list's identity. currency: in which it is asked for.

    regions: those it holds, in the cloud's own words. The list of a site of its own (one country's) is a list of its
    own, and never reckoned from another. complete: it has all that is sold of each item in each region it speaks of, so
    that what it does not name is not sold any more."""

    name: str
    currency: str
    regions: Sequence[str]
    complete: bool = True


@dataclass(frozen=True, slots=True)
class PricePoint:
    """One price, as listed.

    item: compute, storage, snapshot, egress, transfer, public_ip, load_balancer, licence, support. option: on_demand,
    reserved, savings_plan, spot, subscription. unit: hour, gib_month, gb, month. unit_price: in `currency` for one
    unit; Decimal from the text of the answer, never from a float. upfront: paid once for term_months. tier_from: units
    used in a month from which this price holds. The rest is of compute (vcpus, memory_gib …) and storage
    (storage_class: hdd, ssd, premium); None where the cloud does not say."""

    region: str
    item: str
    sku: str
    option: str
    unit: str
    unit_price: Decimal
    currency: str
    valid_from: date
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


@runtime_checkable
class PriceReader(Protocol):
    def price_sources(self) -> Sequence[PriceSource]:
        """The lists this account can read; without credentials where the cloud gives its prices to everybody."""
        ...

    def prices(self, source: PriceSource, regions: Sequence[str]) -> Iterator[PricePoint]:
        """Every price mcm has a use for, page by page. Finishing normally means "this is all of them"; a page that is
        missing, cut or repeated raises, and nothing of the list is taken. What cannot be expressed (a tenancy, a
        licence model of its own) is left out, never bent, and counted. Never holds the whole list."""
        ...

    def left_out(self) -> Mapping[str, int]:
        """What the last `prices` left out so far: how many, by code of the provider's message catalogue."""
        ...
