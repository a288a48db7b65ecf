"""The rules of keeping in step: what other rooms and people may ask of it. Never commits."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth.permissions import Permission
from mcm.auth.service import Caller
from mcm.events import telling
from mcm.kit import clock
from mcm.kit.ids import new_id
from mcm.models import Account, ResourceRow, Scope, Sighting, SyncRequest, SyncRun
from mcm.settings import Settings
from mcm.sync import merge, repository, scopes
from mcm.sync.errors import NotQuarantined, RunNotFound, ScopeNotFound, UndoImpossible
from mcm.tenancy import sight

BOOST = timedelta(minutes=5)
# How long a read's process may be silent before another takes the scope over.
LEASE = timedelta(seconds=120)
_LATEST_FULL = timedelta(days=2)


def add_account(session: Session, account: Account, settings: Settings, now: datetime) -> None:
    scopes.add_discovery(session, account, settings, now)


def refresh_account(session: Session, account_id: str) -> None:
    """Everything of the account is due now: its credentials changed, or it was resumed."""
    session.execute(
        update(Scope).where(Scope.account_id == account_id).values(next_due_at=clock.now(), full_due_at=None)
    )


def forget_account(session: Session, account_id: str) -> int:
    """Before an account is deleted. Returns how many resources nobody sees any more."""
    connection = session.connection()
    at = merge.merge_time(connection)
    scope_ids = session.scalars(select(Scope.id).where(Scope.account_id == account_id)).all()
    gone = 0
    for scope_id in scope_ids:
        while True:
            idents = session.scalars(
                select(Sighting.resource_id).where(Sighting.scope_id == scope_id).limit(5000)
            ).all()
            if not idents:
                break
            gone += merge.confirm_gone(connection, scope_id, list(idents), at)
        merge.pass_on(connection, scope_id)
    session.execute(delete(Scope).where(Scope.account_id == account_id))
    return gone


def request(
    session: Session, caller: Caller, accounts: Sequence[Account], kinds: Sequence[str], full: bool
) -> SyncRequest:
    """Makes the scopes due now. With kinds, only those; discovery always comes along, as it finds new regions."""
    now = clock.now()
    ids = [account.id for account in accounts]
    chosen = repository.scopes_of(session, ids, kinds)
    values: dict[str, object] = {"next_due_at": now}
    if full:
        values["full_due_at"] = now
    for start in range(0, len(chosen), 500):
        part = [scope.id for scope in chosen[start : start + 500]]
        session.execute(update(Scope).where(Scope.id.in_(part)).values(**values))
    made = SyncRequest(
        id=new_id("req"),
        tenant_id=caller.tenant_id,
        principal_id=caller.principal_id,
        at=now,
        accounts=ids,
        kinds=[str(kind) for kind in kinds],
        full=full,
    )
    session.add(made)
    audit.record(
        session,
        caller,
        "sync.request",
        "sync_request",
        made.id,
        details={"accounts": [account.name for account in accounts], "kinds": made.kinds, "full": full},
    )
    return made


def boost(session: Session, scope_ids: Sequence[int]) -> None:
    """After something happened to a resource: its scopes are read every 15 seconds for five minutes."""
    now = clock.now()
    session.execute(update(Scope).where(Scope.id.in_(scope_ids)).values(boost_until=now + BOOST, next_due_at=now))


def decide_quarantine(session: Session, caller: Caller, scope_id: int, accept: bool) -> Scope:
    """accept: what the cloud no longer lists is missing, and will be gone once confirmed; the rights of now are the
    new normal. Else: the marks are dropped and the next complete read decides anew."""
    scope = sight.changeable(session, caller, Permission.SYNC_READ, lambda: _scope(session, scope_id))
    if scope.status != "quarantined":
        raise NotQuarantined(f"the scope is {scope.status}, not quarantined: there is nothing to decide")
    held = repository.held_sightings(session, scope_id)
    connection = session.connection()
    at = merge.merge_time(connection)
    session.execute(
        update(Sighting)
        .where(Sighting.scope_id == scope_id, Sighting.held.is_(True))
        .values(held=False, **({"missing_since": at} if accept else {}))
    )
    session.flush()
    if accept:
        missing = merge.settle_missing(connection, scope_id, at)
        telling.inventory(session, scope.account_id, scope.kind, scope.region, {"missing": missing})
        scope.grants = None
    scope.status, scope.held_run, scope.error_code, scope.error_message = "ok", None, None, None
    telling.scope_changed(session, scope, "quarantined")
    scope.next_due_at, scope.full_due_at = clock.now(), None
    audit.record(
        session,
        caller,
        "sync.quarantine.accept" if accept else "sync.quarantine.reject",
        "scope",
        str(scope_id),
        details={"resources": len(held), "kind": scope.kind, "region": scope.region},
    )
    return scope


def undo(session: Session, caller: Caller, run_id: str, settings: Settings) -> int:
    """Brings back what a run's scope lost since that run began, within the tombstones' time. Returns how many.

    What is brought back is missing until the cloud is asked again, and the scope waits in quarantine."""
    run, scope, lost = lost_since(session, caller, run_id, settings)
    connection = session.connection()
    at = merge.merge_time(connection)
    merge.bring_back(connection, scope.id, [row.id for row in lost], at)
    if lost:
        before, scope.status, scope.held_run = scope.status, "quarantined", run.id
        scope.error_code, scope.error_message = "quarantined", f"{len(lost)} disappearances were undone by a person"
        telling.scope_changed(session, scope, before)
        telling.inventory(session, scope.account_id, scope.kind, scope.region, {"returned": len(lost)})
    audit.record(session, caller, "sync.undo", "sync_run", run_id, details={"resources": len(lost)})
    return len(lost)


def lost_since(
    session: Session, caller: Caller, run_id: str, settings: Settings
) -> tuple[SyncRun, Scope, Sequence[ResourceRow]]:
    """What `undo` would bring back. Raises UndoImpossible."""
    run = sight.changeable(session, caller, Permission.SYNC_READ, lambda: _run(session, run_id))
    if run.started_at < clock.now() - timedelta(days=settings.tombstone_days):
        raise UndoImpossible(f"tombstones are kept {settings.tombstone_days} days; this run is older")
    scope = session.get(Scope, run.scope_id)
    if scope is None:
        raise UndoImpossible("the run's account was removed: add it again instead")
    lost = session.scalars(
        select(ResourceRow).where(
            ResourceRow.scope_id == scope.id,
            ResourceRow.presence == "gone",
            ResourceRow.gone_at >= run.started_at,
        )
    ).all()
    return run, scope, lost


def _scope(session: Session, scope_id: int) -> Scope:
    found = repository.scope(session, scope_id)
    if found is None:
        raise ScopeNotFound(f"there is no scope {scope_id}")
    return found


def _run(session: Session, run_id: str) -> SyncRun:
    found = repository.run(session, run_id)
    if found is None:
        raise RunNotFound(f"there is no run '{run_id}'")
    return found


def reanchor(session: Session) -> int:
    """After the wall clock was set back: nothing may be due, leased, boosted or asked for later than it could be by a
    clock that ran well. Returns how many reads were due too late."""
    now = clock.now()
    late = 0
    session.execute(update(Scope).where(Scope.boost_until > now + BOOST).values(boost_until=now + BOOST))
    session.execute(update(Scope).where(Scope.lease_until > now + 2 * LEASE).values(lease_until=now + LEASE))
    # Until then only the feed would be read, and the full read is what guarantees.
    session.execute(update(Scope).where(Scope.full_due_at > now + _LATEST_FULL).values(full_due_at=None))
    session.execute(update(SyncRequest).where(SyncRequest.at > now).values(at=now))
    for scope in session.scalars(select(Scope).where(Scope.next_due_at > now)):
        if scope.next_due_at is not None and scope.next_due_at > now + timedelta(seconds=scope.interval_s * 1.2 + 60):
            scope.next_due_at = now
            late += 1
    return late


def prune(session: Session, settings: Settings) -> int:
    """Drops tombstones, superseded rows and ledger rows older than the window. Returns rows dropped."""
    return merge.prune(session.connection(), clock.now() - timedelta(days=settings.tombstone_days)) + (
        repository.prune_runs(session, clock.now() - timedelta(days=settings.tombstone_days))
    )
