"""mcm cost export"""

from pathlib import Path

import typer

from mcm.cli.failures import USAGE, Failure
from mcm.cli.files import write_file
from mcm.cli.output import note

_ENDINGS = {".csv.gz": "csv.gz", ".csv": "csv", ".parquet": "parquet"}


def export(
    file: Path = typer.Argument(..., help="FILE.csv, FILE.csv.gz or FILE.parquet."),
    focus: str = typer.Option("1.4", "--focus", metavar="1.2|1.4", help="Which version of FOCUS."),
    month: list[str] = typer.Option(None, "--month", metavar="YYYY-MM", help="Of these months; default all."),
    filters: list[str] = typer.Option(None, "--filter", metavar="DIMENSION=VALUE", help="Such as account=NAME."),
) -> None:
    """Export charges in the shape of FOCUS."""
    from mcm.cli.client import connected

    kind = next((kind for ending, kind in _ENDINGS.items() if file.name.lower().endswith(ending)), None)
    if kind is None or focus not in ("1.2", "1.4"):
        said = f"'{file.name}' tells no format" if kind is None else f"charges are not exported as FOCUS {focus}"
        raise Failure(said, next_step="end it in .csv, .csv.gz or .parquet; --focus 1.2 or 1.4", exit_code=USAGE)
    with connected() as client:
        months = month or [one["month"] for one in client.pages("/cost-months", limit=None)]
        if not months:
            raise Failure("there are no charges to export", next_step="`mcm charge import` brings some in")
        with client.stream("/charges/export", month=months, focus=focus, format=kind, filter=filters) as parts:
            write_file(file, parts)
    note(f"{', '.join(sorted(months))} as FOCUS {focus}: written to {file}")
