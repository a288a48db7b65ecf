"""What each thing costs at each place in a month, and what taking its disks away costs once. Exact amounts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from mcm.costs import service as costs
from mcm.kit import clock
from mcm.kit.money import quotient
from mcm.kit.units import GB_PER_GIB, HOURS_PER_MONTH
from mcm.placement.locations import Location
from mcm.prices.offers import Option
from mcm.workloads.documents import Tier, Traffic, Workload

_ARCHITECTURES = {"aarch64": "arm64", "arm64": "arm64"}
_SMALLEST = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Price:
    """amount: in a month; None: nobody can say. complete: with everything it needs, else it is the least."""

    amount: Decimal | None
    basis: str
    complete: bool


UNKNOWN = Price(None, "unknown", False)


class Prices:
    """Of one session. Things of one shape share a price, places of one account and region too."""

    def __init__(self, session: Session, places: Sequence[Location], currency: str, tenant_id: str) -> None:
        self._session, self.currency = session, currency
        self._book = costs.book(session, on=clock.now().date(), tenant_id=tenant_id, currency=currency)
        self._where = {(one.account_id, one.region): _where(one) for one in places}
        self._book.load(self._where.values())
        self._known: dict[tuple[Any, ...], Price] = {}
        self._egress: dict[tuple[Any, ...], Decimal | None] = {}

    def of(self, key: tuple[Any, ...], tier: Tier, place: Location, workload: Workload | None = None) -> Price:
        """key: equal for tiers that are priced alike. Of all instances of the tier."""
        where = place.account_id, place.region
        found = self._known.get((key, where))
        if found is None:
            found = self._known[key, where] = self._asked(tier, self._where[where], workload)
        return found

    def egress(self, place: Location, gib: Decimal | None) -> Decimal | None:
        """What taking so much (None: nobody knows how much) out of a place costs once; None: not known. Out of an own
        cloud it is not asked for."""
        if place.ownership == "private":
            return Decimal(0)
        if not gib:
            return gib
        key = place.account_id, place.region, gib
        if key not in self._egress:
            tier = Tier(vcpus=Decimal(1), memory_gib=Decimal(1), traffic=Traffic(internet_gb=gib * GB_PER_GIB))
            priced = costs.priced(self._session, tier, HOURS_PER_MONTH, self._where[key[:2]], using=self._book)
            self._egress[key] = priced.parts.get("egress")
        return self._egress[key]

    def _asked(self, tier: Tier, where: costs.Where, workload: Workload | None) -> Price:
        hours = tier.hours_per_month or (workload.hours_per_month if workload is not None else HOURS_PER_MONTH)
        bought = workload.purchase if workload is not None else ()
        options = tuple(Option(one) for one in bought if one != "internal") or (Option.ON_DEMAND,)
        priced = costs.priced(self._session, tier, hours, where, using=self._book, options=options, marginal=True)
        return Price(priced.amount, str(priced.basis), priced.complete)


def shared(price: Price, count: int, of: int) -> Price:
    """Of some of a tier's instances."""
    if price.amount is None or count == of:
        return price
    return Price(quotient(price.amount * count, Decimal(of)), price.basis, price.complete)


def tier_of(attributes: Mapping[str, Any]) -> Tier | None:
    """An instance as a tier of one; None: it does not say how large it is."""
    vcpus, memory = attributes.get("vcpus"), attributes.get("memory_mib")
    if not vcpus or not memory:
        return None
    system = str(attributes.get("os_family") or "").lower()
    return Tier(
        vcpus=max(Decimal(str(vcpus)), _SMALLEST),
        memory_gib=max(Decimal(str(memory)) / 1024, _SMALLEST),
        disk_gib=Decimal(str(attributes.get("disk_gib") or 0)),
        gpus=int(attributes.get("gpu_count") or 0),
        architecture="arm64" if str(attributes.get("architecture")).lower() in _ARCHITECTURES else "x86_64",
        operating_system="windows" if "windows" in system else "linux",
        public_ips=min(len(attributes.get("public_ips") or ()), 100),
    )


def _where(place: Location) -> costs.Where:
    return costs.Where(
        f"{place.account}/{place.region}", place.provider, place.region, place.account_id, place.account,
        place.ownership, place.site, place.city, place.jurisdiction,
    )  # fmt: skip
