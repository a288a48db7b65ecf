"""mcm doctor, explain and openapi."""

import json
import sys

import typer

from mcm.cli.failures import FAILED, USAGE, Failure
from mcm.cli.output import Column, Format, Output, print_rows

_FINDINGS = [
    Column("CHECK", "check"),
    Column("RESULT", "result"),
    Column("DETAIL", "detail", whole=True),
    Column("NEXT", "next_step", show=lambda value: str(value or ""), whole=True),
]


def doctor(output: Format = Output) -> None:
    """Check what mcm needs here; exit code 1 when something failed."""
    from mcm.cli.client import connected

    with connected(lenient=True) as client:
        items = client.get("/system/doctor")["items"]
    print_rows(items, _FINDINGS, output, name_key="check")
    if any(item["result"] == "failed" for item in items):
        raise typer.Exit(FAILED)


def explain(code: str = typer.Argument(..., help="An error code, such as rate_limited.")) -> None:
    """Explain an error code: what it means and what to do."""
    from mcm.kit.text import closest
    from mcm.system.explanations import EXPLANATIONS

    found = EXPLANATIONS.get(code)
    if found is None:
        near, _, _ = closest(code, sorted(EXPLANATIONS)).partition("known: ")
        hint = near.strip() or "an error names its code; docs/error-model.md lists all"
        raise Failure(f"there is no code '{code}'", next_step=hint, exit_code=USAGE)
    typer.echo(f"{code}\n\n{found.meaning}\n\nWhat to do: {found.remedy}")


def openapi() -> None:
    """Print the description of the HTTP API."""
    from mcm.openapi import document

    json.dump(document(), sys.stdout, ensure_ascii=False, indent=2, sort_keys=True)
    sys.stdout.write("\n")


def remedy(code: str) -> str:
    """What to do about an error that does not say so itself."""
    from mcm.system.explanations import EXPLANATIONS

    return EXPLANATIONS[code].remedy if code in EXPLANATIONS else ""
