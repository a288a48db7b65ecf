"""What a move would do, whether mcm can do it, and what is left for a person. Stores and sends nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy.orm import Session

from mcm.accounts import service as accounts
from mcm.auth.service import Caller
from mcm.contract import Capability, ProviderDescriptor
from mcm.contract.actions import ACTIONS
from mcm.contract.actions.params import TagKey, TagValue
from mcm.errors import McmError
from mcm.models import Account, ResourceRow
from mcm.moves import converting, disks, repository, staging
from mcm.moves.schemas import MoveCreate, MovePreview, Told
from mcm.moves.texts import told
from mcm.operations import needs, service
from mcm.operations import repository as resources
from mcm.operations.errors import InvalidParams
from mcm.operations.orders import validated
from mcm.operations.schemas import OperationCreate
from mcm.placement import catalog, gate
from mcm.placement import repository as places
from mcm.placement.demand import Need
from mcm.plans import recycling
from mcm.registry import Registry
from mcm.settings import Settings
from mcm.workloads.documents import Tier

CREATE, STOP, IMAGE = "instance.create", "instance.stop", "instance.create_image"
STEPS = ("stop", "image", "download", "convert", "upload", "create", "verify", "retire", "clean")
_GIB = 2**30
_KEY, _VALUE = TypeAdapter(TagKey), TypeAdapter(TagValue)
_MOST_TAGS = 36
_ARM = ("arm64", "aarch64", "armv8")


@dataclass
class Plan:
    """params: of the new instance, with native ids and without its image. against: why mcm cannot do it; refusal: the
    error behind it, where an error said so. names: the steps it takes. root: the volume that it starts from; None: it
    starts from an image."""

    row: ResourceRow
    source: Account
    target: Account
    region: str
    params: dict[str, Any]
    names: tuple[str, ...]
    against: list[Told] = field(default_factory=list)
    person: list[Told] = field(default_factory=list)
    warnings: list[Told] = field(default_factory=list)
    refusal: McmError | None = None
    root: ResourceRow | None = None

    @property
    def disk_gib(self) -> float | None:
        if self.root is not None:
            return disks.gib(self.root)
        found = (self.row.attributes or {}).get("disk_gib")
        return float(found) if found is not None else None

    @property
    def root_id(self) -> str | None:
        return self.root.native_id if self.root is not None else None


def plan(session: Session, registry: Registry, settings: Settings, caller: Caller, body: MoveCreate) -> Plan:
    """Under the view of a change. Raises ResourceUnknown and what is wrong with the names that were given; what stands
    in mcm's own way is `against`."""
    row = resources.resource(session, body.resource)
    if row is None or row.kind != "instance":
        raise service.no_resource()
    source, target = accounts.get(session, row.account_id), accounts.get(session, body.account)
    region = needs.region_of(session, target, ACTIONS[CREATE], body.region)
    names = tuple(name for name in STEPS if _takes(name, body, row))
    found = Plan(row, source, target, region, {}, names)
    _can(session, registry, caller, body, found)
    if not found.against:
        try:
            found.params = _params(session, registry, caller, body, found)
            if body.retire:
                recycling.wanted(session, registry, caller, row.id)
        except McmError as error:
            found.refusal = error
            zh = error.message_zh or error.message
            found.against.append(told("target_refuses", {"why": error.message, "why_zh": zh}))
    _besides(settings, body, found)
    return found


def preview(found: Plan, settings: Settings, body: MoveCreate) -> MovePreview:
    gib = found.disk_gib
    how = "person" if found.against else "cold"
    stopped = "downtime_stopped" if body.stop and found.row.state == "running" else "downtime_copy"
    downtime = stopped if found.row.state == "running" else "downtime_off"
    steps = (
        [] if found.against else [told(name, {"days": body.days} if name == "retire" else {}) for name in found.names]
    )
    return MovePreview(
        resource_id=found.row.id, resource_name=found.row.name, account=found.target.name, region=found.region,
        how=how, against=found.against, steps=steps, person=found.person, warnings=found.warnings,
        params=found.params, disk_gib=gib, staging_bytes=_needed(gib), staging_free_bytes=staging.free_bytes(settings),
        downtime=told(downtime, {"gib": "?" if gib is None else f"{gib:g}"}),
    )  # fmt: skip


def kept(found: Plan, body: MoveCreate) -> dict[str, Any]:
    """What of it the steps have to know."""
    return {"stop": "stop" in found.names, "retire": body.retire, "days": body.days, "root": found.root_id}


def afterwards(name: str, *, retire: bool) -> list[Told]:
    """What is left for a person once mcm has moved an instance of that name."""
    return [
        told("person_check"), told("person_addresses"), *([] if retire else [told("person_retire", {"name": name})]),
    ]  # fmt: skip


def _needed(gib: float | None) -> int | None:
    """The download and what it is converted to."""
    return None if gib is None else int(gib * 2 * _GIB)


def _takes(name: str, body: MoveCreate, row: ResourceRow) -> bool:
    return {"stop": body.stop and row.state == "running", "retire": body.retire}.get(name, True)


def _can(session: Session, registry: Registry, caller: Caller, body: MoveCreate, found: Plan) -> None:
    row, source, target = found.row, found.source, found.target
    if (row.account_id, row.region) == (target.id, found.region):
        found.against.append(told("same_place"))
        return
    gives, takes = registry.descriptor(source.provider), registry.descriptor(target.provider)
    if Capability.IMAGE_EXPORT not in gives.capabilities:
        found.against.append(told("not_exportable", {"account": source.name, **_why(gives, "export_absent")}))
    if Capability.IMAGE_IMPORT not in takes.capabilities:
        found.against.append(told("not_importable", {"account": target.name, **_why(takes, "import_absent")}))
    if found.against:
        return
    found.root, further = disks.of(row, repository.volumes(session, row.id))
    if found.root is not None:
        _starts_from(found.root, gives, found)
    if further and not body.leave_volumes:
        found.against.append(told("has_volumes", {"count": len(further)}))
    elif further:
        found.person.append(told("person_volumes", {"count": len(further)}))
    found.person += [told("person_volume", disks.described(row, one)) for one in further]
    try:
        # The first request that will be sent, judged as it will be then.
        first = OperationCreate(action=STOP, resource=row.id)
        if found.names[0] != "stop":
            first = OperationCreate(action=IMAGE, resource=row.id, params=image_params("mcm-move", found.root_id))
        service.wanted(session, registry, caller, first)
    except McmError as error:
        found.refusal = error
        found.against.append(told("not_now", {"why": error.message, "why_zh": error.message_zh or error.message}))


def image_params(name: str, root: str | None) -> dict[str, Any]:
    return {"name": name} | ({"volume": root} if root is not None else {})


def _starts_from(root: ResourceRow, gives: ProviderDescriptor, found: Plan) -> None:
    told_of = disks.described(found.row, root)
    if not gives.images.root_volume:
        found.against.append(told("on_volume"))
    elif (root.attributes or {}).get("encrypted"):
        found.against.append(told("root_encrypted", told_of))
    else:
        found.warnings.append(told("from_volume", told_of))
        return
    found.person.append(told("person_root", told_of))


def _why(descriptor: ProviderDescriptor, name: str) -> dict[str, str]:
    code = getattr(descriptor.images, name)
    text = descriptor.messages.get(code)
    if text is None:
        return {"why": f"mcm's adapter for {descriptor.title.en} has no way to", "why_zh": "适配器不支持"}
    return {"why": text.en.rstrip("."), "why_zh": text.zh.rstrip("。")}


def _params(
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
        if len(tags) < _MOST_TAGS and _fits(key, value):
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


def _fits(key: str, value: str) -> bool:
    try:
        _KEY.validate_python(key)
        _VALUE.validate_python(value)
    except ValidationError:
        return False
    return True


def _besides(settings: Settings, body: MoveCreate, found: Plan) -> None:
    place: Mapping[str, Any] = {"account": found.target.name, "region": found.region}
    if found.against:
        stop = ["person_stop"] if found.row.state == "running" else []
        found.person[:0] = [
            *(told(code) for code in (*stop, "person_export")), told("person_import", place), told("person_create"),
            told("person_verify"), told("person_addresses"),
        ]  # fmt: skip
        return
    found.person += afterwards(found.row.name, retire=body.retire)
    if found.row.state == "running" and not body.stop:
        found.warnings.append(told("runs_on"))
    if converting.program() is None:
        found.warnings.append(told("no_converter"))
    needed, free = _needed(found.disk_gib), staging.free_bytes(settings)
    if needed is not None and needed > free:
        gib = {"needed_gib": f"{needed / _GIB:.1f}", "free_gib": f"{free / _GIB:.1f}"}
        found.warnings.append(told("no_room", gib))
