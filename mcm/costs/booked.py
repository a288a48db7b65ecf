"""What one resource costs: what was booked to it month by month, and what it costs by today's price. Never commits."""

from collections.abc import Mapping
from decimal import Decimal

from sqlalchemy.orm import Session

from mcm.charges import service as charges
from mcm.costs import presenting, quoting, repository
from mcm.costs.notes import Note
from mcm.costs.quote_schemas import ChargedMonth, ResourceCost
from mcm.inventory.errors import ResourceNotFound
from mcm.kit import clock
from mcm.models import ResourceRow
from mcm.tenancy import service as tenants

# As allocation reads them off labels and bills.
_SAID_BY = {
    "application": ("application", "app"),
    "environment": ("environment", "env"),
    "cost_center": ("cost_center", "cost-center", "costcenter"),
}


def of_resource(session: Session, resource_id: str, months: int, currency: str | None) -> ResourceCost:
    """months: how many, with this one. Raises ResourceNotFound."""
    row = None if "\0" in resource_id else repository.resource(session, resource_id)
    if row is None:
        raise ResourceNotFound("there is no resource with this id", next_step="list resources to find its id")
    rate = quoting.of_resource(session, row, currency)
    paths = tenants.paths(tenants.known(session))
    wanted = _last(months)
    return ResourceCost(
        resource_id=row.id, kind=row.kind, state=row.state, owner=row.owner, tenant_id=row.tenant_id,
        tenant=paths.get(row.tenant_id), run_rate=None if isinstance(rate, Note) else rate,
        why=presenting.said([rate])[0] if isinstance(rate, Note) else None, since=wanted[-1],
        months=_charged(session, row.id, wanted, paths), made_at=clock.now(),
        **{name: _said(row, keys) for name, keys in _SAID_BY.items()},
    )  # fmt: skip


def _charged(session: Session, resource_id: str, months: list[str], paths: Mapping[str, str]) -> list[ChargedMonth]:
    by, only = ("month", "tenant"), {"resource": [resource_id]}
    billed = charges.grouped(session, months=months, by=by, cost="billed", filters=only)
    effective: dict[tuple[object, ...], Decimal | None] = {
        (one.key, one.currency, one.basis): one.amount
        for one in charges.grouped(session, months=months, by=by, cost="effective", filters=only)
    }
    found = [
        ChargedMonth(
            month=str(one.key[0]), currency=one.currency, basis=one.basis, billed=one.amount,
            effective=effective.get((one.key, one.currency, one.basis)), charges=one.rows, unknown=one.unknown,
            tenant_id=one.key[1], tenant=paths.get(one.key[1] or ""),
        )
        for one in billed
    ]  # fmt: skip
    return sorted(found, key=lambda one: one.month, reverse=True)


def _last(months: int) -> list[str]:
    """The newest first."""
    now = clock.now()
    number = now.year * 12 + now.month - 1
    return [f"{each // 12:04d}-{each % 12 + 1:02d}" for each in range(number, number - months, -1)]


def _said(row: ResourceRow, keys: tuple[str, ...]) -> str | None:
    return next((told[key] for told in (row.labels, row.tags) for key in keys if told.get(key)), None)
