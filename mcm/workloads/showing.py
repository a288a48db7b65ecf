"""Stored workloads as the API shows them, and their pages."""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from mcm.kit import money
from mcm.models import Principal, WorkloadRow
from mcm.paging import Page
from mcm.tenancy import sight
from mcm.workloads import repository, service
from mcm.workloads.documents import Workload
from mcm.workloads.schemas import WorkloadDetail, WorkloadFinding, WorkloadItem, WorkloadVersionItem


def page(session: Session, *, limit: int, cursor: str | None, search: str | None) -> Page[WorkloadItem]:
    (after,) = sight.after(session, cursor, str) or (None,)
    rows = repository.listed(session, after=after, limit=limit + 1, text=search)
    following = sight.cursor_of(session, [rows[limit - 1].name]) if len(rows) > limit else None
    return Page(items=items(rows[:limit]), next_cursor=following)


def versions(session: Session, name: str, *, limit: int, cursor: str | None) -> Page[WorkloadVersionItem]:
    found = service.row(session, name)
    (before,) = sight.after(session, cursor, int) or (None,)
    rows = repository.versions(session, found.id, before=before, limit=limit + 1)
    following = sight.cursor_of(session, [rows[limit - 1].version]) if len(rows) > limit else None
    ids = {row.principal_id for row in rows}
    names = {
        row.id: row.name for row in session.execute(select(Principal.id, Principal.name).where(Principal.id.in_(ids)))
    }
    shown = [
        WorkloadVersionItem(
            version=row.version, hash=row.hash, written_by=names.get(row.principal_id, row.principal_id),
            created_at=row.created_at, text=row.text,
        )
        for row in rows[:limit]
    ]  # fmt: skip
    return Page(items=shown, next_cursor=following)


def items(rows: Sequence[WorkloadRow]) -> list[WorkloadItem]:
    return [_item(row, Workload.model_validate(row.data)) for row in rows]


def detail(row: WorkloadRow) -> WorkloadDetail:
    document = Workload.model_validate(row.data)
    return WorkloadDetail(
        **_item(row, document).model_dump(),
        text=row.text,
        document=service.as_json(document),
        findings=findings(row.text),
    )


def findings(text: str) -> list[WorkloadFinding]:
    return [WorkloadFinding.model_validate(one) for one in service.findings(text)]


def _item(row: WorkloadRow, document: Workload) -> WorkloadItem:
    vcpus = sum((tier.vcpus * tier.count for tier in document.tiers), Decimal(0))
    memory = sum((tier.memory_gib * tier.count for tier in document.tiers), Decimal(0))
    return WorkloadItem(
        id=row.id, name=row.name, title=document.title, owner=document.owner, application=document.application,
        environment=document.environment, data_class=document.data_class, tenant_id=row.tenant_id,
        tiers=len(document.tiers), instances=sum(tier.count for tier in document.tiers),
        vcpus=money.written(vcpus), memory_gib=money.written(memory), version=row.version, hash=row.hash,
        created_at=row.created_at, changed_at=row.changed_at,
    )  # fmt: skip
