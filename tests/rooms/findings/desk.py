"""A cloud that was read, and how a test says what is used, priced and bought there."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import update

from mcm.findings import looking, standing
from mcm.findings.found import Found, Kind
from mcm.kit import clock
from mcm.models import Account, ResourceRow
from mcm.utilisation import days
from mcm.utilisation.distribution import Distribution
from tests.lab import Lab
from tests.rooms.costs import stock

MONTH = Decimal(730)


# Of the size that has a price, and free of charge while it is stopped.
PRICED: dict[str, Any] = {"stop_billing": "stops", "vcpus": 2, "memory_mib": 4096, "os_family": "linux",
                          "architecture": "x86_64", "gpu_count": None}  # fmt: skip


def quiet(made: Lab) -> Lab:
    with made.runtime.database.writing() as session:
        session.execute(update(Account).values(ownership="public"))
        # Only what a test says is orphaned or old.
        session.execute(update(ResourceRow).values(valid_from=clock.now()))
        session.execute(update(ResourceRow).where(ResourceRow.kind == "snapshot").values(created_at=clock.now()))
    return made


def read(lab: Lab) -> None:
    lab.account(instances=12, regions="1")
    lab.sync(kinds=("instance", "volume", "public_ip", "snapshot", "flavor", "image"))


def prices(lab: Lab, *rows: dict[str, Any]) -> None:
    with lab.runtime.database.writing() as session:
        stock.put(session, "simulated", lab.resources()[0].region, list(rows))


def measured(
    lab: Lab, ident: str, cpu: float, memory: float | None = None, *, of_days: int = 14, share: float = 1
) -> None:
    today = clock.now().date()
    for metric, value in (("cpu", cpu), ("memory", memory)):
        if value is not None:
            seconds = int(86_400 * share)
            one = Distribution(24, seconds, value / 2, value / 2, value, value, value / 2)
            found = {(ident, metric, today - timedelta(days=back)): one for back in range(of_days)}
            with lab.runtime.database.writing() as session:
                days.store(session, found, clock.now())


def change(lab: Lab, ident: str, **values: Any) -> None:
    with lab.runtime.database.writing() as session:
        session.execute(update(ResourceRow).where(ResourceRow.id == ident).values(**values))


def says(lab: Lab, ident: str, **values: Any) -> None:
    with lab.runtime.database.writing() as session:
        row = session.get_one(ResourceRow, ident)
        row.attributes = row.attributes | values


def look(lab: Lab) -> dict[tuple[str, Kind], Found]:
    with lab.runtime.database.reading() as session:
        return {(one.resource_id, one.kind): one for one in looking.look(session, clock.now())}


def record(lab: Lab) -> dict[str, int]:
    found = list(look(lab).values())
    with lab.runtime.database.writing() as session:
        return standing.record(session, found, clock.now())
