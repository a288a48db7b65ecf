"""Rows of charges, imports and months → the shapes of the API."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mcm.charges import repository
from mcm.charges.findings import Flag
from mcm.charges.importing import Ready
from mcm.charges.metering import Metered
from mcm.charges.schemas import (
    ChargeItem,
    ImportDetail,
    ImportItem,
    ImportResult,
    MeteredItem,
    PartItem,
    ReconciliationItem,
)
from mcm.charges.staging import Staging
from mcm.kit import clock
from mcm.models import Account, ChargeImport, ChargePart, CostReconciliation

_OF_PART = {"month", "account", "account_id", "currency", "basis", "import_id", "flags"}


def charges(session: Session, rows: Sequence[Any]) -> list[ChargeItem]:
    names = account_names(session, {part.account_id for _, part in rows})
    plain = [name for name in ChargeItem.model_fields if name not in _OF_PART]
    return [
        ChargeItem(
            month=part.month,
            account=names.get(part.account_id, part.account_id),
            account_id=part.account_id,
            currency=part.currency,
            basis=part.basis,
            import_id=part.import_id,
            flags=[str(flag.name).lower() for flag in Flag if charge.flags & flag],
            **{name: getattr(charge, name) for name in plain},
        )
        for charge, part in rows
    ]


def account_names(session: Session, ids: Iterable[str]) -> dict[str, str]:
    rows = session.execute(select(Account.id, Account.name).where(Account.id.in_(sorted(ids))))
    return {row[0]: row[1] for row in rows}


def imports(session: Session, rows: Sequence[ChargeImport]) -> list[ImportItem]:
    months: dict[str, set[str]] = {row.id: set() for row in rows}
    for part in repository.parts(session, list(months)):
        months[part.import_id].add(part.month)
    return [ImportItem.model_validate(_import(row, sorted(months[row.id]))) for row in rows]


def detail(session: Session, row: ChargeImport) -> ImportDetail:
    return ImportDetail.model_validate(_detail(session, row))


def result(session: Session, row: ChargeImport, *, already: bool = False) -> ImportResult:
    return ImportResult.model_validate(_detail(session, row) | {"already": already})


def _detail(session: Session, row: ChargeImport) -> dict[str, Any]:
    parts = repository.parts(session, [row.id])
    kept = {name: row.report.get(name) for name in ("added", "removed", "changed", "unchanged")}
    return _import(row, sorted({part.month for part in parts})) | kept | {
        "parts": [_part(part) for part in parts],
        "linked": row.report.get("linked", 0),
        "findings": row.report.get("findings", []),
    }  # fmt: skip


def _import(row: ChargeImport, months: list[str]) -> dict[str, Any]:
    findings = row.report.get("findings", [])
    made = ("account", "dialect", "errors", "warnings", "months")
    plain = [name for name in ImportItem.model_fields if name not in made]
    return {name: getattr(row, name) for name in plain} | {
        "account": row.account_name,
        "dialect": row.report.get("dialect"),
        "errors": sum(one["level"] == "error" for one in findings),
        "warnings": sum(one["level"] == "warning" for one in findings),
        "months": months,
    }


def _part(part: ChargePart) -> PartItem:
    return PartItem(
        month=part.month, currency=part.currency, status=part.status, rows=part.rows, unknown=part.unknown,
        billed=part.billed, effective=part.effective, list=part.listed, contracted=part.contracted,
        superseded_by=part.superseded_by,
    )  # fmt: skip


def _would_be(staging: Staging) -> list[PartItem]:
    return [
        PartItem(
            month=found.month, currency=found.currency, status="dry_run", **{
                "list" if name == "listed" else name: value for name, value in found.values().items()
            },
        )
        for _, found in sorted(staging.sums.items())
    ]  # fmt: skip


def preview(ready: Ready, closed: list[str], caller_name: str) -> ImportResult:
    """What importing it would do."""
    incoming, staging, report = ready.incoming, ready.staging, ready.report()
    findings = report["findings"]
    return ImportResult.model_validate(
        {
            "id": staging.import_id, "account": staging.account.name, "account_id": staging.account.id, "kind": "file",
            "basis": "billed", "mode": incoming.mode, "status": "current", "file_name": incoming.name,
            "file_sha256": incoming.digest, "file_format": incoming.format, "focus": incoming.focus,
            "dialect": incoming.dialect,
            "rows": report["rows"], "reason": None, "errors": 0,
            "warnings": sum(one["level"] == "warning" for one in findings), "months": staging.months,
            "imported_by": caller_name, "imported_at": clock.now(), "parts": _would_be(staging),
            "linked": staging.linked, "findings": findings, "dry_run": True, "closed": closed,
        }
    )  # fmt: skip


def metered(made: Metered, import_id: str | None) -> MeteredItem:
    staging = made.staging
    return MeteredItem.model_validate(
        {
            "account": made.account.name,
            "skipped": made.skipped,
            "rate_card": made.card,
            "rows": sum(found.rows for found in staging.sums.values()) if staging else 0,
            "linked": staging.linked if staging else 0,
            "import_id": import_id,
            "parts": _would_be(staging) if staging else [],
            "findings": made.findings.told(),
        }
    )


def reconciliation(row: CostReconciliation) -> ReconciliationItem:
    plain = [name for name in ReconciliationItem.model_fields if name != "account"]
    return ReconciliationItem(account=row.account_name, **{name: getattr(row, name) for name in plain})
