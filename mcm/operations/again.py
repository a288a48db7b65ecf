"""Whether an operation may be asked for again: it was judged by what was true then, and is judged by what is true now.

Not by the state at the cloud: the operation may have changed it, and looks before it sends anything.
"""

from sqlalchemy.orm import Session

from mcm.auth.service import Caller
from mcm.contract.actions import ACTIONS, Action
from mcm.models import Account, Operation, PlanItem, ResourceRow
from mcm.operations import needs, repository, service
from mcm.operations.errors import AccountGone, NotTheSame
from mcm.operations.verdicts import lasting_verdict, standings
from mcm.plans import versions
from mcm.plans.errors import TargetChanged
from mcm.registry import Registry
from mcm.tenancy import quota


def require_same(session: Session, registry: Registry, caller: Caller, row: Operation) -> None:
    """Under the view of a change. Raises ResourceUnknown, NotTheSame, TargetChanged and what a verdict says."""
    action = ACTIONS[row.action]
    if row.resource_id is None:
        account = session.get(Account, row.account_id)
        if account is None:
            raise AccountGone("its account was removed; nothing was asked for")
        service.require_may_make(session, registry, caller, account, action)
        _require_whose(row, account.tenant_id)
        return
    resource = repository.resource(session, row.resource_id)
    if resource is None:
        raise service.no_resource()
    hindrance = lasting_verdict(caller, standings(session, registry, [resource])[0], action)
    if hindrance is not None:
        service.require(hindrance, resource.name)
    _require_whose(row, resource.tenant_id, resource)
    if row.plan_id is not None:
        _require_agreed(session, action, row.plan_id, resource)


def reserve(session: Session, row: Operation) -> None:
    """Room within the limits, where what was held has been given back. Raises QuotaExceeded."""
    if row.reservation_id is not None:
        key = f"{row.id}/{row.version}"
        row.reservation_id = quota.renew(session, row.reservation_id, needs.RESERVED_FOR, key=key).id


def _require_whose(row: Operation, tenant_id: str, resource: ResourceRow | None = None) -> None:
    moved = resource is not None and (resource.account_id, resource.project) != (row.account_id, row.project)
    if tenant_id != row.tenant_id or moved:
        raise NotTheSame(
            f"'{row.resource_name or row.account_name}' belongs to somebody else than it did for operation {row.id}; "
            "nothing was asked for",
            next_step=f"ask for {row.action} anew, which looks at everything again",
        )


def _require_agreed(session: Session, action: Action, plan_id: str, resource: ResourceRow) -> None:
    item = session.get(PlanItem, (plan_id, resource.id))
    changed = versions.outgrown(session, action, item) if item is not None else []
    if changed:
        raise TargetChanged(
            f"'{resource.name}' is not what the plan was about any more ({', '.join(changed)}); nothing was asked for",
            next_step=f"make a new plan: mcm plan create --action {action.id} {resource.id}",
            details={"resource": resource.id, "changed": changed},
        )
