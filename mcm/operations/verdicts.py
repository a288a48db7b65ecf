"""Which actions a resource allows, and why not: from the provider's descriptor, rights, account, state, protection and
what is under way. The same function answers the API, the command line, the console and the check before sending."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from mcm.auth.permissions import Permission
from mcm.auth.service import Caller, View, view
from mcm.contract import ProviderDescriptor, ResourceKind
from mcm.contract.actions import ACTIONS, Action, Effect
from mcm.models import Account, ResourceRow
from mcm.operations import repository
from mcm.operations.reasons import Verdict, no, yes
from mcm.registry import Registry


@dataclass(frozen=True)
class Standing:
    """What is known about one resource when an action is judged."""

    row: ResourceRow
    account: Account | None
    descriptor: ProviderDescriptor | None
    running: tuple[str, str] | None


def standings(session: Session, registry: Registry, rows: Sequence[ResourceRow]) -> list[Standing]:
    accounts = repository.accounts(session, {row.account_id for row in rows})
    ids = [row.id for row in rows]
    running = repository.holders(session, ids)
    found = []
    for row in rows:
        account = accounts.get(row.account_id)
        descriptor = registry.descriptor(account.provider) if account is not None else None
        found.append(Standing(row, account, descriptor, running.get(row.id)))
    return found


def verdicts(caller: Caller, standing: Standing) -> list[Verdict]:
    """One for each action of the resource's kind."""
    chosen = (action for action in ACTIONS.values() if action.targets and action.kind == standing.row.kind)
    return [verdict(caller, standing, action) for action in chosen]


def verdict(caller: Caller, standing: Standing, action: Action) -> Verdict:
    """The first thing that stands in the way, the most lasting first."""
    row, account = standing.row, standing.account
    if action.kind != row.kind:
        return no(action.id, "other_kind", kind=row.kind, action=action.id, wanted=action.kind.value)
    if account is None or standing.descriptor is None:
        return no(action.id, "account_gone")
    return (
        support(standing.descriptor, action)
        or _right(caller, row, action)
        or _presence(action, row, account)
        or account_verdict(action, account)
        or _state(standing.descriptor, action, row)
        or _hindrance(standing, action)
        or yes(action.id)
    )


def lasting_verdict(caller: Caller, standing: Standing, action: Action) -> Verdict | None:
    """What stands in the way whatever state the resource is in, such as that of an operation that went half its way."""
    if standing.account is None or standing.descriptor is None:
        return no(action.id, "account_gone")
    return (
        support(standing.descriptor, action)
        or _right(caller, standing.row, action)
        or account_verdict(action, standing.account)
        or _hindrance(standing, action)
    )


def support(descriptor: ProviderDescriptor, action: Action) -> Verdict | None:
    found = descriptor.actions.get(action.id)
    if found is None:
        return no(action.id, "not_offered", provider=descriptor.name)
    if found.absent:
        text = descriptor.messages[found.absent]
        return no(action.id, "not_supported", text=text.en, text_zh=text.zh)
    return None


def permission_of(action: Action) -> Permission:
    return Permission.OPERATION_DESTROY if action.destructive else Permission.OPERATION_RUN


def account_verdict(action: Action, account: Account) -> Verdict | None:
    if account.status == "paused":
        return no(action.id, "account_paused", account=account.name)
    if account.status == "failing":
        return no(action.id, "account_failing", account=account.name)
    return None


def holds(seen: View, row: ResourceRow) -> bool:
    return seen.everything or row.tenant_id in seen.tenants or (row.account_id, row.project or "") in seen.projects


def wanted_states(descriptor: ProviderDescriptor, action: Action) -> frozenset[str]:
    support = descriptor.actions.get(action.id)
    return frozenset(support.states) if support is not None and support.states else action.states


def _right(caller: Caller, row: ResourceRow, action: Action) -> Verdict | None:
    needed = permission_of(action)
    return None if holds(view(caller, needed), row) else no(action.id, "no_permission", permission=needed.value)


def _presence(action: Action, row: ResourceRow, account: Account) -> Verdict | None:
    if row.presence == "gone":
        return no(action.id, "gone")
    if row.presence == "missing":
        return no(action.id, "missing", account=account.name)
    return None


def _state(descriptor: ProviderDescriptor, action: Action, row: ResourceRow) -> Verdict | None:
    wanted = wanted_states(descriptor, action)
    if wanted and row.state not in wanted:
        # What was deleted already may be deleted again: that is how it is found out.
        why = "already_so" if action.effect is Effect.SETS and row.state in action.leads_to else "wrong_state"
        return no(action.id, why, state=row.state, wanted=_either(wanted))
    if action.tasks:
        return None if row.task_state in action.tasks else no(action.id, "wrong_task")
    if row.task_state and not action.destructive and row.task_state != "verify_resize":
        return no(action.id, "task_running", task=row.task_state)
    return None


def _hindrance(standing: Standing, action: Action) -> Verdict | None:
    if standing.row.managed == "protected" and action.destructive:
        return no(action.id, "protected", resource=standing.row.id)
    cloud_keeps_it = standing.row.attributes.get("deletion_protection")
    if standing.row.kind == ResourceKind.INSTANCE and action.effect is Effect.DESTROYS and cloud_keeps_it:
        return no(action.id, "kept_by_cloud")
    if standing.running is not None:
        operation, running = standing.running
        return no(action.id, "operation_running", operation=operation, action=running)
    return None


def _either(states: Iterable[str]) -> str:
    *others, last = sorted(states)
    return f"{', '.join(others)} or {last}" if others else last
