"""The rules of budgets: whose they are, what is spent of them, and what they are forecast to cost. Never commits."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from mcm.allocations import gathering, repository
from mcm.allocations.budget_documents import (
    BudgetAlertItem,
    BudgetDetail,
    BudgetItem,
    BudgetWrite,
    NamedBudget,
    Scope,
    faults,
)
from mcm.allocations.budget_documents import parsed as parsed_budgets
from mcm.allocations.errors import BudgetNotFound, InvalidBudget, told
from mcm.allocations.spending import standing
from mcm.audit import service as audit
from mcm.auth.permissions import Permission
from mcm.auth.service import Caller, view_of
from mcm.errors import Forbidden, PreconditionFailed
from mcm.kit import clock
from mcm.kit.documents import DocumentError
from mcm.kit.ids import new_id
from mcm.kit.text import closest
from mcm.models import Budget, BudgetAlert
from mcm.tenancy import service as tenancy
from mcm.tenancy import sight


def get(session: Session, name: str) -> Budget:
    found = None if "\0" in name else repository.budget(session, name)
    if found is None:
        raise BudgetNotFound(f"there is no budget '{name}'", next_step="`mcm budget list` shows those there are")
    return found


def to_change(session: Session, caller: Caller, name: str) -> Budget:
    return sight.changeable(session, caller, Permission.COST_READ, lambda: get(session, name))


def etag(row: Budget) -> str:
    return f'"{row.version}"'


def read(text: str) -> list[NamedBudget]:
    """Raises InvalidBudget with every fault and its place."""
    try:
        return parsed_budgets(text)
    except DocumentError as error:
        more = f" (and {len(error.findings) - 1} more)" if len(error.findings) > 1 else ""
        raise InvalidBudget(
            f"{error.findings[0]}{more}",
            next_step="correct the document; docs/cost-reports.md describes every field",
            details=told(error.findings),
        ) from None


def write(session: Session, caller: Caller, name: str, wanted: BudgetWrite, if_match: str | None) -> Budget:
    """Makes it, or puts it in the place of what was there."""
    for path, sentence in faults(wanted):
        raise InvalidBudget(f"{path}: {sentence}", next_step="correct it and try again")
    tenant_id = _tenant(session, caller, wanted.tenant)
    document = wanted.model_dump(
        mode="json", include={"only", "cost", "thresholds", "since", "until"}, exclude_none=True
    )
    row = repository.budget_anywhere(session, name)
    if row is not None:
        # One that is another's is told of as one that is not there, and its name is not free.
        to_change(session, caller, name)
        if if_match is not None and if_match.strip() not in ("*", etag(row)):
            raise PreconditionFailed(
                f"the budget was changed in the meantime (it is at version {row.version})",
                next_step="read it again and repeat the change",
            )
    _require_known(session, wanted.only)
    made, now = row is None, clock.now()
    if row is None:
        row = Budget(id=new_id("bgt"), name=name, version=0, created_at=now)
        session.add(row)
    row.tenant_id, row.amount, row.currency = tenant_id, wanted.amount, wanted.currency
    row.document, row.enabled = document, wanted.enabled
    row.version, row.changed_at = row.version + 1, now
    session.flush()
    audit.record(
        session, caller, "budget.create" if made else "budget.update", "budget", row.id,
        details={"name": name, "version": row.version, **wanted.model_dump(mode="json", exclude_none=True)},
    )  # fmt: skip
    return row


def check(session: Session, caller: Caller, wanted: Sequence[NamedBudget]) -> None:
    """As `write` would, for all of them, without the effect."""
    for one in wanted:
        _tenant(session, caller, one.tenant)
        _require_known(session, one.only)
        if repository.budget_anywhere(session, one.name) is not None:
            to_change(session, caller, one.name)


def remove(session: Session, caller: Caller, name: str, if_match: str | None) -> Budget:
    """With what was said about it."""
    row = to_change(session, caller, name)
    if if_match is not None and if_match.strip() not in ("*", etag(row)):
        raise PreconditionFailed(
            f"the budget was changed in the meantime (it is at version {row.version})",
            next_step="read it again and repeat the change",
        )
    audit.record(session, caller, "budget.remove", "budget", row.id, details={"name": name, "version": row.version})
    repository.forget_budget(session, row)
    return row


def items(session: Session, rows: Sequence[Budget]) -> list[BudgetItem]:
    paths = tenancy.paths(tenancy.known(session))
    return [
        BudgetItem.model_validate(
            {"thresholds": [], "since": None, "until": None, **row.document}
            | {name: getattr(row, name) for name in _STORED}
            | {"tenant": paths.get(row.tenant_id or "")}
        )
        for row in rows
    ]


def detail(session: Session, row: Budget, month: str) -> BudgetDetail:
    with gathering.everything(session):
        now = standing(session, row, month)
    said = [alert_item(one) for one in repository.alerts(session, [row.id])]
    return BudgetDetail(**items(session, [row])[0].model_dump(), standing=now, alerts=said)


def alert_item(row: BudgetAlert) -> BudgetAlertItem:
    return BudgetAlertItem(
        month=row.month, of=row.kind, percent=row.percent, spent=row.spent, amount=row.amount, currency=row.currency,
        at=row.at,
    )  # fmt: skip


def _tenant(session: Session, caller: Caller, given: str | None) -> str | None:
    if given is not None:
        return tenancy.to_change(session, caller, given).id
    if not view_of(session).everything:
        raise Forbidden("a budget without a tenant is for everybody's cost, and you see a part", next_step="name one")
    return None


def _require_known(session: Session, only: Scope) -> None:
    names = repository.account_names(session)
    for account in only.account or ():
        if account not in names and account not in names.values():
            raise InvalidBudget(
                f"there is no account '{account}'", next_step=closest(account, sorted(names.values())) or "name one"
            )


_STORED = ("id", "name", "tenant_id", "amount", "currency", "enabled", "version", "changed_at")
