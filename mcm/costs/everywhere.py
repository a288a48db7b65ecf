"""SQL of what limits are reckoned with: accounts and negotiated rates of all tenants, whatever the session sees."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from mcm.costs.places import Where
from mcm.models import Account, RateRule, Tenant


def accounts(session: Session, account_ids: Collection[str]) -> dict[str, Account]:
    return {row.id: row for row in session.scalars(select(Account).where(Account.id.in_(account_ids)))}


def where(account: Account, region: str) -> Where:
    return Where(
        f"{account.name}/{region}", account.provider, region, account.id, account.name, account.ownership, account.site,
        account.city, account.jurisdiction,
    )  # fmt: skip


def paying_as(session: Session) -> dict[str, str]:
    """Tenant → the nearest of itself and those above for which a rate was negotiated; the others pay what all pay."""
    with_rates = set(session.scalars(select(RateRule.tenant_id).where(RateRule.tenant_id.is_not(None)).distinct()))
    if not with_rates:
        return {}
    above = {row.id: row.parent_id for row in session.execute(select(Tenant.id, Tenant.parent_id))}
    found: dict[str, str] = {}
    for tenant_id in above:
        current: str | None = tenant_id
        passed: set[str] = set()
        while current is not None and current not in with_rates and current not in passed:
            passed.add(current)
            current = above.get(current)
        if current in with_rates:
            found[tenant_id] = str(current)
    return found
