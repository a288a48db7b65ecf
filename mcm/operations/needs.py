"""What an action needs besides its target: the provider's demands on parameters, native ids that exist, quota room."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mcm.contract import ProviderDescriptor, ResourceKind
from mcm.contract.actions import Action, Params
from mcm.models import Account, ResourceRow, Scope
from mcm.operations import paying
from mcm.operations.choices import repository as choices
from mcm.operations.choices.place import NAMES, Place
from mcm.operations.choices.reasons import Hindrance, hindrance
from mcm.operations.choices.repository import Offered
from mcm.operations.choices.rules import Asked, amounts_of, fitting, judged, roomy
from mcm.operations.errors import InvalidParams
from mcm.tenancy import quota
from mcm.tenancy.errors import QuotaExceeded
from mcm.tenancy.money import Change
from mcm.tenancy.schemas import Amounts

# Longer than any action takes, so that nobody else takes the room meanwhile.
RESERVED_FOR = timedelta(hours=6)
# (parameter, its value, what is wrong with it)
Problem = tuple[str, str, Hindrance]


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
    if "flavor" in type(params).model_fields:
        _check_size(action, descriptor, params)


def resolved(
    session: Session, account: Account, descriptor: ProviderDescriptor, action: Action, params: Params, region: str
) -> Params:
    """Parameters with native ids: names are looked up. Raises InvalidParams with everything that is known to be wrong
    (unknown, in another region or project, too small …), QuotaExceeded for what the cloud's own quota has no room for.
    """
    place = Place(session, account, descriptor, action, region)
    asked = place.asked() if not action.targets else Asked(action, place.support, account.name, region)
    changed: dict[str, Any] = {}
    rows: dict[str, Offered] = {}
    problems: list[Problem] = []
    for name in type(params).model_fields:
        given = getattr(params, name)
        if name not in NAMES or not given:
            continue
        values = given if isinstance(given, list) else [given]
        found = place.found(name, values, asked)
        for value, meant in found.items():
            if isinstance(meant, Offered):
                rows[name] = meant
                # What acts on something there is told by the cloud; only what is to be made is judged here.
                if not action.targets and (against := judged(meant, asked)) is not None:
                    problems.append((name, value, against))
            elif meant is not None:
                problems.append((name, value, meant))
        ids = [meant.native_id if isinstance(meant := found[value], Offered) else value for value in values]
        changed[name] = ids if isinstance(given, list) else ids[0]
    if action.id == "instance.create" and not problems:
        problems += _misfits(place, asked, params, rows)
    if problems:
        raise refusal(problems)
    return params.model_copy(update=changed) if changed else params


def check_change(action: Action, params: Params, row: ResourceRow) -> None:
    """What the target itself forbids, before the cloud has to say so."""
    if action.id == "volume.extend":
        size = row.attributes.get("size_gib")
        if size is not None and params.size_gib <= size:  # type: ignore[attr-defined]
            raise InvalidParams(
                f"volume '{row.name or row.native_id}' has {size:g} GiB already: it can only grow",
                next_step=f"give more than {size:g}",
                details={"params": ["size_gib"]},
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
        said = (
            f"say in which region the {action.kind} is to be"
            if region is None
            else f"account '{account.name}' has no region '{region}' with {action.kind}s"
        )
        where = f"it has: {', '.join(known)}" if known else f"read the account first: mcm sync {account.name}"
        raise InvalidParams(said, next_step=where, details={"params": ["region"]})
    return region


def amounts(
    session: Session, account: Account, action: Action, params: Params, row: ResourceRow | None, region: str
) -> Amounts | None:
    """What a quota has to have room for; None: nothing. Unknown sizes count as nothing, as nobody can tell."""
    if action.id == "instance.create":
        vcpus, memory, disk = size_of(session, account, params, region)
        disk = max(disk, getattr(params, "disk_gib", None) or 0)
        return Amounts(instances=1, vcpus=vcpus, memory_mib=memory, storage_gib=disk)
    if action.id == "instance.resize" and row is not None:
        vcpus, memory, _ = size_of(session, account, params, region)
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


def to_hold(
    session: Session, account: Account, action: Action, params: Params, row: ResourceRow | None, region: str
) -> tuple[Amounts, Change | None] | None:
    """What a reservation is of, with what is paid for it by the month; None: there is nothing to reserve."""
    wanted = amounts(session, account, action, params, row, region)
    change = paying.change(session, account, action, params, row, region)
    if wanted is not None:
        return wanted, change
    # Nothing that is counted grows, and yet it may cost more: another family of the same size.
    tenant_id = row.tenant_id if row is not None else account.tenant_id
    return (Amounts(), change) if change is not None and quota.bound_by_money(session, tenant_id) else None


def require_room(
    session: Session, account: Account, action: Action, params: Params, row: ResourceRow | None, region: str
) -> None:
    """Raises QuotaExceeded and QuotaUnpriced as the request itself would when it reserves."""
    wanted = to_hold(session, account, action, params, row, region)
    if wanted is not None:
        quota.require_room(session, row.tenant_id if row is not None else account.tenant_id, *wanted)


def doubts(session: Session, account: Account, action: Action, params: Params, region: str) -> list[Problem]:
    """What keeps nobody from asking, and may not be meant: a name that something of its kind has already."""
    name = getattr(params, "name", None)
    if action.targets or not name or action.makes is None:
        return []
    kind = action.makes.value
    ids = [one.id for one in choices.scopes(session, account.id) if one.kind == kind]
    same = choices.named(session, ids, region, kind, [name], common=False)
    if not any(one.name == name for one in same):
        return []
    return [("name", name, hindrance("same_name", kind=kind, value=name, region=region))]


def _misfits(place: Place, asked: Asked, params: Any, rows: Mapping[str, Offered]) -> list[Problem]:
    """Of an image and a size that are both fine by themselves. Raises QuotaExceeded."""
    flavor = rows.get("flavor")
    asked = replace(asked, memory_mib=params.memory_mib, disk_gib=params.disk_gib)
    name, value = ("flavor", params.flavor) if params.flavor else ("image", params.image)
    if (misfit := fitting(rows.get("image"), flavor, asked)) is not None:
        return [(name, value, misfit)]
    rooms = place.cloud_rooms(asked.home)
    if (full := roomy(amounts_of(flavor, asked, params.vcpus), rooms, place.account.name)) is not None:
        raise QuotaExceeded(
            full.reason,
            next_step=full.how_to_fix,
            details={"params": [name], **full.told},
            message_zh=full.reason_zh,
            next_step_zh=full.how_to_fix_zh,
        )
    return []


def refusal(problems: Sequence[Problem]) -> InvalidParams:
    name, value, first = problems[0]
    sentence = first.reason if f"'{value}'" in first.reason else f"'{value}': {first.reason}"
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return InvalidParams(
        f"{name}: {sentence}{more}",
        next_step=first.how_to_fix,
        message_zh=first.reason_zh,
        next_step_zh=first.how_to_fix_zh,
        details={
            "params": list(dict.fromkeys(param for param, _, _ in problems)),
            "reason_code": first.code,
            "problems": [{"param": param, "value": value, **found.told} for param, value, found in problems],
        },
    )


def _check_size(action: Action, descriptor: ProviderDescriptor, params: Any) -> None:
    """Either a flavor or a free size, as the cloud has them."""
    ignored = descriptor.actions[action.id].ignores
    free = params.vcpus or params.memory_mib
    if params.flavor and free:
        raise InvalidParams(
            "give either a flavor or vcpus and memory_mib, not both",
            next_step="leave one of them out",
            message_zh="规格与 vcpus、memory_mib 只能选择一种方式填写",
            next_step_zh="请去掉其中一种",
            details={"params": ["flavor", "vcpus", "memory_mib"], "reason_code": "two_sizes"},
        )
    if action.id == "instance.create" and "flavor" in ignored:
        # Of what it is made from, where nothing is said.
        return
    enough = params.vcpus and params.memory_mib if action.id == "instance.create" else free
    if not params.flavor and not enough:
        ways = [name for name in ("flavor", "vcpus", "memory_mib") if name not in ignored]
        raise InvalidParams(
            f"{action.id} needs a size",
            next_step=f"give {' or '.join(' and '.join(part) for part in (ways[:1], ways[1:]) if part)}",
            details={"params": ways, "reason_code": "no_size"},
        )


def size_of(session: Session, account: Account, params: Params, region: str) -> tuple[int, int, int]:
    """(vcpus, memory in MiB, disk in GiB) of the flavor or of the free size."""
    flavor = getattr(params, "flavor", None)
    if flavor is None:
        return getattr(params, "vcpus", None) or 0, getattr(params, "memory_mib", None) or 0, 0
    ids = [one.id for one in choices.scopes(session, account.id) if one.kind == ResourceKind.FLAVOR]
    known = choices.named(session, ids, region, ResourceKind.FLAVOR, [flavor], common=True)
    for one in known:
        if one.native_id == flavor:
            return int(one.number("vcpus")), int(one.number("memory_mib")), int(one.number("local_disk_gib"))
    return 0, 0, 0
