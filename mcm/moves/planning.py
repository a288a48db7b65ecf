"""What a move would do, whether mcm can do it, and what is left for a person. Stores and sends nothing."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy.orm import Session

from mcm.accounts import service as accounts
from mcm.auth.service import Caller
from mcm.contract import Capability, ProviderDescriptor
from mcm.contract.actions import ACTIONS
from mcm.errors import McmError
from mcm.models import ResourceRow
from mcm.moves import converting, disks, repository, staging
from mcm.moves.following import CREATE, MOST_TAGS, fits, params_of
from mcm.moves.plan import Plan
from mcm.moves.schemas import MoveCreate, MovePreview, Told
from mcm.moves.texts import step_told, told
from mcm.operations import needs, service
from mcm.operations import repository as resources
from mcm.operations.schemas import OperationCreate
from mcm.plans import recycling
from mcm.registry import Registry
from mcm.settings import Settings

STOP, IMAGE = "instance.stop", "instance.create_image"
VOLUME, ATTACH = "volume.create", "volume.attach"
STEPS = (
    *("stop", "image", "download", "convert", "upload", "volume", "create", "attach", "verify", "retire", "clean"),
)  # fmt: skip
_GIB = 2**30


def plan(session: Session, registry: Registry, settings: Settings, caller: Caller, body: MoveCreate) -> Plan:
    """Under the view of a change. Raises ResourceUnknown and what is wrong with the names that were given; what stands
    in mcm's own way is `against`."""
    row = resources.resource(session, body.resource)
    if row is None or row.kind != "instance":
        raise service.no_resource()
    source, target = accounts.get(session, row.account_id), accounts.get(session, body.account)
    region = needs.region_of(session, target, ACTIONS[CREATE], body.region)
    found = Plan(row, source, target, region, {}, tuple(_names(body, row, 0)))
    _can(session, registry, caller, body, found)
    found.names = tuple(_names(body, row, len(found.further)))
    if not found.against:
        try:
            found.params = params_of(session, registry, caller, body, found)
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
    wanted = kept(found, body)
    steps = [] if found.against else [step_told(name, wanted) for name in found.names]
    return MovePreview(
        resource_id=found.row.id, resource_name=found.row.name, account=found.target.name, region=found.region,
        how=how, against=found.against, steps=steps, person=found.person, warnings=found.warnings,
        params=found.params, disk_gib=gib, staging_bytes=_needed(found.copied_gib),
        staging_free_bytes=staging.free_bytes(settings),
        downtime=told(downtime, {"gib": "?" if found.copied_gib is None else f"{found.copied_gib:g}"}),
    )  # fmt: skip


def kept(found: Plan, body: MoveCreate) -> dict[str, Any]:
    """What of it the steps, and whoever reads of it afterwards, have to know."""
    return {
        "stop": "stop" in found.names, "retire": body.retire, "days": body.days, "root": found.root_id,
        "disks": {str(number): _disk(one) for number, one in enumerate(found.further, 1)},
        "left": [disks.described(found.row, one) for one in found.left],
        "copied": [one.name or one.native_id for one in (found.root, *found.further) if one is not None],
    }  # fmt: skip


def _disk(volume: ResourceRow) -> dict[str, Any]:
    own = ((key, value) for key, value in (volume.tags or {}).items() if not key.startswith("mcm_"))
    tags = dict([(key, value) for key, value in own if fits(key, value)][:MOST_TAGS])
    tags |= {"data_class": volume.data_class} if volume.data_class else {}
    name, size = volume.name[:80].strip() or volume.native_id[:80], math.ceil(disks.gib(volume) or 1)
    return {"volume": volume.native_id, "name": name, "size_gib": size, "tags": tags}


def afterwards(name: str, wanted: Mapping[str, Any]) -> list[Told]:
    """What is left for a person once mcm has moved an instance of that name. wanted: what was kept of its plan."""
    left, copied = wanted.get("left", ()), wanted.get("copied", ())
    return [
        *([told("person_volumes", {"count": len(left)})] if left else []),
        *(told("person_volume", one) for one in left),
        told("person_check"), told("person_addresses"),
        *([told("person_mounts")] if wanted.get("disks") else []),
        *([] if wanted["retire"] else [told("person_retire", {"name": name})]),
        *([told("person_copied", {"names": ", ".join(copied)})] if copied else []),
    ]  # fmt: skip


def _needed(gib: float | None) -> int | None:
    """The download and what it is converted to."""
    return None if gib is None else int(gib * 2 * _GIB)


def _names(body: MoveCreate, row: ResourceRow, further: int) -> Iterator[str]:
    """All images are made before anything is copied: they show one moment, or moments that are close together."""
    numbers = range(1, further + 1)
    if body.stop and row.state == "running":
        yield "stop"
    yield from ("image", *(f"image:{one}" for one in numbers), "download", "convert", "upload")
    for one in numbers:
        yield from (f"{name}:{one}" for name in ("download", "convert", "upload", "volume"))
    yield from ("create", *(f"attach:{one}" for one in numbers), "verify")
    if body.retire:
        yield "retire"
    yield "clean"


def _can(session: Session, registry: Registry, caller: Caller, body: MoveCreate, found: Plan) -> None:
    row, source, target = found.row, found.source, found.target
    found.root, found.others = disks.of(row, repository.volumes(session, row.id))
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
    if found.root is not None:
        _starts_from(found.root, gives, found)
    if body.leave_volumes:
        found.left = found.others
    elif found.others:
        _take_along(session, registry, caller, gives, found)
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
    found.root_asked = not gives.images.root_within
    if found.root_asked and not gives.images.root_volume:
        found.against.append(told("on_volume"))
    elif not disks.readable(root):
        found.against.append(told("root_encrypted", told_of))
    elif found.root_asked:
        found.warnings.append(told("from_volume", told_of))


def _take_along(
    session: Session, registry: Registry, caller: Caller, gives: ProviderDescriptor, found: Plan
) -> None:  # fmt: skip
    takes = registry.descriptor(found.target.provider).actions[VOLUME]
    whole = gives.images.root_volume and not takes.absent and not {"image"} & {*takes.ignores}
    cannot = [one for one in found.others if not whole or not disks.can_be_copied(one)]
    if cannot:
        names = ", ".join(one.name or one.native_id for one in cannot)
        found.against.append(told("has_volumes", {"count": len(cannot), "names": names}))
        return
    try:
        service.require_may_make(session, registry, caller, found.target, ACTIONS[VOLUME])
    except McmError as error:
        found.refusal = error
        zh = error.message_zh or error.message
        found.against.append(told("target_refuses", {"why": error.message, "why_zh": zh}))
        return
    found.further = found.others


def _why(descriptor: ProviderDescriptor, name: str) -> dict[str, str]:
    code = getattr(descriptor.images, name)
    text = descriptor.messages.get(code)
    if text is None:
        return {"why": f"mcm's adapter for {descriptor.title.en} has no way to", "why_zh": "适配器不支持"}
    return {"why": text.en.rstrip("."), "why_zh": text.zh.rstrip("。")}


def _besides(settings: Settings, body: MoveCreate, found: Plan) -> None:
    place: Mapping[str, Any] = {"account": found.target.name, "region": found.region}
    if found.against:
        stop = ["person_stop"] if found.row.state == "running" else []
        found.person[:0] = [
            *(told(code) for code in (*stop, "person_export")), told("person_import", place),
            *([told("person_root", disks.described(found.row, found.root))] if found.root is not None else []),
            *(told("person_volume", disks.described(found.row, one)) for one in found.others),
            told("person_create"), told("person_verify"), told("person_addresses"),
        ]  # fmt: skip
        return
    found.person += afterwards(found.row.name, kept(found, body))
    if found.row.state == "running" and not body.stop:
        found.warnings.append(told("runs_on"))
    if converting.program() is None:
        found.warnings.append(told("no_converter"))
    needed, free = _needed(found.copied_gib), staging.free_bytes(settings)
    if needed is not None and needed > free:
        gib = {"needed_gib": f"{needed / _GIB:.1f}", "free_gib": f"{free / _GIB:.1f}"}
        found.warnings.append(told("no_room", gib))
