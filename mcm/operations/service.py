"""The rules of asking for an action: one path for people, plans and schedules. Never commits."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mcm.accounts import service as accounts
from mcm.auth.service import Caller, view
from mcm.contract import ProviderDescriptor, ResourceKind, ResourceRef
from mcm.contract.actions import ACTIONS, Action, Params
from mcm.events import telling
from mcm.filters.errors import closest
from mcm.kit import clock
from mcm.kit.ids import new_id
from mcm.models import Account, Operation, ResourceRow
from mcm.operations import needs, recording, repository
from mcm.operations.errors import (
    ActionForbidden,
    ActionNotAllowed,
    InvalidParams,
    NotOpen,
    OperationNotFound,
    ResourceBusyHere,
    ResourceUnknown,
    UnknownAction,
)
from mcm.operations.machine import Log
from mcm.operations.orders import packed, seal, split, validated
from mcm.operations.reasons import Verdict
from mcm.operations.schemas import OperationCreate
from mcm.operations.verdicts import account_verdict, permission_of, standings, support, verdict
from mcm.placement import gate
from mcm.plans import belts
from mcm.registry import Registry
from mcm.tenancy import quota, sight
from mcm.vault import Vault


@dataclass(frozen=True)
class Wanted:
    """An action that may be asked for: everything is checked, nothing is stored."""

    action: Action
    params: Params
    account: Account
    region: str
    row: ResourceRow | None

    @property
    def name(self) -> str:
        return self.row.name if self.row is not None else str(getattr(self.params, "name", ""))

    @property
    def sentence(self) -> str:
        what = f"{self.action.id} on {self.row.kind} '{self.row.name}'" if self.row else self.action.id
        return f"{what} in account '{self.account.name}', region '{self.region}'"


def action_named(name: str) -> Action:
    found = ACTIONS.get(name)
    if found is None:
        near = closest(name, ACTIONS)
        raise UnknownAction(
            f"there is no action '{name}'",
            next_step=f"did you mean '{near}'?" if near else "GET /api/v1/actions lists all",
        )
    return found


def wanted(
    session: Session, registry: Registry, caller: Caller, asked: OperationCreate, *, judged: bool = False
) -> Wanted:
    """Raises what stands in the way, before anything is stored or sent. judged: policies have just been asked about
    this very place, with more facts than an action alone has."""
    action = action_named(asked.action)
    params = validated(action.id, asked.params)
    if action.targets:
        if asked.resource is None or asked.account is not None or asked.region is not None:
            raise InvalidParams(f"{action.id} acts on a resource: give `resource`, and neither account nor region")
        found = _on_resource(session, registry, caller, action, params, asked.resource)
    elif asked.account is None or asked.resource is not None:
        raise InvalidParams(f"{action.id} makes something new: give `account` (and `region`), and no resource")
    else:
        found = _something_new(session, registry, caller, action, params, asked.account, asked.region)
    if not judged:
        gate.require(session, _judged_as(session, found, asked))
    return found


def create(session: Session, vault: Vault, caller: Caller, found: Wanted, *, plan_id: str | None = None) -> Operation:
    """Writes the operation with its intent. Raises ResourceBusyHere, what `quota.reserve` does and what `belts` do."""
    now = clock.now()
    operation_id = new_id("op")
    public, secret = split(found.params)
    # Read while the session can still read: the refusal below tells it after a rollback.
    row, action, name = found.row, found.action, found.name
    belts.check(session, action, found.account, row.id if row is not None else None, plan_id)
    tenant_id = row.tenant_id if row is not None else found.account.tenant_id
    wanted = needs.to_hold(session, found.account, action, found.params, row, found.region)
    reservation = None
    if wanted is not None:
        amounts, change = wanted
        held = quota.reserve(
            session, tenant_id, amounts, action.id, needs.RESERVED_FOR, key=operation_id, change=change
        )  # fmt: skip
        reservation = held.id
    made = Operation(
        id=operation_id, action=action.id, status="queued", tenant_id=tenant_id, account_id=found.account.id,
        account_name=found.account.name, project=row.project if row is not None else None,
        resource_id=row.id if row is not None else None, resource_name=name,
        holds=row.id if row is not None else None, target=packed(_ref(row)) if row is not None else None,
        region=found.region, params=public, sealed=seal(vault, operation_id, secret),
        token=f"mcm-{operation_id.removeprefix('op_')}", steps=[], step=0, facts={}, plan_id=plan_id,
        reservation_id=reservation, caller=recording.packed_caller(caller), created_at=now,
        deadline=now + timedelta(seconds=action.timeout_s), next_at=now, turn=0, waits=0, version=1,
    )  # fmt: skip
    session.add(made)
    try:
        session.flush()
    except IntegrityError as error:
        # Somebody else was faster by a moment; the unique column `holds` decides.
        raise ResourceBusyHere(
            f"another operation has just begun on '{name}'; nothing was changed",
            next_step="look at it with `mcm operation list`, then ask again",
        ) from error
    recording.intend(session, caller, made)
    repository.note(session, made.id, now, Log.QUEUED.value, {})
    telling.operation(session, made)
    return made


def get(session: Session, operation_id: str) -> Operation:
    found = repository.find(session, operation_id) if "\0" not in operation_id else None
    if found is None:
        raise OperationNotFound(
            f"there is no operation '{operation_id}'", next_step="`mcm operation list` shows those there are"
        )
    return found


def no_resource() -> ResourceUnknown:
    return ResourceUnknown("there is no resource with this id", next_step="list resources to find its id")


def require(found: Verdict, name: str = "") -> None:
    """Raises the verdict as an error, when it is a no."""
    if found.allowed:
        return
    kind = {"no_permission": ActionForbidden, "operation_running": ResourceBusyHere}.get(
        found.reason_code, ActionNotAllowed
    )
    what = f"{found.action} is not possible on '{name}'" if name else f"{found.action} is not possible"
    raise kind(
        f"{what}: {found.reason}",
        next_step=found.how_to_fix,
        message_zh=f"“{name}”：{found.reason_zh}" if name else found.reason_zh,
        next_step_zh=found.how_to_fix_zh,
        details={"reason_code": found.reason_code, "action": found.action} | dict(found.values),
    )


def require_open(row: Operation, *statuses: str, doing: str) -> None:
    if row.status not in statuses:
        raise NotOpen(
            f"operation {row.id} is {row.status} and cannot be {doing}",
            next_step=f"mcm operation show {row.id}",
            details={"status": row.status},
        )


def _on_resource(
    session: Session, registry: Registry, caller: Caller, action: Action, params: Params, resource_id: str
) -> Wanted:
    row = repository.resource(session, resource_id)
    if row is None:
        raise no_resource()
    standing = standings(session, registry, [row])[0]
    require(verdict(caller, standing, action), row.name)
    # The verdict said that both are there.
    assert standing.account is not None
    assert standing.descriptor is not None
    needs.check_support(standing.descriptor, action, params)
    params = needs.resolved(session, standing.account, standing.descriptor, action, params, row.region)
    needs.check_change(action, params, row)
    return Wanted(action, params, standing.account, row.region, row)


def _something_new(
    session: Session, registry: Registry, caller: Caller, action: Action, params: Params, name: str, region: str | None
) -> Wanted:
    account = accounts.get(session, name)
    descriptor = require_may_make(session, registry, caller, account, action)
    needs.check_support(descriptor, action, params)
    place = needs.region_of(session, account, action, region)
    params = needs.resolved(session, account, descriptor, action, params, place)
    return Wanted(action, params, account, place, None)


def require_may_make(
    session: Session, registry: Registry, caller: Caller, account: Account, action: Action
) -> ProviderDescriptor:
    """Whether the caller may make such a thing in the account now. Raises ActionNotAllowed, ActionForbidden."""
    descriptor = registry.descriptor(account.provider)
    if hindrance := support(descriptor, action) or account_verdict(action, account):
        require(hindrance)
    seen = view(caller, permission_of(action))
    if not (seen.everything or account.tenant_id in seen.tenants) or not sight.holds_whole(session, account):
        raise ActionForbidden(
            f"{caller.name} may not make anything in account '{account.name}'",
            next_step="ask an administrator for a role in its tenant",
        )
    return descriptor


def _judged_as(session: Session, found: Wanted, asked: OperationCreate) -> gate.Target:
    """As policies see it: with the sizes of its flavor, and by the names that were given."""
    params = found.params.model_dump(exclude_none=True, exclude={"user_data"})
    if found.action.id == "instance.create":
        vcpus, memory_mib, disk_gib = needs.size_of(session, found.account, found.params, found.region)
        sizes = {"vcpus": vcpus, "memory_mib": memory_mib, "disk_gib": disk_gib}
        params = {name: value for name, value in sizes.items() if value} | params
        params |= {name: asked.params[name] for name in ("image", "flavor") if asked.params.get(name)}
    return gate.Target(found.action.id, found.account, found.region, params, found.row)


def _ref(row: ResourceRow) -> ResourceRef:
    return ResourceRef(ResourceKind(row.kind), row.native_id, row.native_scope, row.region, row.locator)
