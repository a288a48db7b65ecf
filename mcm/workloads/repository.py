"""SQL of workloads and their versions. A session sees those of the tenants in its view."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from mcm.auth.service import view_of
from mcm.models import WorkloadRow, WorkloadVersion
from mcm.tenancy import sight


def listed(session: Session, *, after: str | None, limit: int, text: str | None) -> Sequence[WorkloadRow]:
    """By name."""
    query = select(WorkloadRow).where(*sight.tenants_in(session, view_of(session), WorkloadRow.tenant_id))
    if text:
        query = query.where(or_(WorkloadRow.name.contains(text.lower(), autoescape=True), WorkloadRow.id == text))
    if after is not None:
        query = query.where(WorkloadRow.name > after)
    return session.scalars(query.order_by(WorkloadRow.name).limit(limit)).all()


def find(session: Session, name: str) -> WorkloadRow | None:
    found = anywhere(session, name)
    return found if found is not None and sight.holds_tenant(session, found.tenant_id) else None


def anywhere(session: Session, name: str) -> WorkloadRow | None:
    """Whatever the session may see: names are unique."""
    return session.scalar(select(WorkloadRow).where(WorkloadRow.name == name))


def version(session: Session, workload_id: str, number: int) -> WorkloadVersion | None:
    query = select(WorkloadVersion).where(WorkloadVersion.workload_id == workload_id, WorkloadVersion.version == number)
    return session.scalar(query)


def versions(session: Session, workload_id: str, *, before: int | None, limit: int) -> Sequence[WorkloadVersion]:
    """The newest first."""
    query = select(WorkloadVersion).where(WorkloadVersion.workload_id == workload_id)
    if before is not None:
        query = query.where(WorkloadVersion.version < before)
    return session.scalars(query.order_by(WorkloadVersion.version.desc()).limit(limit)).all()
