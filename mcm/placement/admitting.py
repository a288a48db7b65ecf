"""The last look before something is sent: a policy that came into force after it was asked for holds all the same."""

from sqlalchemy import select

from mcm.db.session import Database
from mcm.gateway import Change, Gateway


def install(gateway: Gateway, database: Database) -> None:
    """From now on nothing that `gate` judges is sent without another look."""
    gateway.admission.add(lambda change: admit(database, change))


def admit(database: Database, change: Change) -> None:
    """Raises PolicyDenies. What was sent already is only looked after, and passes; what a decision asked for was judged
    with everything it knew when it was bound."""
    # Only now: a process that sends nothing, as the one that answers, loads no policies.
    from mcm.models import Account, Operation, Placement, PlacementInstance, ResourceRow
    from mcm.placement import gate
    from mcm.policies import running

    if change.action not in gate.JUDGED or not change.operation_id:
        return
    with database.reading() as session:
        row = session.get(Operation, change.operation_id)
        account = session.get(Account, change.account_id)
        if row is None or account is None or row.status != "queued":
            return
        mine = (
            select(Placement)
            .join(PlacementInstance, PlacementInstance.placement_id == Placement.id)
            .where(PlacementInstance.operation_id == row.id)
        )
        placed = session.scalar(mine.limit(1))
        theirs = running.places(session).tenants.get(account.tenant_id, "") if placed is not None else ""
        if placed is not None and gate.asked_already(str(placed.inputs["tenant"]), theirs):
            return
        target = session.get(ResourceRow, row.resource_id) if row.resource_id else None
        gate.require(session, gate.Target(row.action, account, row.region, row.params, target))
