"""The new instance: what is not said of it follows the source."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy.orm import Session

from mcm.auth.service import Caller
from mcm.contract import ProviderDescriptor
from mcm.contract.actions import ACTIONS
from mcm.contract.actions.params import TagKey, TagValue
from mcm.moves.plan import Plan
from mcm.moves.schemas import MoveCreate
from mcm.moves.texts import told
from mcm.operations import needs, service
from mcm.operations.errors import InvalidParams
from mcm.operations.orders import validated
from mcm.placement import catalog, gate
from mcm.placement import repository as places
from mcm.placement.demand import Need
from mcm.registry import Registry
from mcm.workloads.documents import Tier

CREATE = "instance.create"
MOST_TAGS = 36
_KEY, _VALUE = TypeAdapter(TagKey), TypeAdapter(TagValue)
_ARM = ("arm64", "aarch64", "armv8")


def params_of(
    session: Session, registry: Registry, caller: Caller, body: MoveCreate, found: Plan
) -> dict[str, Any]:  # fmt: skip
    """What `instance.create` will be asked for, judged as far as it can be without the image. Raises McmError."""
    action, descriptor = ACTIONS[CREATE], registry.descriptor(found.target.provider)
    service.require_may_make(session, registry, caller, found.target, action)
    if "user_data" in body.params:
        raise InvalidParams(
            "a move takes no user_data: what the guest is set up with is on its disk",
            next_step="leave it out",
            details={"params": ["user_data"]},
        )
    following = _following(session, descriptor, found, body.params)
    given = following | body.params | {"tags": _merged(following.get("tags", {}), body.params.get("tags"))}
    asked = validated(CREATE, given | {"image": "the image of the move"})
    needs.check_support(descriptor, action, asked)
    # The image is not there yet; nothing is looked up of what is empty.
    asked = asked.model_copy(update={"image": ""})
    asked = needs.resolved(session, found.target, descriptor, action, asked, found.region)
    params: dict[str, Any] = asked.model_dump(mode="json", exclude_defaults=True, exclude={"image"})
    vcpus, memory, disk = needs.size_of(session, found.target, asked, found.region)
    sizes = {name: value for name, value in (("vcpus", vcpus), ("memory_mib", memory), ("disk_gib", disk)) if value}
    gate.require(session, gate.Target(CREATE, found.target, found.region, sizes | params))
    needs.require_room(session, found.target, action, asked, None, found.region)
    return params


def _following(
    session: Session, descriptor: ProviderDescriptor, found: Plan, given: Mapping[str, Any]
) -> dict[str, Any]:  # fmt: skip
    """What is not said follows the source: name, tags with its data class, and the smallest size that holds it."""
    row, ignored = found.row, descriptor.actions[CREATE].ignores
    told_of = row.attributes or {}
    params: dict[str, Any] = {"name": row.name[:80].strip() or row.native_id[:80], "tags": _tags(found)}
    vcpus, memory = told_of.get("vcpus"), told_of.get("memory_mib")
    said = {"flavor", "vcpus", "memory_mib"} & set(given)
    has_flavors = "flavor" not in ignored and found.target.id in places.sized(session, {found.target.id})
    if vcpus and memory and not said and has_flavors:
        params["flavor"] = _flavor(session, found, int(vcpus), int(memory))
    elif vcpus and memory and not said:
        params |= {"vcpus": int(vcpus), "memory_mib": int(memory)}
    if "networks" not in ignored and "networks" not in given:
        homes = places.homes(session, {found.target.id})
        networks = catalog.of(catalog.networks(session, homes), found.target.id, found.region)
        if len(networks) == 1:
            params["networks"] = networks
    return {name: value for name, value in params.items() if name not in ignored and value}


def _flavor(session: Session, found: Plan, vcpus: int, memory_mib: int) -> str | None:
    disk, memory = found.disk_gib or 0.0, Decimal(memory_mib) / 1024
    told_of = str((found.row.attributes or {}).get("architecture") or "").lower()
    tier = Tier(vcpus=Decimal(vcpus), memory_gib=memory, architecture="arm64" if told_of in _ARM else "x86_64")
    homes = places.homes(session, {found.target.id})
    known = catalog.flavors(session, tier, Need(vcpus, float(memory), disk, 0.0), homes)
    fitting = [
        one
        for one in catalog.of(known, found.target.id, found.region)
        if not one.disk_gib or one.disk_gib >= disk
    ]  # fmt: skip
    return str(fitting[0].native_id) if fitting else None


def _tags(found: Plan) -> dict[str, str]:
    tags: dict[str, str] = {}
    left = []
    for key, value in (found.row.tags or {}).items():
        # The mark of an operation is not the instance's own.
        if key.startswith("mcm_"):
            continue
        if len(tags) < MOST_TAGS and fits(key, value):
            tags[key] = value
        else:
            left.append(key)
    if found.row.data_class:
        tags["data_class"] = found.row.data_class
    if left:
        found.warnings.append(told("tags_left", {"names": ", ".join(sorted(left)[:20])}))
    return tags


def _merged(tags: Mapping[str, str], given: Any) -> Any:
    """What somebody says of them goes before, but for the class of its data: a move does not change that."""
    if not isinstance(given, Mapping):
        return tags if given is None else given
    return {**tags, **given, **{name: tags[name] for name in ("data_class",) if name in tags}}


def fits(key: str, value: str) -> bool:
    try:
        _KEY.validate_python(key)
        _VALUE.validate_python(value)
    except ValidationError:
        return False
    return True
