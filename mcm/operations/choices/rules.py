"""Whether something can be chosen for what is to be made. Pure: the same rules answer the form and check the request.

What a cloud does not tell stands in nobody's way: only what is known to clash is refused, before the cloud would.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mcm.contract import ActionSupport, ResourceKind
from mcm.contract.actions import Action
from mcm.operations.choices.reasons import Hindrance, hindrance
from mcm.operations.choices.repository import Offered
from mcm.tenancy.schemas import Amounts

# `unknown` is no proof that it would not do.
_READY = ("available", "unknown")
_FAMILIES = {
    **dict.fromkeys(("x86_64", "amd64", "x86", "i386", "i486", "i586", "i686", "x64"), "x86"),
    **dict.fromkeys(("aarch64", "arm64", "arm64_mac", "armv8"), "arm"),
}
_UNITS = {"instances": "instances", "vcpus": "vcpus", "mib": "memory_mib"}


@dataclass(frozen=True)
class Room:
    """What a quota leaves. basis: mcm (a tenant's limit) or cloud (the project's). whose: None: it may not be told."""

    basis: str
    resource: str
    left: int
    limit: int | None = None
    whose: str | None = None
    as_of: datetime | None = None


@dataclass(frozen=True)
class Asked:
    """What is to be made, as far as it is known.

    home: (native id, name) of the project it will be in; None: nobody told, or the cloud has none.
    disk_gib, memory_mib: where the size is free. rooms: what must have room for one more."""

    action: Action
    support: ActionSupport
    account: str
    region: str
    home: tuple[str, str] | None = None
    image: Offered | None = None
    flavor: Offered | None = None
    memory_mib: int | None = None
    disk_gib: int | None = None
    rooms: Sequence[Room] = field(default_factory=tuple)

    @property
    def disk_is_the_flavors(self) -> bool:
        """The first disk is as large as the flavor says; elsewhere it is as large as the image needs, or as asked."""
        return "disk_gib" in self.support.ignores and "flavor" not in self.support.ignores


def judged(row: Offered, asked: Asked) -> Hindrance | None:
    """The first thing that stands in the way of choosing this, the most lasting first."""
    return _of_project(row, asked) or _of_kind(row, asked) or _of_state(row, asked)


def fitting(image: Offered | None, flavor: Offered | None, asked: Asked) -> Hindrance | None:
    """Whether the image runs on the size: flavor, or free memory and disk."""
    if image is None:
        return None
    size = label(flavor) if flavor is not None else "the size"
    memory = flavor.number("memory_mib") if flavor is not None else asked.memory_mib
    needed = image.number("min_memory_mib")
    if needed and memory and memory < needed:
        return hindrance("memory_too_small", image=label(image), flavor=size, needed=number(needed), has=number(memory))
    disk: float | None = asked.disk_gib
    if asked.disk_is_the_flavors:
        # A flavor without a disk of its own takes one as large as the image.
        disk = flavor.number("local_disk_gib") if flavor is not None else None
        needed = max(image.number("min_disk_gib"), image.number("size_gib"))
    else:
        needed = image.number("min_disk_gib")
    if disk and needed and disk < needed:
        whose = size if asked.disk_is_the_flavors else "disk_gib"
        return hindrance("disk_too_small", image=label(image), flavor=whose, needed=number(needed), has=number(disk))
    wanted, has = image.get("architecture"), flavor.get("architecture") if flavor is not None else None
    families = _FAMILIES.get(str(wanted).lower()), _FAMILIES.get(str(has).lower())
    if None not in families and families[0] != families[1]:
        return hindrance("other_architecture", image=label(image), flavor=size, wanted=wanted, has=has)
    return None


def roomy(amounts: Amounts, rooms: Sequence[Room], account: str) -> Hindrance | None:
    """The first quota that does not hold so much more."""
    wanted = amounts.model_dump()
    for room in rooms:
        asked = wanted[room.resource]
        if asked and asked > room.left:
            why = "cloud_quota" if room.basis == "cloud" else "quota" if room.whose is not None else "quota_above"
            return hindrance(
                why, whose=room.whose, resource=room.resource, left=room.left, limit=room.limit, asked=asked,
                account=account,
            )  # fmt: skip
    return None


def amounts_of(flavor: Offered | None, asked: Asked, vcpus: int | None = None) -> Amounts:
    """Of one instance. Unknown sizes count as nothing, as nobody can tell."""
    if flavor is None:
        return Amounts(instances=1, vcpus=vcpus or 0, memory_mib=asked.memory_mib or 0, storage_gib=asked.disk_gib or 0)
    return Amounts(
        instances=1,
        vcpus=int(flavor.number("vcpus")),
        memory_mib=int(flavor.number("memory_mib")),
        storage_gib=max(int(flavor.number("local_disk_gib")), asked.disk_gib or 0),
    )


def cloud_rooms(rows: Sequence[Mapping[str, Any]], project: str, as_of: datetime | None) -> list[Room]:
    """From the attributes of a project's quotas. What has no limit, tells no use or stands twice says nothing."""
    known: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        if (name := _UNITS.get(str(row.get("unit")))) is not None:
            known.setdefault(name, []).append(row)
    found = []
    for name, each in known.items():
        limit, used = each[0].get("limit"), each[0].get("used")
        if len(each) == 1 and not each[0].get("unlimited") and limit is not None and limit >= 0 and used is not None:
            found.append(Room("cloud", name, max(int(limit - used), 0), int(limit), project, as_of))
    return found


def number(value: float) -> str:
    return str(int(value)) if value == int(value) else f"{value:.2f}"


def label(row: Offered) -> str:
    return row.name or row.native_id


def _of_project(row: Offered, asked: Asked) -> Hindrance | None:
    if asked.home is None or not row.project or row.project == asked.home[0]:
        return None
    told = {"project": row.project_name or row.project, "home": asked.home[1]}
    if row.kind == ResourceKind.PROJECT:
        return hindrance("not_home", **told)
    return hindrance("other_project", **told) if _private(row, asked) else None


def _private(row: Offered, asked: Asked) -> bool:
    if row.kind == ResourceKind.NETWORK:
        outside = row.get("external") and asked.action.kind == ResourceKind.PUBLIC_IP
        return row.get("shared") is False and not outside
    if row.kind == ResourceKind.IMAGE:
        return bool(row.get("visibility") == "private")
    return row.kind in (ResourceKind.SECURITY_GROUP, ResourceKind.SNAPSHOT, ResourceKind.KEYPAIR)


def _of_kind(row: Offered, asked: Asked) -> Hindrance | None:
    if row.kind == ResourceKind.FLAVOR:
        too_much = (
            roomy(amounts_of(row, asked), asked.rooms, asked.account) if asked.action.kind == "instance" else None
        )
        return fitting(asked.image, row, asked) or too_much
    if row.kind == ResourceKind.IMAGE:
        return fitting(row, asked.flavor, asked)
    if row.kind == ResourceKind.NETWORK and asked.action.kind == ResourceKind.PUBLIC_IP:
        return hindrance("not_external") if row.get("external") is False else None
    if row.kind == ResourceKind.SNAPSHOT and asked.action.kind == ResourceKind.VOLUME:
        source = row.get("source_kind")
        return hindrance("other_source", source=source) if source not in (None, "volume") else None
    if row.kind == ResourceKind.ZONE and asked.action.kind == ResourceKind.INSTANCE:
        services = row.get("services")
        if services and "compute" not in services:
            return hindrance("other_service", services=", ".join(services), service="compute")
    return None


def _of_state(row: Offered, asked: Asked) -> Hindrance | None:
    if row.missing:
        return hindrance("missing", account=asked.account)
    return hindrance("wrong_state", state=row.state) if row.state not in _READY else None
