"""Why no offer of a place fits a need, and what would. Pure."""

from collections.abc import Sequence
from decimal import Decimal

from mcm.costs.burstable import is_burstable
from mcm.costs.demands import Demand
from mcm.costs.notes import Note, note
from mcm.kit.money import written
from mcm.prices.offers import Offer


def why(demand: Demand, offers: Sequence[Offer], provider: str, region: str) -> list[Note]:
    """offers: all compute offers there, however they are bought. At least one note."""
    need, tier = demand.need, demand.name
    if not offers:
        return [note("no_compute_prices", provider=provider, region=region)]
    left = [offer for offer in offers if (offer.architecture or "x86_64") == need.architecture]
    if not left:
        return [note("no_such_architecture", tier=tier, architecture=need.architecture)]
    if need.operating_system == "linux" or need.own_licence:
        left = [offer for offer in left if offer.operating_system in (None, "linux")]
    else:
        left = [offer for offer in left if offer.operating_system in (None, "linux", need.operating_system)]
    if not left:
        return [note("no_such_system", tier=tier, operating_system=need.operating_system)]
    if need.gpu_model is not None:
        left = [offer for offer in left if need.gpu_model.lower() in (offer.gpu_model or "").lower()]
        if not left:
            return [note("no_such_gpu", tier=tier, model=need.gpu_model)]
    whole = [offer for offer in left if _holds(offer, demand)]
    if whole:
        smallest = min(whole, key=lambda offer: (offer.vcpus, offer.memory_gib, offer.sku))
        return [note("only_burstable_fits", tier=tier, sku=smallest.sku)]
    if not need.burstable:
        left = [offer for offer in left if not is_burstable(offer.family, offer.sku)] or left
    return _too_large(demand, left)


def _too_large(demand: Demand, left: Sequence[Offer]) -> list[Note]:
    need, found = demand.need, []
    for what, wanted in (("vcpus", need.vcpus), ("memory_gib", need.memory_gib), ("gpus", Decimal(need.gpus))):
        size, largest = max(((_size(offer, what), offer) for offer in left), key=lambda one: (one[0], one[1].sku))
        if size < wanted:
            found.append(
                note(
                    "need_too_large", tier=demand.name, what=what, wanted=_text(wanted), largest=_text(size),
                    sku=largest.sku,
                )
            )  # fmt: skip
    if found:
        return found
    nearest = max(left, key=lambda offer: _share(offer, demand))
    return [
        note(
            "needs_together_too_large", tier=demand.name, vcpus=_text(need.vcpus), memory=_text(need.memory_gib),
            gpus=need.gpus, sku=nearest.sku, has_vcpus=_text(nearest.vcpus or 0),
            has_memory=_text(nearest.memory_gib or 0), has_gpus=nearest.gpus,
        )
    ]  # fmt: skip


def _size(offer: Offer, what: str) -> Decimal:
    return Decimal(getattr(offer, what) or 0)


def _holds(offer: Offer, demand: Demand) -> bool:
    need = demand.need
    return (
        (offer.vcpus or 0) >= need.vcpus and (offer.memory_gib or 0) >= need.memory_gib and offer.gpus >= need.gpus
    )  # fmt: skip


def _share(offer: Offer, demand: Demand) -> tuple[float, str]:
    """How much of the need is there, at its narrowest; a ranking, no amount."""
    need = demand.need
    parts = [float(offer.vcpus or 0) / float(need.vcpus), float(offer.memory_gib or 0) / float(need.memory_gib)]
    if need.gpus:
        parts.append(offer.gpus / need.gpus)
    return min(min(parts), 1.0) * 100 + sum(min(part, 1.0) for part in parts), offer.sku


def _text(value: object) -> str:
    return written(Decimal(str(value)))
