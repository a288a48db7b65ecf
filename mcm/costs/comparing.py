"""From a question to a comparison: what is compared, where, in which currency, and all of its columns."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, localcontext

from sqlalchemy.orm import Session

from mcm.auth.service import Caller
from mcm.costs import backtesting, columns, places, presenting, repository, selection
from mcm.costs.book import Book
from mcm.costs.columns import Column
from mcm.costs.demands import Demand, of_workload
from mcm.costs.errors import InvalidComparison
from mcm.costs.notes import Note, note
from mcm.costs.places import Where
from mcm.costs.pricing import ON_DEMAND
from mcm.costs.schemas import CompareRequest, Comparison, SubjectItem
from mcm.costs.standing import standing
from mcm.db.session import home_currency
from mcm.kit import clock, money
from mcm.prices import service as prices
from mcm.prices.offers import Item, Option
from mcm.workloads import service as workloads
from mcm.workloads.documents import Budget, Workload


@dataclass(slots=True)
class Subject:
    """What is compared. tenant_id: whose negotiated rates hold. resources: tenant, account and project of instances."""

    item: SubjectItem
    demands: list[Demand]
    hours: Decimal
    tenant_id: str
    running: list[tuple[selection.Runs, Demand]] = field(default_factory=list)
    members: list[selection.Member] = field(default_factory=list)
    options: list[Option] = field(default_factory=list)
    support: bool = False
    budget: Budget | None = None
    notes: list[Note] = field(default_factory=list)
    resources: list[tuple[str, str, str | None]] = field(default_factory=list)


@dataclass(slots=True)
class Compared:
    """accounts: ids of those that it names."""

    comparison: Comparison
    subject: Subject
    accounts: set[str]


def compare(session: Session, caller: Caller, asked: CompareRequest) -> Compared:
    """Stores nothing. Raises InvalidComparison, InvalidDocument, WorkloadNotFound, FilterError."""
    with localcontext(money.EXACT):
        subject = _subject(session, caller, asked)
    today = clock.now().date()
    on = asked.on or today
    if on > today:
        raise InvalidComparison(f"on: {on} has not come yet", next_step="name today or a day before")
    currency = asked.currency or (subject.budget.currency if subject.budget else home_currency(session))
    known = every_place(session, on)
    chosen, unknown = places.chosen(known, asked.locations)
    if unknown:
        name, hint = unknown[0]
        raise InvalidComparison(
            f"locations: there is no location '{name}'",
            next_step=hint or "an account, a provider, a region, or account/region",
        )
    book = Book(session, on=on, tenant_id=subject.tenant_id, currency=currency, for_viewer=True)
    book.load(where for where in chosen if where.ownership != "private")
    with localcontext(money.EXACT):
        made = _columns(subject, chosen, known, book, asked)
        made_columns = presenting.shown(made, currency)
    comparison = Comparison(
        subject=subject.item, currency=currency, on=on, made_at=clock.now(), hours=subject.hours, tax=asked.tax,
        columns=made_columns, notes=presenting.said(subject.notes),
        rates=presenting.rates(book),
    )  # fmt: skip
    named = {where.account_id for where in chosen} | {account for _, account, _ in subject.resources}
    return Compared(comparison, subject, {account_id for account_id in named if account_id is not None})


def _columns(
    subject: Subject, chosen: Sequence[Where], known: Sequence[Where], book: Book, asked: CompareRequest
) -> list[Column]:
    options = asked.options or subject.options
    made = [
        column
        for where in chosen
        for column in columns.columns_of(subject.demands, where, book, options, asked.tax, support=subject.support)
    ]
    if subject.item.kind == "selection":
        at = {(where.account_id, where.region): where for where in known if where.account_id is not None}
        made.append(standing(subject.running, at, book, asked.tax))
    _hold_against_bills(subject, made, known, book)
    if subject.budget is not None:
        for column in made:
            _judge(column, subject.budget, book)
    return made


def _hold_against_bills(subject: Subject, made: Sequence[Column], known: Sequence[Where], book: Book) -> None:
    places = {(where.account_id or "", where.region): where for where in known if where.account_id is not None}
    for column in made:
        if column.current:
            column.before = backtesting.of_members(book.session, subject.members, places, book)
        elif column.card is None and column.way == ON_DEMAND and column.amount is not None:
            column.tried = backtesting.of_place(book.session, column.where, book)


def _judge(column: Column, budget: Budget, book: Book) -> None:
    rate = book.worth(budget.currency)
    if column.amount is None or rate is None:
        return
    over = column.amount - budget.amount * rate
    if over > 0:
        shown = money.written(money.presented(over, book.currency))
        said = f"{money.written(budget.amount)} {budget.currency}"
        column.notes += (note("over_budget", over=shown, currency=book.currency, budget=said),)


def every_place(session: Session, on: date) -> list[Where]:
    known = repository.accounts(session)
    found = prices.covering(session, on=on, item=Item.COMPUTE)
    return known + places.beyond(known, {(one.provider, one.region) for one in found})


def _subject(session: Session, caller: Caller, asked: CompareRequest) -> Subject:
    given = [name for name in ("workload", "document", "filter") if getattr(asked, name) is not None]
    if len(given) != 1:
        raise InvalidComparison(
            "exactly one of workload, document and filter says what is compared, not "
            + (" and ".join(given) if given else "none"),
            next_step="name one",
        )
    if asked.filter is not None:
        return _selected(session, caller, asked.filter, asked.hours)
    if asked.document is not None:
        found = workloads.parsed(asked.document)
        return _of_workload(found, None, None, caller.tenant_id)
    name = asked.workload or ""
    stored = workloads.at_version(session, name, asked.version) if asked.version else workloads.get(session, name)
    return _of_workload(stored.document, stored.version, stored.hash, stored.tenant_id)


def _of_workload(document: Workload, version: int | None, digest: str | None, tenant_id: str) -> Subject:
    made = of_workload(document)
    item = SubjectItem(
        kind="workload", name=document.name, title=document.title, version=version, hash=digest,
        document=workloads.as_json(document), filter=None, instances=sum(one.count for one in made), unknown=0,
        at_least=False,
    )  # fmt: skip
    options = [Option(option) for option in document.purchase if option != "internal"]
    return Subject(
        item,
        made,
        document.hours_per_month,
        tenant_id,
        options=options,
        support=document.support,
        budget=document.budget,
    )


def _selected(session: Session, caller: Caller, wanted: str, hours: Decimal) -> Subject:
    found = selection.select_running(session, wanted, hours)
    if not found.instances:
        raise InvalidComparison(
            "no instance matches the filter", next_step="`mcm instance list --filter …` shows what does"
        )
    item = SubjectItem(
        kind="selection", name="", title="", version=None, hash=None, document=None, filter=wanted,
        instances=found.instances, unknown=found.unknown, at_least=found.at_least,
    )  # fmt: skip
    tenants = {tenant for tenant, _, _ in found.subjects}
    # Rates that were negotiated for a tenant hold where everything is that tenant's.
    tenant_id = tenants.pop() if len(tenants) == 1 else caller.tenant_id
    return Subject(
        item, found.demands, hours, tenant_id, running=found.running, notes=found.notes, resources=found.subjects,
        members=found.members,
    )  # fmt: skip
