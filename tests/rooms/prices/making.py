"""Price lists made up for tests, and the shortest ways to bring them in."""

import hashlib
import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import text

from mcm.prices import importing
from mcm.prices.schemas import ImportReport
from tests.days import days_ago
from tests.lab import CALLER, Lab

HEADER = "provider,currency,priced_on,source,region,item,sku,option,term_months,tier_from,unit,unit_price,upfront,vcpus"
TABLES = ("price_list", "price_coverage", "sku", "price_point", "exchange_rate", "rate_rule")


def line(
    sku: str = "small", price: str = "0.1", *, provider: str = "cloud", currency: str = "USD", on: date | None = None,
    region: str = "r1", item: str = "compute", option: str = "on_demand", term: str = "", tier: str = "",
    unit: str = "hour", upfront: str = "", vcpus: str = "2",
) -> str:  # fmt: skip
    day = (on or days_ago(1)).isoformat()
    size = vcpus if item == "compute" else ""
    return ",".join(
        [provider, currency, day, "test", region, item, sku, option, term, tier, unit, price, upfront, size]
    )  # fmt: skip


def file(*lines: str, header: str = HEADER) -> bytes:
    return "\n".join((header, *lines, "")).encode()


def bring(
    lab: Lab, content: bytes, *, dry_run: bool = False, complete: bool = False, keys: Sequence[Path] = (), **given: Any
) -> ImportReport:
    with lab.runtime.database.writing() as session:
        return importing.import_file(
            session, CALLER, io.BytesIO(content), hashlib.sha256(content).hexdigest(), given=given, keys=keys,
            complete=complete, dry_run=dry_run,
        )  # fmt: skip


def contents(lab: Lab) -> dict[str, list[str]]:
    with lab.runtime.database.reading() as session:
        return {
            name: sorted(str(tuple(row)) for row in session.execute(text(f"SELECT * FROM {name}"))) for name in TABLES
        }
