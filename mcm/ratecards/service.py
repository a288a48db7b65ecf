"""The rules of pools of costs, and what other rooms ask of rate cards. Never commits."""

import hashlib
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth.permissions import Permission
from mcm.auth.service import Caller
from mcm.errors import PreconditionFailed
from mcm.kit import clock
from mcm.kit.ids import new_id
from mcm.models import CostPool, CostPoolVersion
from mcm.paging import Page
from mcm.ratecards import months, repository
from mcm.ratecards.calculating import Owned, as_rates, calculation, measured_on, owned
from mcm.ratecards.errors import CostPoolConflict, CostPoolNotFound, InvalidRateCard
from mcm.ratecards.formulas import BreakEven, Load, break_even
from mcm.ratecards.parsing import Parsed, parse
from mcm.ratecards.rates import RateCard
from mcm.ratecards.schemas import Calculation, CostPoolDetail, CostPoolItem, CostPoolPreview, CostPoolWrite
from mcm.tenancy import sight

__all__ = ["BreakEven", "Load", "break_even", "current"]


def current(session: Session, account_id: str, on: date | None = None) -> RateCard | None:
    """The card that holds for the account on a day (default today): of the newest month up to it, the newest
    correction. None: there is none, or the session may see nothing of the account."""
    day = on or clock.now().date()
    row = repository.holding(session, account_id, months.of(day))
    if row is None:
        return None
    made = Calculation.model_validate(row.calculation)
    published = row.published_at.date()
    used: dict[str, Decimal] = {name: one.amount for name, one in made.utilisation.items()}
    return RateCard(
        id=row.id, pool=row.pool, account_id=account_id, currency=row.currency, month=row.month,
        full=as_rates(made.full), marginal=as_rates(made.marginal),
        at={one.utilisation: as_rates(one.rates) for one in made.at}, utilisation=used["vcpu"],
        measured_on=measured_on(made), published_on=published, age_days=max((day - published).days, 0),
        utilisations=used, all_sold=as_rates(made.all_sold),
    )  # fmt: skip


def get(session: Session, name: str) -> CostPool:
    found = None if "\0" in name else repository.pool(session, name)
    if found is None:
        raise CostPoolNotFound(f"there is no cost pool '{name}'", next_step="`mcm rate-card pools` shows all")
    return found


def to_change(session: Session, caller: Caller, name: str) -> CostPool:
    return sight.changeable(session, caller, Permission.PRICE_READ, lambda: get(session, name))


def page(session: Session, *, limit: int, cursor: str | None) -> Page[CostPoolItem]:
    (after,) = sight.after(session, cursor, str) or (None,)
    rows = repository.pools(session, after, limit + 1)
    shown = rows[:limit]
    following = sight.cursor_of(session, [shown[-1].name]) if len(rows) > limit else None
    return Page(items=items(session, shown), next_cursor=following)


def stored(session: Session, name: str) -> Owned:
    """The document of a pool, with its accounts. Raises InvalidRateCard when it no longer fits what is there."""
    return owned(session, parse(get(session, name).document))


def calculated(session: Session, name: str, month: str | None) -> Calculation:
    """What the pool's rates are now, with every term. month: default this one."""
    return calculation(session, stored(session, name), month or _this_month())


def preview(session: Session, caller: Caller, name: str, body: CostPoolWrite, month: str | None) -> CostPoolPreview:
    wanted = owned(session, _named(name, body.document))
    row = _to_replace(session, caller, name)
    _require_free(session, row, wanted)
    change = "create" if row is None else "none" if row.sha256 == _hash(body.document) else "replace"
    return CostPoolPreview(change=change, calculation=calculation(session, wanted, month or _this_month()))


def write(session: Session, caller: Caller, name: str, body: CostPoolWrite, if_match: str | None) -> CostPool:
    """Makes the pool, or puts a new version of its document in place. What is measured need not be known yet."""
    wanted = owned(session, _named(name, body.document))
    row = _to_replace(session, caller, name)
    _require_version(row, if_match)
    _require_free(session, row, wanted)
    made, now = row is None, clock.now()
    if row is None:
        row = CostPool(id=new_id("cpl"), name=name, version=0, created_at=now)
        session.add(row)
    elif row.sha256 == _hash(body.document):
        # The same again is no new version, and is recorded all the same: somebody asked for it.
        _record(session, caller, "cost_pool.update", row)
        return row
    row.currency, row.document, row.sha256 = wanted.parsed.document.currency, body.document, _hash(body.document)
    row.version, row.written_by, row.changed_at = row.version + 1, caller.name, now
    session.flush()
    session.add(
        CostPoolVersion(
            pool_id=row.id, version=row.version, document=row.document, sha256=row.sha256, written_by=row.written_by,
            written_at=now,
        )
    )  # fmt: skip
    repository.set_accounts(session, row.id, [account.id for account in wanted.accounts])
    session.flush()
    _record(session, caller, "cost_pool.create" if made else "cost_pool.update", row)
    return row


def remove(session: Session, caller: Caller, row: CostPool, if_match: str | None) -> int:
    """Published cards stay, and hold; returns how many."""
    _require_version(row, if_match)
    cards = number_of_cards(session, row)
    _record(session, caller, "cost_pool.remove", row)
    session.delete(row)
    session.flush()
    return cards


def number_of_cards(session: Session, row: CostPool) -> int:
    return repository.number_of_cards(session, row.name)


def items(session: Session, rows: Sequence[CostPool]) -> list[CostPoolItem]:
    accounts = repository.accounts_of(session, [row.id for row in rows])
    published = repository.newest_months(session, [row.name for row in rows])
    return [
        CostPoolItem(
            name=row.name, currency=row.currency, accounts=[name for _, name in accounts.get(row.id, [])],
            version=row.version, sha256=row.sha256, written_by=row.written_by, created_at=row.created_at,
            changed_at=row.changed_at, published=published.get(row.name),
        )
        for row in rows
    ]  # fmt: skip


def detail(session: Session, row: CostPool) -> CostPoolDetail:
    return CostPoolDetail(**dict(items(session, [row])[0]), document=row.document)


def etag(row: CostPool) -> str:
    return f'"{row.version}"'


def _named(name: str, text: str) -> Parsed:
    parsed = parse(text)
    if parsed.document.name != name:
        told = f"the document is of '{parsed.document.name}', and '{name}' is to be written"
        raise InvalidRateCard([parsed.source.finding(("name",), told)])
    return parsed


def _to_replace(session: Session, caller: Caller, name: str) -> CostPool | None:
    """None: the name is free."""
    if not repository.taken(session, name):
        return None
    try:
        return to_change(session, caller, name)
    except CostPoolNotFound:
        # Of one that the caller must not know of, this tells no more than that the name cannot be had.
        raise CostPoolConflict(f"the name '{name}' is taken", next_step="choose another name") from None


def _require_free(session: Session, row: CostPool | None, wanted: Owned) -> None:
    ids = {account.id: account.name for account in wanted.accounts}
    if claimed := repository.claimed(session, list(ids), row.id if row is not None else ""):
        names = ", ".join(sorted(ids[one] for one in claimed))
        raise CostPoolConflict(
            f"in another pool already: {names}", next_step="take it out there first: what it costs would count twice"
        )


def _require_version(row: CostPool | None, if_match: str | None) -> None:
    if if_match is None or (row is not None and if_match.strip() in ("*", etag(row))):
        return
    there = f"it is at version {row.version}" if row is not None else "it is not there"
    raise PreconditionFailed(
        f"the cost pool was changed in the meantime ({there})", next_step="read it again and repeat the change"
    )


def _record(session: Session, caller: Caller, action: str, row: CostPool) -> None:
    details = {"name": row.name, "version": row.version, "sha256": row.sha256}
    audit.record(session, caller, action, "cost_pool", row.id, details=details)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _this_month() -> str:
    return months.of(clock.now().date())
