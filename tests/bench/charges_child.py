"""One measurement of bills in a process of its own: the bare way, mcm's way, and a month in groups."""

import csv
import random
import sys
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import select, text

from mcm.audit import service as audit
from mcm.charges import importing, service
from mcm.charges.importing import Incoming
from mcm.charges.shaping import KEPT
from mcm.db import migrate
from mcm.db.bulk import insert_rows
from mcm.db.engine import build_engine
from mcm.db.session import Database
from mcm.kit import clock
from mcm.models import Account
from mcm.vault import Vault
from tests.bench.measure import Measured, answer, measured
from tests.lab import CALLER

MONTH = "2026-09"
_TENANTS, _SERVICES = 40, 60
_NAMES = (
    *(
        "AvailabilityZone",
        "BilledCost",
        "BillingAccountId",
        "BillingAccountName",
        "BillingCurrency",
        "BillingPeriodEnd",
    ),
    *("BillingPeriodStart", "ChargeCategory", "ChargeClass", "ChargeDescription", "ChargeFrequency", "ChargePeriodEnd"),
    *("ChargePeriodStart", "CommitmentDiscountCategory", "CommitmentDiscountId", "CommitmentDiscountName"),
    *("CommitmentDiscountStatus", "CommitmentDiscountType", "ConsumedQuantity", "ConsumedUnit", "ContractedCost"),
    *("ContractedUnitPrice", "EffectiveCost", "InvoiceIssuerName", "ListCost", "ListUnitPrice", "PricingCategory"),
    *("PricingQuantity", "PricingUnit", "ProviderName", "PublisherName", "RegionId", "RegionName", "ResourceId"),
    *("ResourceName", "ResourceType", "ServiceCategory", "ServiceName", "SkuId", "SkuPriceId", "SubAccountId"),
    *("SubAccountName", "Tags"),
)


def write_bill(file: Path, rows: int) -> None:
    """Looks like an export of a large cloud: 43 columns, costs that are all different, a tenth of the rows tagged."""
    random.seed(7)
    with file.open("w", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(_NAMES)
        for number in range(rows):
            writer.writerow(_row(number))


def _row(number: int) -> tuple[str, ...]:
    price, quantity = random.randrange(1, 10**6), random.randrange(1, 10**9)
    cost = f"{price * quantity / 10**12:.11f}"
    day, hour = 1 + number % 29, number % 23
    service = f"Service {number % _SERVICES}"
    return (
        f"eu-{number % 3}a", cost, "1234567890123", "Acme", "EUR", "2026-10-01T00:00:00Z", "2026-09-01T00:00:00Z",
        "Usage", "", f"${price} per GB of {service} in Europe", "Usage-Based",
        f"2026-09-{day:02d}T{hour + 1:02d}:00:00Z", f"2026-09-{day:02d}T{hour:02d}:00:00Z", "", "", "", "", "",
        f"0.{quantity:09d}", "GB", cost, f"0.{price:06d}", cost, "Cloud Inc.", cost, f"0.{price:06d}", "Standard",
        f"0.{quantity:09d}", "GB", "Cloud", "Cloud Inc.", f"eu-{number % 5}", f"Europe {number % 5}",
        f"arn:cloud:{number % 20_000}", f"name-{number % 20_000}", "volume", "Storage", service, f"SKU{number % 400}",
        f"SKU{number % 400}.ABC", str(10**9 + number % 50), f"project {number % 50}",
        f'{{"application": "app {number % 300}", "environment": "prod"}}' if number % 10 == 0 else "",
    )  # fmt: skip


def floor(url: str, file: Path) -> Measured:
    """Into memory by pyarrow, and the same rows into a table of as many columns of text."""
    from pyarrow import csv as reader

    engine = build_engine(url)
    columns = [f"c{number}" for number in range(len(_NAMES))]
    with engine.begin() as connection:
        connection.execute(text(f"CREATE TABLE bare ({', '.join(f'{name} TEXT' for name in columns)})"))

    def work() -> dict[str, Any]:
        table = reader.read_csv(file)
        rows = list(zip(*(column.to_pylist() for column in table.cast(_strings(table)).columns), strict=True))
        with engine.begin() as connection:
            insert_rows(connection, "bare", columns, rows)
        return {"rows": len(rows)}

    return measured(work)


def _strings(table: Any) -> Any:
    import pyarrow

    return pyarrow.schema([(name, pyarrow.string()) for name in table.column_names])


def _database(url: str) -> Database:
    database = Database(build_engine(url))
    migrate.upgrade(database.engine)
    audit.install(database, Vault(Path(tempfile.mkdtemp()) / "master.key"))
    with database.writing() as session:
        session.add(Account(id="acc_bench", tenant_id="ten_default", name="bench", provider="simulated", labels=[],
                            ownership="public", config={}, status="ok", version=1, created_at=clock.now()))  # fmt: skip
    return database


def imported(url: str, file: Path) -> Measured:
    database = _database(url)

    def work() -> dict[str, Any]:
        with database.reading() as session:
            account = session.scalars(select(Account)).one()
        with file.open("rb") as opened:
            digest = sha256()
            while part := opened.read(2**20):
                digest.update(part)
            incoming = Incoming(account, opened, digest.hexdigest(), file.name, "replace")
            ready = importing.read(database, incoming)
        with database.writing() as session:
            return {"rows": importing.finish(session, CALLER, ready, dict).rows}

    return measured(work)


def grouped(url: str, number: int, rounds: int) -> list[Measured]:
    """The statement that anybody would write, then ours, by turns."""
    database = _database(url)
    _fill(database, number)
    statement = _by_hand(database.dialect)
    results = []

    def bare() -> dict[str, Any]:
        with database.reading() as session:
            return {"groups": len(session.execute(text(statement), {"month": MONTH}).all())}

    def ours() -> dict[str, Any]:
        with database.reading() as session:
            return {"groups": len(service.grouped(session, months=[MONTH], by=["tenant", "service"]))}

    bare()
    for _ in range(rounds):
        results += [measured(bare), measured(ours)]
    if results[0].facts != results[1].facts:
        raise RuntimeError(f"{results[0].facts} is not {results[1].facts}")
    return results


def _by_hand(dialect: str) -> str:
    total = "mcm_sum(c.effective_cost)" if dialect == "sqlite" else "sum(c.effective_cost)"
    return (
        f"SELECT c.tenant_id, c.service_name, p.currency, {total} FROM charge c JOIN charge_part p ON p.id = c.part_id "
        "WHERE p.month = :month AND p.status = 'current' GROUP BY c.tenant_id, c.service_name, p.currency"
    )


def _fill(database: Database, number: int) -> None:
    columns = ("part_id", "line", "flags", "line_hash", "row_key", "tenant_id", "service_name", "effective_cost",
               "billed_cost", "charge_category", "charge_start", "charge_end", "charge_description",
               "native_id")  # fmt: skip
    assert set(columns[6:]) <= set(KEPT)
    with database.writing() as session:
        session.execute(
            text(
                "INSERT INTO charge_part (id, import_id, account_id, month, currency, basis, kind, status, rows, "
                "unknown, created_at) "
                "VALUES (1, 'i', 'acc_bench', :month, 'EUR', 'billed', 'file', 'current', 1, 0, :at)"
            ),
            {"month": MONTH, "at": clock.to_text(clock.now())},
        )
    at = f"{MONTH}-03T00:00:00.000000Z"
    for start in range(0, number, 20_000):
        rows = [
            (1, line, 0, line, line, f"ten_{line * 7919 % _TENANTS}", f"Service {line * 104_729 % _SERVICES}",
             f"{line % 977}.{line % 10**9:09d}000000000", "1.000000000000000000", "Usage", at, at,
             "what an hour of it costs in this place", f"arn:cloud:{line % 20_000}")
            for line in range(start, min(start + 20_000, number))
        ]  # fmt: skip
        with database.writing(durable=False) as session:
            insert_rows(session.connection(), "charge", columns, rows)
    with database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("ANALYZE")


if __name__ == "__main__":
    what, url, *rest = sys.argv[1:]
    if what == "floor":
        answer(floor(url, Path(rest[0])))
    elif what == "import":
        answer(imported(url, Path(rest[0])))
    else:
        answer(*grouped(url, int(rest[0]), int(rest[1])))
