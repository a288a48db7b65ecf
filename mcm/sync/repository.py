"""SQL of scopes and the ledger, apart from the merge itself (`statements.py`)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, delete, func, or_, select, tuple_, update
from sqlalchemy.orm import Session

from mcm.models import Account, ResourceRow, Scope, Sighting, SyncRun
from mcm.tenancy import sight

DISCOVERY_KIND = "region"


def due(
    session: Session, now: datetime, limit: int, focus: tuple[frozenset[str], frozenset[str]] | None = None
) -> Sequence[tuple[int, str, str]]:
    """(scope id, account id, region) of scopes to read now, longest overdue first, discovery before all others.

    focus: only these account ids and (unless empty) kinds."""
    query = (
        select(Scope.id, Scope.account_id, Scope.region)
        .join(Account, Account.id == Scope.account_id)
        .where(
            Scope.next_due_at <= now,
            Scope.status != "unsupported",
            Account.status != "paused",
            or_(Scope.lease_until.is_(None), Scope.lease_until < now),
        )
        .order_by(case((Scope.kind == DISCOVERY_KIND, 0), else_=1), Scope.next_due_at, Scope.id)
        .limit(limit)
    )
    if focus is not None:
        query = query.where(Scope.account_id.in_(focus[0]))
        if focus[1]:
            query = query.where(Scope.kind.in_(focus[1] | {DISCOVERY_KIND}))
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def next_due(session: Session) -> datetime | None:
    return session.scalar(
        select(func.min(Scope.next_due_at))
        .join(Account, Account.id == Scope.account_id)
        .where(Scope.status != "unsupported", Account.status != "paused", Scope.lease_until.is_(None))
    )


def claim(session: Session, scope_id: int, run_id: str, owner: str, now: datetime, seconds: float) -> Scope | None:
    """Takes the scope's lease; None when somebody else holds it, or the scope or its account is gone or paused."""
    taken = session.execute(
        update(Scope)
        .where(
            Scope.id == scope_id,
            Scope.status != "unsupported",
            or_(Scope.lease_run.is_(None), Scope.lease_until < now),
            Scope.account_id.in_(select(Account.id).where(Account.status != "paused")),
        )
        .values(lease_run=run_id, lease_owner=owner, lease_until=now + timedelta(seconds=seconds))
        .execution_options(synchronize_session=False)
    )
    if not taken.rowcount:  # type: ignore[attr-defined]
        return None
    session.execute(
        update(SyncRun)
        .where(SyncRun.scope_id == scope_id, SyncRun.outcome == "running")
        .values(outcome="abandoned", finished_at=now, error_message="the process that read this scope ended")
        .execution_options(synchronize_session=False)
    )
    return session.get(Scope, scope_id, populate_existing=True)


def renew(session: Session, run_ids: Sequence[str], until: datetime) -> None:
    if run_ids:
        session.execute(update(Scope).where(Scope.lease_run.in_(run_ids)).values(lease_until=until))


def held_lease(session: Session, scope_id: int, run_id: str) -> Scope | None:
    """The scope, locked, when the run still holds its lease."""
    return session.scalar(
        select(Scope)
        .where(Scope.id == scope_id, Scope.lease_run == run_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def leases(session: Session) -> Sequence[tuple[int, str]]:
    rows = session.execute(select(Scope.id, Scope.lease_owner).where(Scope.lease_run.is_not(None)))
    return [(row[0], row[1] or "") for row in rows]


def drop_leases(session: Session, scope_ids: Sequence[int], now: datetime) -> None:
    """Frees scopes whose process is gone; their unfinished runs are abandoned and they are due at once."""
    if not scope_ids:
        return
    session.execute(
        update(SyncRun)
        .where(SyncRun.scope_id.in_(scope_ids), SyncRun.outcome == "running")
        .values(outcome="abandoned", finished_at=now, error_message="the process that read this scope ended")
    )
    session.execute(
        update(Scope)
        .where(Scope.id.in_(scope_ids))
        .values(lease_run=None, lease_owner=None, lease_until=None, next_due_at=now)
    )


def unconfirmed(session: Session, scope_id: int, limit: int = 5000) -> Sequence[ResourceRow]:
    """Resources whose sighting in this scope is missing and not yet confirmed or refuted."""
    return session.scalars(
        select(ResourceRow)
        .join(Sighting, Sighting.resource_id == ResourceRow.id)
        .where(Sighting.scope_id == scope_id, Sighting.missing_since.is_not(None))
        .order_by(ResourceRow.id)
        .limit(limit)
    ).all()


def any_unconfirmed(session: Session, scope_id: int) -> bool:
    missing = select(Sighting.scope_id).where(Sighting.scope_id == scope_id, Sighting.missing_since.is_not(None))
    return session.scalar(missing.limit(1)) is not None


def live_sightings(session: Session, scope_id: int) -> int:
    return int(
        session.scalar(
            select(func.count())
            .select_from(Sighting)
            .where(Sighting.scope_id == scope_id, Sighting.missing_since.is_(None))
        )
        or 0
    )


def held_sightings(session: Session, scope_id: int) -> Sequence[str]:
    return session.scalars(
        select(Sighting.resource_id).where(Sighting.scope_id == scope_id, Sighting.held.is_(True))
    ).all()


def scopes_of(session: Session, account_ids: Sequence[str], kinds: Sequence[str] = ()) -> Sequence[Scope]:
    query = select(Scope).where(Scope.account_id.in_(account_ids))
    if kinds:
        query = query.where(Scope.kind.in_([*kinds, DISCOVERY_KIND]))
    return session.scalars(query.order_by(Scope.account_id, Scope.region, Scope.kind)).all()


def run_page(
    session: Session, filters: Mapping[str, Any], before: tuple[datetime, str] | None, limit: int
) -> Sequence[SyncRun]:
    """Newest first; those of accounts that the session sees whole."""
    query = select(SyncRun).where(*sight.of_whole_accounts(session, SyncRun.account_id))
    query = query.order_by(SyncRun.started_at.desc(), SyncRun.id.desc()).limit(limit)
    for name, value in filters.items():
        if value is not None:
            query = query.where(getattr(SyncRun, name) == value)
    if before is not None:
        query = query.where(tuple_(SyncRun.started_at, SyncRun.id) < before)
    return session.scalars(query).all()


def run(session: Session, run_id: str) -> SyncRun | None:
    """Under the session's view, as `scope`."""
    inside = sight.of_whole_accounts(session, SyncRun.account_id)
    return session.scalar(select(SyncRun).where(SyncRun.id == run_id, *inside))


def scope(session: Session, scope_id: int) -> Scope | None:
    inside = sight.of_whole_accounts(session, Scope.account_id)
    return session.scalar(select(Scope).where(Scope.id == scope_id, *inside))


def newest_finished(session: Session, scope_ids: Sequence[int], since: datetime) -> dict[int, SyncRun]:
    """For each scope its newest run that began at or after `since` and has finished."""
    rows = session.scalars(
        select(SyncRun)
        .where(SyncRun.scope_id.in_(scope_ids), SyncRun.started_at >= since, SyncRun.outcome != "running")
        .order_by(SyncRun.started_at)
    )
    return {run.scope_id: run for run in rows if run.outcome != "abandoned"}


def prune_runs(session: Session, before: datetime) -> int:
    return int(session.execute(delete(SyncRun).where(SyncRun.started_at < before)).rowcount)  # type: ignore[attr-defined]
