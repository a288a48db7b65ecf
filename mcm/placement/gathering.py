"""Everything a decision is made of, read in a number of statements that hangs on no size of the inventory, as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from mcm.contract import ProviderDescriptor
from mcm.kit import clock
from mcm.placement import catalog, keeping, locations, pricing, repository, ruling
from mcm.placement.demand import need
from mcm.placement.locations import Location
from mcm.placement.scoring import WEIGHTS
from mcm.policies import service as policies
from mcm.registry import Registry
from mcm.tenancy import quota
from mcm.workloads import service as workloads
from mcm.workloads.documents import Tier, Workload

_CREATE = "instance.create"
# Parameters of `instance.create` that a person may choose for a place.
CHOSEN = ("image", "flavor", "networks", "security_groups", "keypair", "folder", "resource_pool", "datastore")


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks, beside the workload. groups: ordered, such as private before public. users_at: the site or
    city of the users. params: for `*`, an account or a location, parameters of what is made there.

    only, besides: ids of locations, accounts or kinds of ownership. unheld: id of a decision whose own reservations do
    not count. pins: part → location that it is at already;
    without: tier → locations that failed it."""

    groups: tuple[str, ...] = ()
    weights: Mapping[str, float] = field(default_factory=lambda: dict(WEIGHTS))
    users_at: str | None = None
    currency: str | None = None
    params: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    only: tuple[str, ...] = ()
    besides: tuple[str, ...] = ()
    unheld: str | None = None
    pins: Mapping[str, str] = field(default_factory=dict)
    without: Mapping[str, Sequence[str]] = field(default_factory=dict)


def inputs(
    session: Session, registry: Registry, workload: Workload, tenant: tuple[str, str], asked: Asked,
    now: datetime | None = None,
) -> dict[str, Any]:  # fmt: skip
    """tenant: (id, path) of who it is for."""
    at = now or clock.now()
    places = [one for one in locations.current(session, registry, at, unheld=asked.unheld) if _meant(one, asked)]
    currency = pricing.currency_of(session, workload, asked.currency)
    return {
        "now": at.isoformat(),
        "workload": workloads.as_json(workload),
        "tenant": tenant[1],
        "currency": currency,
        "weights": {name: float(asked.weights.get(name, 0.0)) for name in WEIGHTS},
        "groups": list(asked.groups),
        "users_at": asked.users_at,
        "only": list(asked.only),
        "besides": list(asked.besides),
        "params": {key: dict(one) for key, one in asked.params.items()},
        "places": [keeping.kept(one) for one in places],
        "prices": pricing.prices(session, workload, places, currency, tenant[0]),
        "choices": _choices(session, registry, workload, places, asked.params),
        "policies": ruling.kept(policies.active(session)),
        "rooms": _rooms(session, places),
        "latencies": [list(one) for one in repository.latencies(session)],
        "running": repository.running(session, tenant[0], workload.name),
        "pins": dict(asked.pins),
        "without": {tier: list(ids) for tier, ids in asked.without.items()},
    }


def asked_of(found: Mapping[str, Any]) -> Asked:
    """What was asked, of the inputs of a decision."""
    return Asked(
        tuple(found["groups"]), found["weights"], found["users_at"], found["currency"], found["params"],
        tuple(found["only"]), tuple(found["besides"]),
    )  # fmt: skip


def _meant(place: Location, asked: Asked) -> bool:
    names = {place.id, place.account, place.ownership, f"{place.account}/{place.region}"}
    return (not asked.only or bool(names & set(asked.only))) and not names & set(asked.besides)


def _rooms(session: Session, places: Sequence[Location]) -> dict[str, dict[str, dict[str, Any]]]:
    """tenant → resource → what its limits, and those above, leave."""
    return {
        tenant_id: {one.resource: {"left": one.left, "whose": one.tenant} for one in quota.room(session, tenant_id)}
        for tenant_id in sorted({one.tenant_id for one in places})
    }


def _choices(
    session: Session, registry: Registry, workload: Workload, places: Sequence[Location],
    params: Mapping[str, Mapping[str, Any]],
) -> dict[str, dict[str, dict[str, Any]]]:  # fmt: skip
    """tier → location → what an instance would be made from there."""
    homes = repository.homes(session, {one.account_id for one in places})
    descriptors = {one.provider: registry.descriptor(one.provider) for one in places}
    sized = repository.sized(session, {one.account_id for one in places})
    wants = any("networks" in _needs(descriptors[one.provider]) for one in places)
    networks = catalog.networks(session, homes) if wants else {}
    known: dict[Any, tuple[Any, Any]] = {}
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for tier in workload.tiers:
        shape = (tier.image_family, tier.operating_system, tier.architecture, tier.memory_gib)
        size = (need(tier), tier.architecture, tier.gpu_model)
        if (shape, size) not in known:
            known[shape, size] = catalog.images(session, tier, homes), catalog.flavors(session, tier, need(tier), homes)
        images, flavors = known[shape, size]
        found[tier.name] = {
            one.id: _choice(
                tier, one, descriptors[one.provider], images, flavors, networks, params, one.account_id in sized
            )
            for one in places
        }  # fmt: skip
    return found


def _choice(
    tier: Tier, place: Location, descriptor: ProviderDescriptor, images: Any, flavors: Any, networks: Any,
    params: Mapping[str, Mapping[str, Any]], sized: bool,
) -> dict[str, Any]:  # fmt: skip
    given = given_for(params, place, tier.name)
    ignored = descriptor.actions[_CREATE].ignores if _CREATE in descriptor.actions else ()
    by_flavor = sized and "flavor" not in ignored
    own_disk = by_flavor and "disk_gib" in ignored
    wanted = need(tier)
    image, flavor = catalog.chosen(
        catalog.of(images, place.account_id, place.region),
        catalog.of(flavors, place.account_id, place.region) if by_flavor else None,
        wanted.disk_gib, own_disk=own_disk,
    )  # fmt: skip
    there = [str(one) for one in catalog.of(networks, place.account_id, place.region)]
    return {
        "wanted": tier.image_family or tier.operating_system,
        "image": given.get("image") or (image.native_id if image is not None else None),
        "image_name": given.get("image") or (image.name if image is not None else None),
        "sized": by_flavor,
        "flavor": given.get("flavor") or (flavor.native_id if flavor is not None else None),
        "flavor_name": given.get("flavor") or (flavor.name if flavor is not None else None),
        "networked": "networks" in _needs(descriptor),
        "networks": list(given.get("networks") or (there if len(there) == 1 else [])),
        "there": len(there),
    }


def given_for(params: Mapping[str, Mapping[str, Any]], place: Location, tier: str) -> dict[str, Any]:
    """The narrower holds: of all, of the account, of the region, of the location, of the tier there."""
    found: dict[str, Any] = {}
    region = f"{place.account}/{place.region}"
    for key in ("*", place.account, region, place.id, f"{place.id}#{tier}"):
        found |= params.get(key, {})
    return found


def _needs(descriptor: ProviderDescriptor) -> tuple[str, ...]:
    return descriptor.actions[_CREATE].needs if _CREATE in descriptor.actions else ()
