"""mcm utilisation …"""

import time
from typing import Any

import typer

from mcm.cli.asking import One, path_of
from mcm.cli.completing import account_names
from mcm.cli.failures import FAILED, Failure
from mcm.cli.output import Column, Columns, Format, Output, age, note, print_one, print_rows

app = typer.Typer(help="How much of what runs is used.", no_args_is_help=True, rich_markup_mode=None)
_POLL_S = 0.5


def _share(value: object) -> str:
    return f"{value:.1%}" if isinstance(value, int | float) else ""


def _value(value: object) -> str:
    """A share between 0 and 1 is told from bytes by the column beside it."""
    return f"{value:.4g}" if isinstance(value, int | float) else ""


_METRICS = [
    Column("METRIC", "metric"),
    Column("UNIT", "unit"),
    Column("DAYS", "days"),
    Column("COVERAGE", "coverage", show=_share),
    Column("MEAN", "mean", show=_value),
    Column("P95", "p95", show=_value),
    Column("MAX", "max", show=_value),
    Column("FROM", "first"),
    Column("TO", "last"),
]
_DAYS = [
    Column("METRIC", "metric"),
    Column("DAY", "day"),
    Column("COVERAGE", "coverage", show=_share),
    Column("SAMPLES", "samples", wide=True),
    Column("MIN", "min", show=_value),
    Column("P50", "p50", show=_value),
    Column("P95", "p95", show=_value),
    Column("MAX", "max", show=_value),
    Column("MEAN", "mean", show=_value),
]
_READINGS = [
    Column("ACCOUNT", "account"),
    Column("PROVIDER", "provider"),
    Column("STATUS", "status"),
    Column("RESOURCES", "resources"),
    Column("MEASURED", "measured"),
    Column("DUE", "due_at", wide=True),
    Column("ERROR", "error_message"),
    Column("AGE", "read_at", show=age),
]


@app.command("show")
def show(
    id: str = One,
    since: str | None = typer.Option(
        None, "--since", metavar="DAY", help="First day; default 13 days before the last."
    ),
    until: str | None = typer.Option(None, "--until", metavar="DAY", help="Last day; default today."),
    days: bool = typer.Option(False, "--days", help="Each day by itself."),
    output: Format = Output,
    columns: str | None = Columns,
) -> None:
    """Show what an instance or host uses: by metric over the days, or each day."""
    from mcm.cli.client import connected

    with connected() as client:
        found = client.get(f"{path_of(client, id)}/utilisation", since=since, until=until)
    metrics: list[dict[str, Any]] = found["metrics"]
    if days:
        rows = [{"metric": one["metric"]} | point for one in metrics for point in one["points"]]
        print_rows(rows, _DAYS, output, columns)
    else:
        print_rows(metrics, _METRICS, output, columns)
    if not metrics and output in (Format.TABLE, Format.WIDE):
        note(f"nothing was measured from {found['since']} to {found['until']} (readings: {found['status']})")


@app.command("readings")
def readings(output: Format = Output, columns: str | None = Columns) -> None:
    """List the accounts whose cloud can tell, and how it went when it was last asked."""
    from mcm.cli.client import connected

    with connected() as client:
        print_rows(client.pages("/utilisation/readings", limit=None), _READINGS, output, columns)


@app.command("read")
def read(
    account: str = typer.Argument(..., help="Name or id of the account.", autocompletion=account_names),
    output: Format = Output,
) -> None:
    """Ask an account's cloud now what is used, instead of when mcm does so by itself."""
    from mcm.cli.client import connected

    with connected() as client:
        before = client.post("/utilisation/readings", {"account": account})
        while True:
            answer = next(iter(client.pages("/utilisation/readings", limit=None, account=account)))
            if answer["status"] in ("ok", "failed") and answer["read_at"] != before["read_at"]:
                break
            time.sleep(_POLL_S)
    if answer["status"] == "failed":
        raise Failure(
            f"the cloud could not be asked: {answer['error_message']}",
            next_step=f"mcm explain {answer['error_code']}",
            exit_code=FAILED,
        )
    print_one(answer, output, name_key="account")
