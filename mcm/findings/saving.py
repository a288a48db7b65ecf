"""What a finding saves in a month, by the prices of the place where the resource is."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Any

from pydantic import ValidationError

from mcm.costs import service as costs
from mcm.costs.disktypes import storage_class
from mcm.costs.priced import State
from mcm.costs.service import Book, Priced, Where
from mcm.findings.found import LONGEST_TERM_MONTHS, NO_RATE, UNKNOWN, Saving
from mcm.findings.sizes import Size
from mcm.kit.money import EXACT, rounded
from mcm.kit.units import HOURS_PER_MONTH, MIB_PER_GIB
from mcm.models import ResourceRow
from mcm.prices.offers import Basis, Option
from mcm.workloads.documents import Tier

_WORST_LAST = tuple(Basis)
_MACHINE = ("compute", "licence")
_ARCHITECTURES = {"aarch64": "arm64", "arm64": "arm64"}


_COMMITTED = (Option.RESERVED, Option.SAVINGS_PLAN, Option.SUBSCRIPTION)


@dataclass(frozen=True, slots=True)
class Committed:
    """The cheapest way to buy a machine for a time. cost: in a month, with its share of `upfront`, which is in the
    currency of the price list."""

    cost: Saving
    option: str
    term_months: int | None
    upfront: Decimal | None
    upfront_currency: str


class Prices:
    """Of all places that the session sees. Not to be kept beyond it. Each distinct question is asked once."""

    def __init__(self, book: Book, places: Mapping[tuple[str, str], Where]) -> None:
        self._book, self._places = book, places
        self._known: dict[tuple[Where, str, bool], Priced] = {}

    def is_public(self, row: ResourceRow) -> bool:
        where = self._places.get((row.account_id, row.region))
        return where is not None and where.ownership == "public"

    def part(self, row: ResourceRow, items: tuple[str, ...], **needs: Any) -> Saving:
        """What `items` of one machine with these needs cost there: all of them that are needed, the first always."""
        found = self._priced(row, needs, by_use=True)
        return UNKNOWN if found is None else self._of(found, items)

    def _priced(self, row: ResourceRow, needs: Mapping[str, Any], *, by_use: bool) -> Priced | None:
        where = self._places.get((row.account_id, row.region))
        if where is None:
            return None
        try:
            tier = Tier.model_validate({"vcpus": 1, "memory_gib": 1, **needs})
        except ValidationError:
            return None
        key = (where, tier.model_dump_json(), by_use)
        if key not in self._known:
            bought: dict[str, Any] = {} if by_use else {"options": _COMMITTED, "longest_months": LONGEST_TERM_MONTHS}
            # Of a private cloud only what one machine less costs less: its hosts and halls stay paid.
            self._known[key] = costs.priced(
                self._book.session, tier, HOURS_PER_MONTH, where, using=self._book, marginal=True, **bought
            )
        return self._known[key]

    def _of(self, found: Priced, items: tuple[str, ...]) -> Saving:
        lines = [line for line in found.lines if line.item in items and line.state is not State.WITHIN]
        if not any(line.item == items[0] for line in lines) or any(line.amount is None for line in lines):
            return UNKNOWN
        # What could not be converted keeps its own currency.
        if any(line.currency != self._book.currency for line in lines):
            return NO_RATE
        with localcontext(EXACT):
            amount = rounded(sum((line.amount or Decimal(0) for line in lines), Decimal(0)))
        basis = max((line.basis or Basis.UNKNOWN for line in lines), key=_WORST_LAST.index)
        notes = ("seed_prices",) if any(line.seed for line in lines) else ()
        return Saving(amount, self._book.currency, basis, notes)

    def machine(self, row: ResourceRow, size: Size) -> Saving:
        """The cheapest on demand that holds this size, with its licence: what is really paid may be more."""
        return self.part(row, _MACHINE, **_needs(row, size))

    def committed(self, row: ResourceRow, size: Size) -> Committed | None:
        """The cheapest for a year at most; None where nothing of the kind is sold, or its price is unknown."""
        found = self._priced(row, _needs(row, size), by_use=False)
        offer = found.offer if found is not None else None
        if found is None or offer is None or offer.option not in _COMMITTED:
            return None
        cost = self._of(found, _MACHINE)
        if cost.amount is None:
            return None
        return Committed(cost, offer.option, offer.term_months, offer.upfront, offer.currency)

    def volume(self, row: ResourceRow) -> Saving:
        size = row.attributes.get("size_gib")
        if not size:
            return UNKNOWN
        return self.part(row, ("storage",), disk_gib=str(size), disk_class=storage_class(row.attributes.get("type")))

    def address(self, row: ResourceRow) -> Saving:
        return self.part(row, ("public_ip",), public_ips=1)

    def snapshot(self, row: ResourceRow) -> Saving:
        """Of its whole size: what a cloud stores of it, and asks for, may be less."""
        size = row.attributes.get("size_gib")
        if not size:
            return UNKNOWN
        found = self.part(row, ("snapshot",), snapshot_gib=str(size))
        return (
            Saving(found.amount, found.currency, found.basis, (*found.notes, "at_most"))
            if found.amount is not None
            else found
        )


def _needs(row: ResourceRow, size: Size) -> dict[str, Any]:
    told = row.attributes
    return {
        "vcpus": size.vcpus,
        "memory_gib": Decimal(size.memory_mib) / MIB_PER_GIB,
        "gpus": size.gpus,
        "gpu_model": told.get("gpu_model") if size.gpus else None,
        "architecture": _ARCHITECTURES.get(str(size.architecture).lower(), "x86_64"),
        "operating_system": "windows" if "windows" in str(told.get("os_family")).lower() else "linux",
    }


def difference(now: Saving, then: Saving) -> Saving:
    """Unknown where one of both is."""
    if now.amount is None or then.amount is None:
        return now if now.amount is None else then
    with localcontext(EXACT):
        amount = now.amount - then.amount
    basis = max(now.basis, then.basis, key=_WORST_LAST.index)
    return Saving(amount, now.currency, basis, tuple(dict.fromkeys((*now.notes, *then.notes))))
