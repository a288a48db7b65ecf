"""By what charges can be grouped and filtered, as SQL: names as people and other rooms give them."""

from collections.abc import Collection, Mapping
from typing import Any, Literal

from sqlalchemy import ColumnElement, Text, and_, func, literal, or_
from sqlalchemy.orm import InstrumentedAttribute, Session

from mcm.charges.errors import InvalidDimension
from mcm.models import Charge, ChargePart, ResourceRow
from mcm.tenancy import sight

Cost = Literal["billed", "effective", "list", "contracted"]
# One of PLAIN, or tag:KEY (a tag on the bill), or label:KEY (mcm's own label of the linked resource).
Dimension = str
Filters = Mapping[Dimension, Collection[str | None]]

COSTS: dict[str, InstrumentedAttribute[Any]] = {
    "billed": Charge.billed_cost,
    "effective": Charge.effective_cost,
    "list": Charge.list_cost,
    "contracted": Charge.contracted_cost,
}
PLAIN: dict[str, InstrumentedAttribute[Any]] = {
    "month": ChargePart.month,
    "tenant": Charge.tenant_id,
    "account": ChargePart.account_id,
    "provider": Charge.provider_name,
    "service": Charge.service_name,
    "category": Charge.service_category,
    "region": Charge.region_id,
    "resource": Charge.resource_id,
    "native_id": Charge.native_id,
    "resource_type": Charge.resource_type,
    "sub_account": Charge.sub_account_id,
    "billing_account": Charge.billing_account_id,
    "charge_category": Charge.charge_category,
    "charge_class": Charge.charge_class,
    "pricing_category": Charge.pricing_category,
    "commitment": Charge.commitment_id,
    "commitment_status": Charge.commitment_status,
    "sku": Charge.sku_id,
    "currency": ChargePart.currency,
    "basis": ChargePart.basis,
    "import": ChargePart.import_id,
}
_NEXT = f"one of {', '.join(sorted(PLAIN))}, tag:KEY or label:KEY"


def expression(session: Session, dimension: Dimension) -> ColumnElement[Any]:
    """Raises InvalidDimension."""
    if dimension in PLAIN:
        return PLAIN[dimension].expression
    kind, _, key = dimension.partition(":")
    # A quote would end the path that SQLite reads.
    if kind not in ("tag", "label") or not key or '"' in key or len(key) > 256:
        raise InvalidDimension(f"charges are not grouped by '{dimension[:80]}'", next_step=_NEXT)
    column = Charge.tags if kind == "tag" else ResourceRow.labels
    if session.get_bind().dialect.name == "sqlite":
        return func.json_extract(column, literal(f'$."{key}"'), type_=Text())
    # A plain operand, or one compared with it, would be sent as JSON, as the column is.
    return column.op("->>", return_type=Text())(literal(key, Text()))


def needs_resource(dimensions: Collection[Dimension]) -> bool:
    return any(dimension.startswith("label:") for dimension in dimensions)


def conditions(session: Session, filters: Filters | None) -> list[ColumnElement[bool]]:
    """None among the values stands for what has none."""
    found: list[ColumnElement[bool]] = []
    for dimension, values in (filters or {}).items():
        column = expression(session, dimension)
        named = sorted(value for value in values if value is not None)
        terms = [column.in_(named)] if named or None not in values else []
        found.append(or_(*terms, column.is_(None)) if None in values else and_(*terms))
    return found


def visible(session: Session, query: Any, months: Collection[str] | None) -> Any:
    """Joined with its part, and limited to what is current and inside the session's view."""
    query = query.join(ChargePart, ChargePart.id == Charge.part_id).where(ChargePart.status == "current")
    if months is not None:
        query = query.where(ChargePart.month.in_(sorted(months)))
    return query.where(*inside(session))


def inside(session: Session) -> list[ColumnElement[bool]]:
    columns = {"tenant_id": Charge.tenant_id, "account_id": ChargePart.account_id, "project": Charge.sub_account_id}
    return sight.resources_of(session, columns)
