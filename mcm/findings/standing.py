"""Findings as they are kept: since when, resolved when no more so, dismissed by whom until when. Never commits."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, tuple_, update
from sqlalchemy.orm import Session

from mcm.db.exact import exact_sum
from mcm.findings.errors import FindingNotFound
from mcm.findings.found import Found
from mcm.kit.ids import new_id
from mcm.models import Account, Finding, ResourceRow
from mcm.tenancy import sight


def record(session: Session, found: Iterable[Found], now: datetime) -> dict[str, int]:
    """found: everything there is now; what is not in it is resolved. A finding that comes back keeps its dismissal."""
    there = {(row.resource_id, row.kind): row for row in session.scalars(select(Finding))}
    counts = {"open": 0, "new": 0, "resolved": 0}
    for one in found:
        counts["open"] += 1
        row = there.pop((one.resource_id, one.kind.value), None)
        if row is None:
            row = Finding(id=new_id("fnd"), kind=one.kind.value, resource_id=one.resource_id, since=now)
            session.add(row)
            counts["new"] += 1
        elif row.resolved_at is not None:
            row.since, row.resolved_at = now, None
            counts["new"] += 1
        row.last_checked = now
        row.confidence, row.evidence, row.notes = one.confidence.value, dict(one.evidence), list(one.saving.notes)
        row.saving, row.currency, row.basis = one.saving.amount, one.saving.currency, one.saving.basis.value
        row.action, row.params = one.action or "", dict(one.params)
    gone = [row.id for row in there.values() if row.resolved_at is None]
    counts["resolved"] = len(gone)
    for start in range(0, len(gone), 500):
        ended = update(Finding).where(Finding.id.in_(gone[start : start + 500]))
        session.execute(ended.values(resolved_at=now, last_checked=now).execution_options(synchronize_session=False))
    session.flush()
    return counts


def prune(session: Session, kept_since: datetime) -> None:
    session.execute(delete(Finding).where(Finding.resolved_at < kept_since))


def page(
    session: Session, after: tuple[datetime, str] | None, limit: int, conditions: Sequence[ColumnElement[bool]]
) -> Sequence[Any]:
    """(finding, resource name, kind, state, account name, account id, region), newest first."""
    query = _joined(session).where(*conditions)
    if after is not None:
        query = query.where(tuple_(Finding.since, Finding.id) < after)
    return session.execute(query.order_by(Finding.since.desc(), Finding.id.desc()).limit(limit)).all()


def get(session: Session, finding_id: str) -> Any:
    """One row as in `page`. Raises FindingNotFound."""
    found = None if "\0" in finding_id else session.execute(_joined(session).where(Finding.id == finding_id)).first()
    if found is None:
        raise FindingNotFound("there is no finding with this id", next_step="`mcm finding list` shows those there are")
    return found


def wanted(status: str, now: datetime, kind: str | None, account: str | None, resource: str | None) -> list[Any]:
    quiet = and_(
        Finding.dismissed_at.is_not(None), or_(Finding.dismissed_until.is_(None), Finding.dismissed_until > now)
    )
    current = Finding.resolved_at.is_(None)
    by_status: dict[str, list[Any]] = {
        "open": [current, ~quiet],
        "dismissed": [current, quiet],
        "resolved": [Finding.resolved_at.is_not(None)],
        "all": [],
    }
    found = by_status[status]
    if kind is not None:
        found.append(Finding.kind == kind)
    if account is not None:
        found.append(or_(Account.name == account, ResourceRow.account_id == account))
    if resource is not None:
        found.append(Finding.resource_id == resource)
    return found


def summary(session: Session, conditions: Sequence[Any]) -> Sequence[Any]:
    """(kind, currency, how many, of how many the saving is known, their sum) of what can be seen."""
    query = (
        select(Finding.kind, Finding.currency, func.count(), func.count(Finding.saving), exact_sum(Finding.saving))
        .join(ResourceRow, ResourceRow.id == Finding.resource_id)
        .outerjoin(Account, Account.id == ResourceRow.account_id)
        .where(*conditions, *sight.resources_of(session))
        .group_by(Finding.kind, Finding.currency)
        .order_by(Finding.kind, Finding.currency)
    )
    return session.execute(query).all()


def as_of(session: Session) -> datetime | None:
    found: datetime | None = session.scalar(select(func.max(Finding.last_checked)))
    return found


def is_dismissed(row: Finding, now: datetime) -> bool:
    return row.dismissed_at is not None and (row.dismissed_until is None or row.dismissed_until > now)


def _joined(session: Session) -> Any:
    return (
        select(
            Finding, ResourceRow.name, ResourceRow.kind, ResourceRow.state, Account.name, ResourceRow.account_id,
            ResourceRow.region,
        )
        .join(ResourceRow, ResourceRow.id == Finding.resource_id)
        .outerjoin(Account, Account.id == ResourceRow.account_id)
        .where(*sight.resources_of(session))
    )  # fmt: skip
