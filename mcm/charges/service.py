"""What other rooms ask of charges, and what the routes do. Never commits."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from mcm.accounts import service as accounts
from mcm.auth.permissions import Permission
from mcm.auth.service import Caller
from mcm.charges import importing, months, presenting, repository
from mcm.charges.dimensions import Cost, Dimension, Filters
from mcm.charges.errors import ImportNotFound, InvalidDimension
from mcm.charges.findings import Flag
from mcm.charges.grouping import Group, grouped
from mcm.charges.schemas import ChargeItem, ImportItem, MonthDetail, MonthItem
from mcm.models import Account, ChargeImport
from mcm.paging import Page
from mcm.tenancy import sight

__all__ = ["Cost", "Dimension", "Filters", "Group", "grouped", "rows_for", "with_charges"]


def rows_for(session: Session, month: str, filters: Filters | None = None) -> Iterator[tuple[Any, Any]]:
    """(charge, part) one by one, in the order of the parts and of the file: those that the session sees."""
    for row in repository.stream(session, [month], filters):
        yield row[0], row[1]


def with_charges(session: Session) -> list[str]:
    """Months that have charges which the session sees, newest first."""
    return repository.months(session)


def billed(session: Session, months: Collection[str]) -> set[tuple[str, str]]:
    """(account, month) with charges of a bill, whoever sees them."""
    return repository.billed(session, months)


def find(session: Session, import_id: str) -> ChargeImport:
    found = repository.find(session, import_id)
    if found is None:
        raise ImportNotFound(f"there is no import '{import_id}'", next_step="`mcm charge imports` shows all")
    return found


def to_change(session: Session, caller: Caller, import_id: str) -> ChargeImport:
    return sight.changeable(session, caller, Permission.COST_READ, lambda: find(session, import_id))


def account_to_charge(session: Session, caller: Caller, name: str) -> Account:
    """One that the session sees whole. Raises AccountNotFound, and Forbidden for one that the caller sees only."""
    return accounts.to_change(session, caller, name)


def accounts_to_meter(session: Session, caller: Caller, names: list[str] | None) -> list[Account]:
    """Those named, or every private and hosted one that the session sees whole."""
    if names is not None:
        return [account_to_charge(session, caller, name) for name in dict.fromkeys(names)]
    return [row for row in repository.accounts(session) if row.ownership in ("private", "hosted")]


def imports(
    session: Session, account: str | None, month: str | None, limit: int, cursor: str | None
) -> Page[ImportItem]:
    account_id = accounts.get(session, account).id if account is not None else None
    after = sight.after(session, cursor, datetime, str)
    rows = list(repository.imports(session, account_id, month, after, limit + 1))
    following = None
    if len(rows) > limit:
        rows = rows[:limit]
        following = sight.cursor_of(session, [rows[-1].imported_at, rows[-1].id])
    return Page(items=presenting.imports(session, rows), next_cursor=following)


def charges(
    session: Session, asked_months: list[str], filters: Filters, flag: str | None, limit: int, cursor: str | None
) -> Page[ChargeItem]:
    """In the order in which they came in. Raises InvalidDimension."""
    (after,) = sight.after(session, cursor, int) or (None,)
    rows = list(repository.page(session, asked_months or None, filters, _flag(flag), after, limit + 1))
    following = None
    if len(rows) > limit:
        rows = rows[:limit]
        following = sight.cursor_of(session, [rows[-1][0].id])
    return Page(items=presenting.charges(session, rows), next_cursor=following)


def _flag(name: str | None) -> int:
    if name is None:
        return 0
    known = {str(flag.name).lower(): int(flag) for flag in Flag}
    if name not in known:
        raise InvalidDimension(f"there is no flag '{name[:40]}'", next_step=f"one of {', '.join(known)}")
    return known[name]


def filters_of(session: Session, texts: list[str]) -> dict[str, list[str | None]]:
    """From DIMENSION=VALUE; an empty value stands for what has none. Raises InvalidDimension."""
    found: dict[str, list[str | None]] = {}
    for text in texts:
        dimension, equals, value = text.partition("=")
        if not equals:
            raise InvalidDimension(
                f"'{text[:80]}' is no filter", next_step="write it as service=Compute or tag:env=prod"
            )
        if dimension == "account" and value:
            value = accounts.get(session, value).id
        found.setdefault(dimension, []).append(value or None)
    return found


def month_items(session: Session) -> list[MonthItem]:
    return [MonthItem.model_validate(one) for one in months.listed(session)]


def month_detail(session: Session, month: str) -> MonthDetail:
    found = [presenting.reconciliation(row) for row in repository.reconciliations(session, month)]
    return MonthDetail.model_validate(months.one(session, month) | {"reconciliations": found})


def known(session: Session, import_id: str) -> ChargeImport | None:
    return importing.known(session, import_id)
