"""Imports files: one price list in CSV, or a signed bundle of several with exchange rates. All of it or nothing."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth.service import Caller
from mcm.errors import InvalidInput
from mcm.prices import bundles, seeding
from mcm.prices.reading import read_list, read_rates, shown
from mcm.prices.schemas import ImportReport
from mcm.prices.service import require_whole


def import_file(
    session: Session,
    caller: Caller,
    file: IO[bytes],
    sha256: str,
    *,
    given: Mapping[str, str],
    keys: Sequence[Path],
    complete: bool = False,
    dry_run: bool = False,
) -> ImportReport:
    """given: of the list, what its file does not say; only for CSV. complete: they name all that is sold of each item
    in each region they speak of, so that what older lists had besides is sold no more. Raises InvalidPriceList,
    UntrustedBundle."""
    require_whole(session, caller)
    report = ImportReport(dry_run=dry_run, lists=[])
    if bundles.is_bundle(file):
        if any(given.values()):
            raise InvalidInput(
                "a bundle says itself of what its lists are", next_step="leave out provider, currency and the like"
            )
        with bundles.read(file, keys) as bundle:
            report.signed_by = bundle.signed_by
            for member in bundle.members:
                with bundle.opened(member) as opened:
                    what = f"{member.name} of the bundle"
                    if member.kind == bundles.RATES:
                        report.exchange_rates += read_rates(session, opened, what, dry_run=dry_run)
                    else:
                        taken = read_list(session, opened, member.sha256, what, {}, complete=complete, dry_run=dry_run)
                        report.lists.append(shown(taken))
    else:
        report.lists.append(
            shown(read_list(session, file, sha256, "the file", given, complete=complete, dry_run=dry_run))
        )
    if not dry_run:
        _record(session, caller, report, sha256)
    return report


def import_seed(session: Session, caller: Caller, *, dry_run: bool = False) -> ImportReport:
    """What came with this version of mcm and is not there yet."""
    require_whole(session, caller)
    report = ImportReport(dry_run=dry_run, lists=[])
    taken, report.exchange_rates = seeding.load(session, dry_run=dry_run)
    report.lists = [shown(one) for one in taken]
    if not dry_run:
        _record(session, caller, report, "seed")
    return report


def _record(session: Session, caller: Caller, report: ImportReport, sha256: str) -> None:
    details: dict[str, object] = {
        "sha256": sha256,
        "signed_by": report.signed_by or "",
        "lists": len(report.lists),
        "points": sum(one.points for one in report.lists if not one.already),
        "providers": sorted({one.provider for one in report.lists})[:20],
        "exchange_rates": report.exchange_rates,
    }
    first = next((one.list_id for one in report.lists if one.list_id), None)
    audit.record(session, caller, "price_list.import", "price_list", first or "none", details=details)
