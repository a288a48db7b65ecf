"""mcm price fetch, fetches"""

import time
from typing import Any

import typer

from mcm.cli.client import quoted
from mcm.cli.completing import account_names
from mcm.cli.failures import FAILED, Failure
from mcm.cli.output import Column, Columns, Format, Output, age, note, print_one, print_rows
from mcm.cli.price import FLAGS, TAKEN

_FETCHES = [
    Column("ACCOUNT", "account"),
    Column("PROVIDER", "provider"),
    Column("STATUS", "status"),
    Column("DAILY", "daily"),
    Column("DRY-RUN", "preview", wide=True),
    Column("REGIONS", "regions", wide=True),
    Column("BY", "requested_by", wide=True),
    Column("ID", "id", whole=True),
    Column("ERROR", "error.message"),
    Column("AGE", "created_at", show=age),
]
_LEFT_OUT = Column("LEFT-OUT", "left_out")
_POLL_S = 0.5
_OVER = ("done", "failed")


def fetch(
    account: str = typer.Argument(
        ..., help="Name or id of the account whose cloud is asked.", autocompletion=account_names
    ),
    region: list[str] = typer.Option([], "--region", help="Only this region; may be given several times."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Read and compare; take nothing."),
    output: Format = Output,
) -> None:
    """Read the price lists of an account's cloud: each whole, or not at all."""
    from mcm.cli.client import connected

    with connected() as client:
        answer = client.post("/price-lists/fetch", {"account": account, "regions": region, "preview": dry_run})
        answer = _followed(client, answer)
    if answer["status"] == "failed":
        raise Failure(
            f"nothing was taken: {answer['error']['message']}",
            next_step=f"mcm explain {answer['error']['code']}",
            exit_code=FAILED,
        )
    if output not in (Format.TABLE, Format.WIDE):
        print_one(answer, output)
        return
    print_rows(answer["lists"], [*TAKEN, _LEFT_OUT], output)
    for one in answer["lists"]:
        for code, number in sorted(one["left_out_why"].items()):
            note(f"left out: {number} {code}")
    if flags := [flag for one in answer["lists"] for flag in one["flags"]]:
        note("kept, but look at these:")
        print_rows(flags, FLAGS, output)
    if dry_run:
        note("nothing was taken")


def fetches(output: Format = Output, columns: str | None = Columns) -> None:
    """List readings of price lists, the newest first; the daily ones too."""
    from mcm.cli.client import connected

    with connected() as client:
        print_rows(client.pages("/price-fetches", limit=None), _FETCHES, output, columns)


def _followed(client: Any, answer: dict[str, Any]) -> dict[str, Any]:
    path = f"/price-fetches/{quoted(answer['id'])}"
    try:
        while answer["status"] not in _OVER:
            time.sleep(_POLL_S)
            answer = client.get(path)
    except KeyboardInterrupt:
        if not client.local:
            note("detached; the server goes on: mcm price fetches")
        raise
    return answer
