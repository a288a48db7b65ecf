"""What an action makes of what is paid by the month, for limits of money. Sizes that nobody tells stay unknown."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from mcm.contract import ResourceKind
from mcm.contract.actions import Action, Params
from mcm.models import Account, ResourceRow
from mcm.operations.choices import repository as choices
from mcm.operations.choices.repository import Offered
from mcm.tenancy.money import Change, Holding

_PRICED = ("instance.create", "instance.resize", "volume.create", "volume.extend")


def change(
    session: Session, account: Account, action: Action, params: Params, row: ResourceRow | None, region: str
) -> Change | None:
    """None: what is paid stays as it is, or nothing is known that counts. params: with native ids."""
    if action.id not in _PRICED:
        return None
    given: Any = params
    if action.id == "volume.create":
        place = ("volume", account.tenant_id, account.id, region)
        return Change(Holding(*place, disk_type=given.type, disk_gib=Decimal(given.size_gib)))
    if action.id == "instance.create":
        return Change(_new_instance(session, account, given, region))
    if row is None:
        return None
    if action.id == "volume.extend":
        return Change(_volume(row, Decimal(given.size_gib)), _volume(row, _decimal(row.attributes.get("size_gib"))))
    before = instance(row)
    return Change(_resized(session, account, given, region, before), before)


def holding(row: ResourceRow, *, disks: bool) -> Holding | None:
    """What is paid for it as it is; None: it is nothing that has prices here. disks: with an instance's own."""
    if row.kind == "volume":
        return _volume(row, _decimal(row.attributes.get("size_gib")))
    if row.kind != "instance":
        return None
    size = _decimal(row.attributes.get("disk_gib")) if disks else None
    return replace(instance(row), disk_gib=size or Decimal(0))


def instance(row: ResourceRow) -> Holding:
    """Without its disks."""
    told = row.attributes
    return Holding(
        "instance", row.tenant_id, row.account_id, row.region, 1, _text(told.get("flavor")), _whole(told.get("vcpus")),
        _whole(told.get("memory_mib")), _whole(told.get("gpu_count")), _text(told.get("gpu_model")),
        _text(told.get("architecture")), _text(told.get("os_family")),
    )  # fmt: skip


def _volume(row: ResourceRow, size: Decimal | None) -> Holding:
    place = ("volume", row.tenant_id, row.account_id, row.region)
    return Holding(*place, disk_type=_text(row.attributes.get("type")), disk_gib=size)


def _new_instance(session: Session, account: Account, params: Any, region: str) -> Holding:
    flavor = _named(session, account, region, ResourceKind.FLAVOR, params.flavor)
    image = _named(session, account, region, ResourceKind.IMAGE, params.image)
    sizes = [params.disk_gib, flavor and flavor.number("local_disk_gib")]
    if not any(sizes) and image is not None:
        # Without one of its own it gets one as large as what it is made from.
        sizes = [image.number("min_disk_gib"), image.number("size_gib")]
    disk = max((size for size in sizes if size), default=None)
    return Holding(
        "instance", account.tenant_id, account.id, region, 1, *_size(flavor, params),
        architecture=_told(flavor, "architecture") or _told(image, "architecture"), os_family=_told(image, "os_family"),
        disk_gib=_decimal(disk),
    )  # fmt: skip


def _resized(session: Session, account: Account, params: Any, region: str, before: Holding) -> Holding:
    flavor = _named(session, account, region, ResourceKind.FLAVOR, params.flavor)
    sized = Holding("instance", before.tenant_id, before.account_id, region, 1, *_size(flavor, params))
    free = params.flavor is None
    return Holding(
        "instance", before.tenant_id, before.account_id, region, 1, before.flavor if free else sized.flavor,
        sized.vcpus or (before.vcpus if free else None), sized.memory_mib or (before.memory_mib if free else None),
        before.gpus if free else sized.gpus, before.gpu_model if free else sized.gpu_model,
        _told(flavor, "architecture") or before.architecture, before.os_family,
    )  # fmt: skip


def _size(flavor: Offered | None, params: Any) -> tuple[str | None, int | None, int | None, int | None, str | None]:
    """Flavor by the name that price lists have, vCPU, memory in MiB, GPUs and their model."""
    if flavor is None:
        return params.flavor, params.vcpus, params.memory_mib, None, None
    gpus = int(flavor.number("gpu_count")) or None
    sizes = int(flavor.number("vcpus")) or None, int(flavor.number("memory_mib")) or None
    return flavor.name or flavor.native_id, *sizes, gpus, _told(flavor, "gpu_model")


def _named(
    session: Session, account: Account, region: str, kind: ResourceKind, native_id: str | None
) -> Offered | None:
    if native_id is None:
        return None
    ids = [one.id for one in choices.scopes(session, account.id) if one.kind == kind]
    found = choices.named(session, ids, region, kind, [native_id], common=True)
    return next((one for one in found if one.native_id == native_id), None)


def _told(row: Offered | None, attribute: str) -> str | None:
    return _text(row.get(attribute)) if row is not None else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _whole(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _decimal(value: Any) -> Decimal | None:
    """To a millionth, as sums of sizes are."""
    if not isinstance(value, int | float | Decimal) or isinstance(value, bool):
        return None
    return Decimal(format(Decimal(str(value)), ".6f"))
