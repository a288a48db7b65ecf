"""Events of violations that open and close: one for each, or one for many that came at once."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from mcm.events import kinds
from mcm.events.service import emit
from mcm.models import Account, ResourceRow

# Of one policy, tenant and account in one look; a new policy may be broken by thousands.
SINGLY = 10
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Turned:
    """A violation that is open now, or is not any more."""

    id: str
    resource_id: str
    policy: str
    severity: str
    mode: str
    owner: str
    status: str


def tell(session: Session, turned: Iterable[Turned]) -> None:
    """Those of one policy, tenant, account and project that are many are told as one, by the first of them. Two
    statements for five hundred."""
    given = list(turned)
    groups: dict[tuple[object, ...], list[tuple[Turned, str]]] = {}
    for start in range(0, len(given), _BATCH):
        few = given[start : start + _BATCH]
        columns = (ResourceRow.id, ResourceRow.name, ResourceRow.tenant_id, ResourceRow.account_id, ResourceRow.project)
        query = (
            select(*columns, Account.name)
            .outerjoin(Account, Account.id == ResourceRow.account_id)
            .where(ResourceRow.id.in_({one.resource_id for one in few}))
        )
        rows = {row[0]: row for row in session.execute(query)}
        for one in few:
            if (row := rows.get(one.resource_id)) is not None:
                key = (one.status == "open", one.policy, *row[2:])
                groups.setdefault(key, []).append((one, row[1]))
    for (opened, _, tenant_id, account_id, project, account), found in groups.items():
        singly = len(found) <= SINGLY
        for one, name in found if singly else found[:1]:
            emit(
                session, kinds.VIOLATION_OPENED if opened else kinds.VIOLATION_CLOSED, tenant_id=str(tenant_id),
                account_id=str(account_id or ""), project=None if project is None else str(project),
                subject_kind="violation", subject_id=one.id,
                data={
                    "policy": one.policy, "severity": one.severity, "mode": one.mode, "owner": one.owner,
                    "account": account, "resource": one.resource_id, "status": one.status,
                    "name": name if singly else f"{name} +{len(found) - 1}", "count": 1 if singly else len(found),
                },
            )  # fmt: skip
