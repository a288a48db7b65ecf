"""Utilisation as the API shows it."""

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from sqlalchemy.orm import Session

from mcm.contract import Capability, NotSupported
from mcm.inventory.errors import ResourceNotFound
from mcm.models import Account, UtilisationDay, UtilisationRead
from mcm.registry import Registry
from mcm.utilisation import days
from mcm.utilisation.distribution import DAY_S, SHARES
from mcm.utilisation.errors import NoUtilisation
from mcm.utilisation.schemas import MetricUtilisation, ResourceUtilisation, UtilisationPoint, UtilisationReadItem
from mcm.utilisation.service import window

_SHARES = {metric.value for metric in SHARES}
MOST_DAYS = 400


def of_resource(session: Session, registry: Registry, resource_id: str, since: date, until: date) -> Any:
    if since > until or (until - since).days >= MOST_DAYS:
        raise NoUtilisation(
            f"from {since} to {until} are no 1 to {MOST_DAYS} days", next_step="name an earlier and a later day"
        )
    row = None if "\0" in resource_id else days.resource(session, resource_id)
    if row is None:
        raise ResourceNotFound(
            "there is no instance or host with this id", next_step="`mcm instance list -o name` shows their ids"
        )
    read = session.get(UtilisationRead, row.account_id)
    account = session.get(Account, row.account_id)
    able = account is not None and Capability.METRICS in registry.descriptor(account.provider).capabilities
    # A cloud without meters of its own, and an account that names none for it.
    able = able and (read is None or read.error_code != NotSupported.code)
    by_metric: dict[str, list[UtilisationDay]] = {}
    for one in days.of(session, [row.id], since, until):
        by_metric.setdefault(one.metric, []).append(one)
    return ResourceUtilisation(
        resource_id=row.id, since=since, until=until,
        status=cast(Any, read.status if read is not None else "never") if able else "unsupported",
        read_at=read.read_at if read is not None else None,
        metrics=[_metric(metric, found) for metric, found in by_metric.items()],
    )  # fmt: skip


def read_item(account: Account, row: UtilisationRead | None) -> UtilisationReadItem:
    base = {"account_id": account.id, "account": account.name, "provider": account.provider}
    if row is None:
        return UtilisationReadItem.model_validate(
            base | {"status": "never", "resources": 0, "measured": 0}
            | dict.fromkeys(("due_at", "read_at", "error_code", "error_message"))
        )  # fmt: skip
    names = ("status", "due_at", "read_at", "resources", "measured", "error_code", "error_message")
    return UtilisationReadItem.model_validate(base | {name: getattr(row, name) for name in names})


def _metric(metric: str, rows: Sequence[UtilisationDay]) -> MetricUtilisation:
    found = window(metric, rows)
    return MetricUtilisation(
        metric=metric, unit="share" if metric in _SHARES else "bytes_per_second", days=found.days, first=found.first,
        last=found.last, coverage=found.coverage, p95=found.p95, max=found.max, mean=found.mean,
        points=[
            UtilisationPoint(
                day=row.day, samples=row.samples, coverage=row.coverage_s / DAY_S, min=row.min, p50=row.p50,
                p95=row.p95, max=row.max, mean=row.mean,
            )
            for row in rows
        ],
    )  # fmt: skip
