"""What is asked of clouds about their prices: through which account, what waits, what came of it. Never commits."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, tuple_, update
from sqlalchemy.orm import Session

from mcm.accounts import service as accounts
from mcm.audit import service as audit
from mcm.auth.service import Caller, system_caller, view_of
from mcm.contract import Capability
from mcm.edge.paging import Page
from mcm.events import telling
from mcm.kit import clock
from mcm.kit.ids import new_id
from mcm.models import Account, PriceFetch
from mcm.plans.acting_as import packed
from mcm.prices.errors import NoPriceReader, PriceFetchNotFound
from mcm.prices.schemas import PriceFetchCreate, PriceFetchItem
from mcm.prices.service import require_whole
from mcm.registry import Registry
from mcm.tenancy import sight

_EVERY = timedelta(hours=24)


def ask(session: Session, caller: Caller, registry: Registry, wanted: PriceFetchCreate) -> PriceFetch:
    """Raises AccountNotFound, Forbidden, NoPriceReader."""
    require_whole(session, caller)
    account = accounts.to_change(session, caller, wanted.account)
    descriptor = registry.descriptor(account.provider)
    if Capability.PRICES not in descriptor.capabilities:
        able = [name for name in registry.names() if Capability.PRICES in registry.descriptor(name).capabilities]
        raise NoPriceReader(
            f"the provider {account.provider} of the account {account.name} has no price list that mcm can read",
            next_step=f"add an account of one that has ({', '.join(able)}), or import a file: mcm price import",
        )
    row = _add(session, caller, account, wanted.regions, preview=wanted.preview, daily=False)
    details = {"account": account.name, "regions": row.regions, "preview": row.preview}
    audit.record(session, caller, "price_fetch.create", "price_fetch", row.id, details=details)
    return row


def ask_daily(session: Session, registry: Registry) -> int:
    """Returns for how many accounts."""
    due, caller = due_daily(session, registry), system_caller("job", "prices")
    for account in due:
        _add(session, caller, account, [], preview=False, daily=True)
    return len(due)


def due_daily(session: Session, registry: Registry) -> list[Account]:
    """Accounts that were not asked for a day: those of providers of prices alone, and of others those whose prices
    somebody fetched before: such lists are large."""
    since = clock.now() - _EVERY
    recent = select(PriceFetch.account_id).where(PriceFetch.created_at > since, PriceFetch.preview.is_(False))
    once = set(session.scalars(select(PriceFetch.account_id).where(PriceFetch.status == "done")))
    able = {
        name: Capability.INVENTORY not in known.capabilities
        for name in registry.names()
        if Capability.PRICES in (known := registry.descriptor(name)).capabilities
    }
    query = select(Account).where(Account.provider.in_(able), Account.status != "paused", Account.id.not_in(recent))
    found = session.scalars(query.order_by(Account.id)).all()
    return [account for account in found if able[account.provider] or account.id in once]


def get(session: Session, fetch_id: str) -> PriceFetch:
    row = None if "\0" in fetch_id or not view_of(session).everything else session.get(PriceFetch, fetch_id)
    if row is None:
        raise PriceFetchNotFound(
            "there is no reading of prices with this id", next_step="`mcm price fetches` lists all"
        )
    return row


def page(session: Session, *, limit: int, cursor: str | None) -> Page[PriceFetchItem]:
    """The newest first. For those who see everything: prices hold for all tenants."""
    if not view_of(session).everything:
        return Page(items=[], next_cursor=None)
    query = select(PriceFetch).order_by(PriceFetch.created_at.desc(), PriceFetch.id.desc()).limit(limit + 1)
    if after := sight.after(session, cursor, datetime, str):
        query = query.where(tuple_(PriceFetch.created_at, PriceFetch.id) < after)
    rows = session.scalars(query).all()
    following = None
    if len(rows) > limit:
        following = sight.cursor_of(session, [rows[limit - 1].created_at, rows[limit - 1].id])
    return Page(items=items(session, rows[:limit]), next_cursor=following)


def items(session: Session, rows: Sequence[PriceFetch]) -> list[PriceFetchItem]:
    ids = {row.account_id for row in rows}
    known = {one.id: one for one in session.scalars(select(Account).where(Account.id.in_(ids)))}
    return [
        PriceFetchItem(
            id=row.id,
            account_id=row.account_id,
            account=known[row.account_id].name,
            provider=known[row.account_id].provider,
            regions=row.regions,
            preview=row.preview,
            daily=row.daily,
            status=row.status,
            requested_by=row.requested_by,
            created_at=row.created_at,
            started_at=row.started_at,
            finished_at=row.finished_at,
            error=row.error,
            lists=row.result,
        )
        for row in rows
        if row.account_id in known
    ]


def waiting(session: Session) -> str | None:
    """The one that has waited longest."""
    query = select(PriceFetch.id).where(PriceFetch.status == "queued")
    return session.scalar(query.order_by(PriceFetch.created_at, PriceFetch.id).limit(1))


def running(session: Session) -> Sequence[PriceFetch]:
    return session.scalars(select(PriceFetch).where(PriceFetch.status == "running")).all()


def begin(session: Session, fetch_id: str, owner: str, at: datetime) -> bool:
    """False: somebody else was faster."""
    done = session.execute(
        update(PriceFetch)
        .where(PriceFetch.id == fetch_id, PriceFetch.status == "queued")
        .values(status="running", owner=owner, started_at=at)
    )
    if not getattr(done, "rowcount", 0):
        return False
    telling.price_fetch(session, session.get_one(PriceFetch, fetch_id, populate_existing=True))
    return True


def close(session: Session, row: PriceFetch, status: str, error: dict[str, str] | None = None) -> None:
    row.status, row.error, row.owner, row.finished_at = status, error, None, clock.now()
    telling.price_fetch(session, row)


def _add(
    session: Session, caller: Caller, account: Account, regions: Sequence[str], *, preview: bool, daily: bool
) -> PriceFetch:
    row = PriceFetch(
        id=new_id("prf"), account_id=account.id, regions=sorted(set(regions)), preview=preview, daily=daily,
        status="queued", caller=packed(caller), requested_by=caller.name, owner=None, error=None, result=None,
        created_at=clock.now(), started_at=None, finished_at=None,
    )  # fmt: skip
    session.add(row)
    session.flush()
    telling.price_fetch(session, row)
    return row
