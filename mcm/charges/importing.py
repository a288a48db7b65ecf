"""From a file to current charges: read and judged, staged, compared with what it replaces, made current in one step."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, Any, Literal

from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth.service import Caller
from mcm.charges import comparing, repository
from mcm.charges.errors import InvalidBill, MonthClosed
from mcm.charges.files import Unreadable, opened
from mcm.charges.findings import SAID, Findings
from mcm.charges.shaping import Shaper, layout
from mcm.charges.staging import Opened, Staging, hold_months, make_current
from mcm.charges.translating import dialect_of, translated
from mcm.kit import clock
from mcm.models import Account, ChargeImport

Mode = Literal["replace", "add"]
_SHOWN = 20


@dataclass
class Incoming:
    """A file on its way in. `digest` is of its content; most_bytes: how much it may be, unpacked."""

    account: Account
    file: IO[bytes]
    digest: str
    name: str | None
    mode: Mode
    store: bool = True
    most_bytes: int | None = None
    findings: Findings = field(default_factory=Findings)
    format: str | None = None
    focus: str | None = None
    dialect: str | None = None

    @property
    def import_id(self) -> str:
        return "chi_" + hashlib.sha256(f"{self.digest}\0{self.account.id}".encode()).hexdigest()[:32]


@dataclass
class Ready:
    """What was read and staged, and what making it current would do."""

    incoming: Incoming
    staging: Staging
    replaces: list[int]
    changes: dict[str, int]

    def report(self) -> dict[str, Any]:
        staging = self.staging
        return {
            "rows": sum(found.rows for found in staging.sums.values()),
            "linked": staging.linked,
            "findings": self.incoming.findings.told(),
            "dialect": self.incoming.dialect,
            **self.changes,
        }


def read(opened_as: Opened, incoming: Incoming) -> Ready:
    """Raises InvalidBill, with the report by line, when it is none; nothing of it is left then."""
    staging = Staging(opened_as, incoming.import_id, incoming.account, "file", "billed", store=incoming.store)
    try:
        _read(incoming, staging)
        if not incoming.findings.errors:
            ready = _compare(opened_as, incoming, staging)
        if incoming.findings.errors:
            raise refused(incoming.findings, incoming.name)
    except BaseException:
        staging.discard()
        raise
    return ready


def _read(incoming: Incoming, staging: Staging) -> None:
    findings = incoming.findings
    try:
        bill = opened(incoming.file, incoming.most_bytes)
        incoming.format = bill.format
        if (dialect := dialect_of(bill.header)) is not None:
            incoming.dialect = dialect.name
            bill = translated(bill, dialect, findings)
        found = layout(bill.header, findings, native=dialect is not None)
        if found is None:
            return
        incoming.focus = None if dialect else found.version
        shaper = Shaper(found, findings)
        number = 0
        for batch in bill.batches:
            shaped = shaper.shape(batch)
            number += len(shaped.rows)
            # The rest of a file that is refused is read for its report alone.
            if not findings.errors:
                staging.add(shaped)
        shaper.finish()
        if not number and not findings.errors:
            findings.add("empty_file", "", 1)
    except Unreadable as stopped:
        findings.add(stopped.code, "", stopped.line, stopped.example)


def _compare(opened_as: Opened, incoming: Incoming, staging: Staging) -> Ready:
    with opened_as.reading() as session:
        replaces: list[int] = []
        if incoming.mode == "replace":
            replaces = comparing.current_parts(session, incoming.account.id, staging.months)
        if not incoming.store:
            return Ready(incoming, staging, replaces, {})
        for month, number, whole in comparing.repeated(session, staging.part_ids):
            if number:
                incoming.findings.add_many("duplicate_month" if whole else "duplicate_charge", month, (), number)
        return Ready(incoming, staging, replaces, comparing.compared(session, replaces, staging.part_ids))


def refused(findings: Findings, name: str | None) -> InvalidBill:
    told = findings.told()
    wrong = [one for one in told if one["level"] == "error"]
    lines = [sentence(one) for one in wrong[:_SHOWN]]
    return InvalidBill(
        f"{name or 'the file'} is not imported: {lines[0]}"
        + (f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""),
        next_step="nothing of it was stored; correct the export and import it again",
        details={"report": told, "excerpt": "\n".join(lines[1:])},
    )


def sentence(one: dict[str, Any]) -> str:
    """A finding for people: where, which column, what."""
    where = ""
    if one["lines"]:
        shown = ", ".join(str(line) for line in one["lines"][:5])
        more = one["count"] - min(len(one["lines"]), 5)
        where = f"line{'s' if one['count'] > 1 else ''} {shown}{f' and {more} more' if more > 0 else ''}: "
    source = f" ({one['source']})" if one.get("source") else ""
    column = f"{one['column']}{source}: " if one["column"] else ""
    example = f" ({one['example']})" if one["example"] else ""
    return f"{where}{column}{SAID[one['code']].text}{example}"


def known(session: Session, import_id: str) -> ChargeImport | None:
    """The import whose content this is, when importing it again would change nothing or undo something newer."""
    row = session.get(ChargeImport, import_id)
    if row is None or row.status == "removed":
        return None
    if row.status == "current":
        return row
    newer = {part.superseded_by for part in repository.parts(session, [import_id]) if part.status == "superseded"}
    for other in newer - {None}:
        found = session.get(ChargeImport, other)
        if found is not None and found.status == "current":
            return row
    return None


def finish(session: Session, caller: Caller, ready: Ready, again: Callable[[], dict[str, int]]) -> ChargeImport:
    """Makes it current, within the caller's transaction. again: compares anew, for when something came in between.

    Raises MonthClosed."""
    incoming, staging = ready.incoming, ready.staging
    require_open(hold_months(session, staging.months))
    if incoming.mode == "replace":
        replaces = comparing.current_parts(session, incoming.account.id, staging.months)
        if replaces != ready.replaces:
            ready.replaces, ready.changes = replaces, again()
    row = record(session, caller, staging, ready.report(), mode=incoming.mode)
    row.file_name, row.file_sha256, row.file_format = incoming.name, incoming.digest, incoming.format
    row.focus = incoming.focus
    superseded = make_current(session, staging, replace=incoming.mode == "replace")
    audit.record(
        session, caller, "charge.import", "charge_import", row.id,
        details={"account": incoming.account.name, "file": incoming.name, "sha256": incoming.digest,
                 "rows": row.rows, "months": staging.months, "superseded": superseded},
    )  # fmt: skip
    return row


def record(
    session: Session, caller: Caller, staging: Staging, report: dict[str, Any], *, mode: str, reason: str | None = None
) -> ChargeImport:
    """The row of the import; one of the same id, which was removed or superseded, makes room."""
    before = session.get(ChargeImport, staging.import_id)
    if before is not None:
        session.delete(before)
        session.flush()
    row = ChargeImport(
        id=staging.import_id, account_id=staging.account.id, account_name=staging.account.name, kind=staging.kind,
        basis=staging.basis, mode=mode, status="current", rows=report["rows"], reason=reason, report=report,
        imported_by=caller.name, imported_at=clock.now(),
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def require_open(months: dict[str, str]) -> None:
    """Raises MonthClosed."""
    closed = [month for month, status in months.items() if status == "closed"]
    if closed:
        raise MonthClosed(
            f"{', '.join(closed)} is closed: it changes only by corrections; nothing was changed",
            next_step="`mcm charge correct MONTH --account NAME --amount … --reason …`",
        )


def remove(session: Session, caller: Caller, row: ChargeImport) -> None:
    """Its charges are no longer current. What it had superseded does not come back. Raises MonthClosed."""
    parts = [part for part in repository.parts(session, [row.id]) if part.status == "current"]
    require_open(hold_months(session, {part.month for part in parts}))
    for part in parts:
        part.status = "removed"
    row.status = "removed"
    session.flush()
    audit.record(
        session, caller, "charge.remove", "charge_import", row.id,
        details={"account": row.account_name, "file": row.file_name, "rows": sum(part.rows for part in parts),
                 "months": sorted({part.month for part in parts})},
    )  # fmt: skip
