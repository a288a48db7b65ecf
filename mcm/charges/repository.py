"""SQL of charges, their imports and months. What is listed is limited to what the session sees."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from mcm.auth.service import view_of
from mcm.charges.dimensions import Filters, conditions, needs_resource, visible
from mcm.db.exact import exact_sum
from mcm.models import Account, Charge, ChargeImport, ChargePart, CostMonth, CostReconciliation, ResourceRow
from mcm.tenancy import sight

_STREAMED = 2000


def stream(session: Session, months: Collection[str], filters: Filters | None = None) -> Iterator[Any]:
    query = _listed(session, months, filters).order_by(ChargePart.id, Charge.id)
    return iter(session.execute(query.execution_options(yield_per=_STREAMED)))


def page(
    session: Session, months: Collection[str] | None, filters: Filters, flag: int, after: int | None, limit: int
) -> Sequence[Any]:
    query = _listed(session, months, filters).order_by(Charge.id).limit(limit)
    if flag:
        query = query.where(Charge.flags.op("&")(flag) != 0)
    if after is not None:
        query = query.where(Charge.id > after)
    return session.execute(query).all()


def _listed(session: Session, months: Collection[str] | None, filters: Filters | None) -> Any:
    query = visible(session, select(Charge, ChargePart).select_from(Charge), months)
    if needs_resource(filters or {}):
        query = query.outerjoin(ResourceRow, ResourceRow.id == Charge.resource_id)
    return query.where(*conditions(session, filters))


def accounts(session: Session) -> Sequence[Account]:
    return session.scalars(select(Account).where(*sight.whole_accounts(session)).order_by(Account.name)).all()


def find(session: Session, import_id: str) -> ChargeImport | None:
    return session.scalar(
        select(ChargeImport).where(
            ChargeImport.id == import_id, *sight.of_whole_accounts(session, ChargeImport.account_id)
        )
    )


def imports(
    session: Session, account_id: str | None, month: str | None, after: tuple[Any, str] | None, limit: int
) -> Sequence[ChargeImport]:
    """Newest first."""
    query = select(ChargeImport).where(*sight.of_whole_accounts(session, ChargeImport.account_id))
    if account_id is not None:
        query = query.where(ChargeImport.account_id == account_id)
    if month is not None:
        query = query.where(ChargeImport.id.in_(select(ChargePart.import_id).where(ChargePart.month == month)))
    if after is not None:
        at, import_id = after
        query = query.where(
            or_(ChargeImport.imported_at < at, and_(ChargeImport.imported_at == at, ChargeImport.id > import_id))
        )
    return session.scalars(query.order_by(ChargeImport.imported_at.desc(), ChargeImport.id).limit(limit)).all()


def parts(session: Session, import_ids: Collection[str]) -> Sequence[ChargePart]:
    query = select(ChargePart).where(
        ChargePart.import_id.in_(sorted(import_ids)), ChargePart.status.not_in(("staged", "dropped"))
    )
    return session.scalars(query.order_by(ChargePart.month, ChargePart.currency, ChargePart.id)).all()


def months(session: Session) -> list[str]:
    # One without rows says that nothing was used.
    query = select(ChargePart.month).where(ChargePart.status == "current", ChargePart.rows > 0).distinct()
    if not view_of(session).everything:
        query = visible(session, select(ChargePart.month).select_from(Charge), None).distinct()
    return sorted(session.scalars(query), reverse=True)


def billed(session: Session, months: Collection[str]) -> set[tuple[str, str]]:
    query = select(ChargePart.account_id, ChargePart.month).where(
        ChargePart.month.in_(sorted(months)), ChargePart.status == "current", ChargePart.basis == "billed"
    )
    return {(account_id, month) for account_id, month in session.execute(query.distinct())}


def totals(session: Session, months: Collection[str] | None) -> Sequence[Any]:
    """month, currency, basis, rows, unknown and the four sums: of the parts for who sees all, else of the charges."""
    if view_of(session).everything:
        sums: list[Any] = [func.sum(ChargePart.rows), func.sum(ChargePart.unknown)]
        sums += [exact_sum(getattr(ChargePart, name)) for name in ("billed", "effective", "listed", "contracted")]
        query = select(ChargePart.month, ChargePart.currency, ChargePart.basis, *sums)
        query = query.where(ChargePart.status == "current", ChargePart.rows > 0)
        if months is not None:
            query = query.where(ChargePart.month.in_(sorted(months)))
    else:
        costs = [Charge.billed_cost, Charge.effective_cost, Charge.list_cost, Charge.contracted_cost]
        lacking = or_(*(cost.is_(None) for cost in costs))
        sums = [func.count(), func.count().filter(lacking), *(exact_sum(cost) for cost in costs)]
        query = select(ChargePart.month, ChargePart.currency, ChargePart.basis, *sums).select_from(Charge)
        query = visible(session, query, months)
    grouped = query.group_by(ChargePart.month, ChargePart.currency, ChargePart.basis)
    return session.execute(grouped.order_by(ChargePart.month.desc(), ChargePart.currency, ChargePart.basis)).all()


def month_rows(session: Session, months: Collection[str]) -> dict[str, CostMonth]:
    found = session.scalars(select(CostMonth).where(CostMonth.month.in_(sorted(months))))
    return {row.month: row for row in found}


def reconciliations(session: Session, month: str) -> Sequence[CostReconciliation]:
    query = select(CostReconciliation).where(
        CostReconciliation.month == month, *sight.of_whole_accounts(session, CostReconciliation.account_id)
    )
    return session.scalars(query.order_by(CostReconciliation.made_at.desc(), CostReconciliation.id)).all()
