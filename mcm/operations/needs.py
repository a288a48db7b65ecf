"""What an action needs besides its target: the provider's demands on parameters, native ids that exist, quota room."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mcm.contract import ProviderDescriptor, ResourceKind
from mcm.contract.actions import Action, Params
from mcm.models import Account, ResourceRow, Scope
from mcm.operations import repository
from mcm.operations.errors import InvalidParams
from mcm.tenancy.schemas import Amounts

# Parameter → the kind it names. What is not listed names nothing of the inventory.
_NAMES = {
    "image": ResourceKind.IMAGE,
    "flavor": ResourceKind.FLAVOR,
    "networks": ResourceKind.NETWORK,
    "security_groups": ResourceKind.SECURITY_GROUP,
    "keypair": ResourceKind.KEYPAIR,
    "folder": ResourceKind.FOLDER,
    "resource_pool": ResourceKind.RESOURCE_POOL,
    "datastore": ResourceKind.DATASTORE,
    "instance": ResourceKind.INSTANCE,
    "snapshot": ResourceKind.SNAPSHOT,
    "network": ResourceKind.NETWORK,
    "host": ResourceKind.HOST,
}


def check_support(descriptor: ProviderDescriptor, action: Action, params: Params) -> None:
    """Raises InvalidParams for what this cloud cannot do without, and for what it has no use for."""
    support = descriptor.actions[action.id]
    given = params.model_dump(exclude_defaults=True)
    if lacking := [name for name in support.needs if name not in given]:
        raise InvalidParams(
            f"{action.id} on {descriptor.title.en} needs {', '.join(lacking)}", details={"params": lacking}
        )
    if useless := [name for name in support.ignores if name in given]:
        raise InvalidParams(
            f"{action.id} on {descriptor.title.en} has no use for {', '.join(useless)}",
            next_step="leave it out",
            details={"params": useless},
        )


def resolved(
    session: Session, account: Account, descriptor: ProviderDescriptor, action: Action, params: Params, region: str
) -> Params:
    """Parameters with native ids: names are looked up, and what the inventory does not know is refused."""
    changed: dict[str, Any] = {}
    unlisted = descriptor.actions[action.id].unlisted
    for name in type(params).model_fields:
        kind, value = _NAMES.get(name), getattr(params, name)
        if kind is None or not value:
            continue
        # Where snapshots are images, an image is meant.
        kinds = (kind, ResourceKind.IMAGE) if action.id == "instance.revert" else (kind,)
        found = [
            _native_id(session, account, region, name, one, kinds, unlisted=name in unlisted)
            for one in (value if isinstance(value, list) else [value])
        ]
        changed[name] = found if isinstance(value, list) else found[0]
    return params.model_copy(update=changed) if changed else params


def check_change(action: Action, params: Params, row: ResourceRow) -> None:
    """What the target itself forbids, before the cloud has to say so."""
    if action.id == "volume.extend":
        size = row.attributes.get("size_gib")
        if size is not None and params.size_gib <= size:  # type: ignore[attr-defined]
            raise InvalidParams(
                f"volume '{row.name}' has {size:g} GiB already: it can only grow", details={"params": ["size_gib"]}
            )
    if action.id == "instance.set_tags" and not params.model_dump(exclude_defaults=True):
        raise InvalidParams("there is nothing to change", next_step="give `set` or `remove`")


def region_of(session: Session, account: Account, action: Action, region: str | None) -> str:
    """Where something new is made. Raises InvalidParams that names the regions there are."""
    query = select(Scope.region).where(
        Scope.account_id == account.id, Scope.kind == action.kind.value, Scope.status != "unsupported"
    )
    known = sorted(session.scalars(query.distinct()))
    if region is None and len(known) == 1:
        return known[0]
    if region not in known:
        said = "say in which region" if region is None else f"account '{account.name}' has no region '{region}'"
        where = f"it has: {', '.join(known)}" if known else f"read the account first: mcm sync {account.name}"
        raise InvalidParams(f"{said} the {action.kind} is to be", next_step=where, details={"params": ["region"]})
    return region


def amounts(
    session: Session, account: Account, action: Action, params: Params, row: ResourceRow | None
) -> Amounts | None:
    """What a quota has to have room for; None: nothing. Unknown sizes count as nothing, as nobody can tell."""
    if action.id == "instance.create":
        vcpus, memory, disk = _size(session, account, params)
        disk = max(disk, getattr(params, "disk_gib", None) or 0)
        return Amounts(instances=1, vcpus=vcpus, memory_mib=memory, storage_gib=disk)
    if action.id == "instance.resize" and row is not None:
        vcpus, memory, _ = _size(session, account, params)
        more = Amounts(
            vcpus=max(vcpus - int(row.attributes.get("vcpus") or 0), 0),
            memory_mib=max(memory - int(row.attributes.get("memory_mib") or 0), 0),
        )
        return more if more != Amounts() else None
    if action.id == "volume.create":
        return Amounts(storage_gib=params.size_gib)  # type: ignore[attr-defined]
    if action.id == "volume.extend" and row is not None:
        size = int(row.attributes.get("size_gib") or 0)
        return Amounts(storage_gib=max(params.size_gib - size, 0))  # type: ignore[attr-defined]
    return None


def _size(session: Session, account: Account, params: Params) -> tuple[int, int, int]:
    """(vcpus, memory in MiB, disk in GiB) of the flavor or of the free size."""
    flavor = getattr(params, "flavor", None)
    if flavor is None:
        return getattr(params, "vcpus", None) or 0, getattr(params, "memory_mib", None) or 0, 0
    query = select(ResourceRow.attributes).where(
        ResourceRow.account_id == account.id, ResourceRow.kind == "flavor", ResourceRow.native_id == flavor
    )
    known = session.scalars(query).first() or {}
    return int(known.get("vcpus") or 0), int(known.get("memory_mib") or 0), int(known.get("local_disk_gib") or 0)


def _native_id(
    session: Session,
    account: Account,
    region: str,
    param: str,
    value: str,
    kinds: tuple[ResourceKind, ...],
    *,
    unlisted: bool,
) -> str:
    """unlisted: what is not known may exist all the same, and is for the cloud to judge."""
    for kind in kinds:
        found = repository.resource_named(session, account.id, kind.value, value, region)
        if len(found) == 1:
            return found[0].native_id
        if len(found) > 1:
            raise InvalidParams(
                f"{param}: several of {kind} are called '{value}' in account '{account.name}'",
                next_step="give the native id of one of them",
                details={"params": [param]},
            )
    if unlisted:
        return value
    raise InvalidParams(
        f"{param}: account '{account.name}' has no {kinds[0]} '{value}' in region '{region}'",
        next_step=f"`mcm resource list -k {kinds[0]}` lists them; `mcm sync {account.name}` reads anew",
        details={"params": [param]},
    )
