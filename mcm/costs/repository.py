"""SQL behind comparisons: accounts with their regions, places with prices, stored estimates."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from mcm.auth.service import view_of
from mcm.contract import GLOBAL_REGION, ResourceKind
from mcm.costs.places import Where
from mcm.models import Account, Estimate, RateRule, ResourceRow, Scope
from mcm.tenancy import sight


def accounts(session: Session) -> list[Where]:
    """Every account that the session sees, by region. A private one that was never read is at one place."""
    regions: dict[str, set[str]] = defaultdict(set)
    query = select(Scope.account_id, Scope.region).where(
        Scope.kind == ResourceKind.INSTANCE, Scope.status != "unsupported", *sight.scopes(session)
    )
    for account_id, region in session.execute(query):
        regions[account_id].add(region)
    found = []
    for row in session.scalars(select(Account).where(*sight.accounts(session)).order_by(Account.name)):
        here = regions[row.id] or ({GLOBAL_REGION} if row.ownership != "public" else set())
        found += [
            Where(
                f"{row.name}/{region}", row.provider, region, row.id, row.name, row.ownership, row.site, row.city,
                row.jurisdiction,
            )
            for region in sorted(here)
        ]  # fmt: skip
    return found


def accounts_with_rates(session: Session) -> set[str]:
    """Those for which somebody negotiated something that others do not pay."""
    found = session.scalars(select(RateRule.account_id).where(RateRule.account_id.is_not(None)).distinct())
    return {account_id for account_id in found if account_id is not None}


def whole_accounts(session: Session, ids: Collection[str]) -> set[str]:
    """Those of them that show themselves whole."""
    if not ids:
        return set()
    query = select(Account.id).where(Account.id.in_(sorted(ids)), *sight.whole_accounts(session))
    return set(session.scalars(query))


def resource(session: Session, resource_id: str) -> ResourceRow | None:
    return session.scalar(
        select(ResourceRow).where(ResourceRow.id == resource_id, *sight.resources_of(session))
    )  # fmt: skip


def running_since(session: Session, account_id: str, region: str, day: date, most: int) -> Sequence[Any]:
    """id and attributes of instances that run, and were there before the day began."""
    begun = datetime(day.year, day.month, day.day, tzinfo=UTC)
    query = select(ResourceRow.id, ResourceRow.attributes).where(
        ResourceRow.kind == ResourceKind.INSTANCE, ResourceRow.account_id == account_id, ResourceRow.region == region,
        ResourceRow.presence == "present", ResourceRow.state == "running",
        func.coalesce(ResourceRow.created_at, ResourceRow.first_seen) <= begun, *sight.resources_of(session),
    )  # fmt: skip
    return session.execute(query.order_by(ResourceRow.id).limit(most)).all()


def estimates(
    session: Session, *, after: tuple[object, str] | None, limit: int, visible: set[str]
) -> Sequence[Estimate]:
    """The newest first; of those whose tenant is in the view. visible: ids of the accounts that are."""
    query = select(Estimate).where(*sight.tenants_in(session, view_of(session), Estimate.tenant_id))
    found: list[Estimate] = []
    while True:
        page = query
        if after is not None:
            page = page.where(
                tuple_(Estimate.created_at, Estimate.id) < after
            )  # fmt: skip
        rows = session.scalars(page.order_by(Estimate.created_at.desc(), Estimate.id.desc()).limit(limit)).all()
        found += [row for row in rows if _inside(session, row, visible)]
        if len(found) >= limit or len(rows) < limit:
            return found[:limit]
        after = (rows[-1].created_at, rows[-1].id)


def estimate(session: Session, estimate_id: str, visible: set[str]) -> Estimate | None:
    row = session.get(Estimate, estimate_id)
    if row is None or not sight.holds_tenant(session, row.tenant_id) or not _inside(session, row, visible):
        return None
    return row


def account_ids(session: Session) -> set[str]:
    return set(session.scalars(select(Account.id).where(*sight.accounts(session))))


def _inside(session: Session, row: Estimate, visible: set[str]) -> bool:
    """Whether everything that it tells of may be seen. An account that was removed is nobody's secret from those who
    see everything, and everybody else's."""
    seen = view_of(session)
    if seen.everything:
        return True
    resources = all(
        tenant in seen.tenants or (account, project) in seen.projects for tenant, account, project in row.resources
    )
    return resources and set(row.accounts) <= visible
