"""mcm cost compare …"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from mcm.cli.failures import FAILED, USAGE, Failure
from mcm.cli.files import write_file
from mcm.cli.output import Column, Columns, Format, Output, note, print_rows
from mcm.cli.workload import refused, text_of

app = typer.Typer(help="What things cost, and would cost elsewhere.", no_args_is_help=True, rich_markup_mode=None)
_ITEMS = (
    "compute",
    "storage",
    "snapshot",
    "egress",
    "transfer",
    "public_ip",
    "load_balancer",
    "licence",
    "support",
    "tax",
)
# Of these the table has no column unless somebody needs them.
_ALWAYS = {"compute", "storage"}


@app.command("compare")
def compare(
    file: Path | None = typer.Option(None, "--file", "-f", help="A workload document; - reads standard input."),
    workload: str | None = typer.Option(None, "--workload", help="A stored workload."),
    filter: str | None = typer.Option(None, "--filter", help="Instances that are: what they cost here and elsewhere."),
    currency: str | None = typer.Option(None, "--currency", help="Convert everything to it, such as CNY."),
    option: list[str] = typer.Option([], "--option", help="Only this way of buying: on_demand, reserved, spot …"),
    location: list[str] = typer.Option([], "--location", help="An account, provider, region, city or account/region."),
    tax: str | None = typer.Option(None, "--tax", help="Add tax, such as 0.13."),
    hours: str | None = typer.Option(None, "--hours", help="Hours in a month, for --filter; default 730."),
    on: str | None = typer.Option(None, "--on", metavar="DATE", help="With the prices of that day."),
    utilisation: bool = typer.Option(False, "--utilisation", help="Private clouds by utilisation, with break-even."),
    save: Path | None = typer.Option(None, "--save", help="Write a report: FILE.xlsx, FILE.html or FILE.csv."),
    lang: str = typer.Option("en", "--lang", help="Of the report: en or zh-CN."),
    output: Format = Output,
    columns: str | None = Columns,
) -> None:
    """What a workload, or instances that are, cost on every location; stores nothing. 1: there is no price anywhere."""
    from mcm.cli.client import connected

    if sum(given is not None for given in (file, workload, filter)) != 1:
        raise Failure("one of --file, --workload and --filter says what is compared", exit_code=USAGE)
    form = _form(save, lang)
    body: dict[str, Any] = {
        "document": _document(file), "workload": workload, "filter": filter, "currency": currency, "options": option,
        "locations": location, "tax": tax, "hours": hours, "on": on,
    }  # fmt: skip
    with connected() as client:
        answer = client.post("/costs/compare", {name: value for name, value in body.items() if value})
    if save is not None:
        _write(save, form, lang, answer)
    rows = [_row(column, answer) for column in answer["columns"]]
    print_rows(rows, _columns(rows), output, columns, name_key="key")
    if output in (Format.TABLE, Format.WIDE):
        _tell(answer, utilisation)
    if all(column["total"]["amount"] is None for column in answer["columns"]):
        reasons = [one["message"] for column in answer["columns"] for one in column["notes"]]
        raise Failure(
            "nowhere is there a price for it: "
            + ("; ".join(list(dict.fromkeys(reasons))[:5]) or "there are no prices"),
            next_step="`mcm price list` shows what prices there are",
            exit_code=FAILED,
        )


def _row(column: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    """A column of the comparison with what it is in; items by their names beside the list of them."""
    items = {one["item"]: one["shown"] if one["shown"] is not None else one["state"] for one in column["items"]}
    return column | {"currency": answer["currency"], "on": answer["on"], "by_item": items}


def _columns(rows: list[dict[str, Any]]) -> list[Column]:
    """Items that nobody needs have no column in the table."""
    needed = {item for row in rows for item in _ITEMS if row["by_item"][item] not in ("not_needed", "not_included")}
    missing = {item for row in rows for item in _ITEMS if item != "tax" and row["by_item"][item] == "not_included"}
    items = [
        Column(item.upper().replace("_", "-"), f"by_item.{item}", wide=item not in needed | missing | _ALWAYS,
               show=lambda value: {"not_included": "not incl.", "not_needed": "-"}.get(value, str(value)))
        for item in _ITEMS
    ]  # fmt: skip
    return [
        Column("RANK", "rank"),
        Column("LOCATION", "place.key", whole=True),
        Column("OPTION", "option"),
        Column("MONTHS", "term_months"),
        *items,
        Column("ROUNDING", "total.rounding", wide=True),
        Column("TOTAL", "total.shown"),
        Column("AT-LEAST", "total.at_least"),
        Column("CURRENCY", "currency"),
        Column("FIRST-MONTH", "total.shown_cash"),
        Column("MARGINAL", "marginal_shown", wide=True),
        Column("BASIS", "total.basis"),
        Column("PRICE-OF", "oldest_price"),
        Column("KEY", "key", wide=True),
    ]


def _tell(answer: dict[str, Any], utilisation: bool) -> None:
    """Beside the table, for people: what is not in its numbers."""
    for rate in answer["rates"]:
        note(f"1 {rate['currency']} = {rate['rate']} {rate['to']} ({rate['source']}, {rate['on']})")
    told: dict[str, list[str]] = {}
    for column in [{"key": "", "notes": answer["notes"]}, *answer["columns"]]:
        for one in column["notes"]:
            told.setdefault(one["message"], []).append(column["key"])
    for message, keys in told.items():
        where = ", ".join(keys[:3]) + (f" and {len(keys) - 3} more" if len(keys) > 3 else "")
        note(f"{where}: {message}" if where else message)
    for column in answer["columns"] if utilisation else []:
        for at in column["utilisations"]:
            note(f"{column['key']}: {at['shown']} {answer['currency']} at a utilisation of {at['utilisation']}")
        for one in column["sensitivity"]:
            note(f"{column['key']}: {one['message']}")
        for even in column["break_even"]:
            note(f"{column['key']} against {even['column']}: {_even(even)} (over {', '.join(even['over'])})")


def _even(even: dict[str, Any]) -> str:
    if even["code"] == "from":
        return f"cheaper from a utilisation of {float(even['utilisation']):.1%} on"
    return "cheaper at any utilisation" if even["code"] == "always" else "dearer even when everything is sold"


def _document(file: Path | None) -> str | None:
    """Its text; what is wrong with it is told by line before a server is asked."""
    if file is None:
        return None
    from mcm.workloads.reading import found_in

    text = text_of(file)
    workload, findings = found_in(text)
    if workload is None:
        raise refused(file, findings)
    return text


def _form(save: Path | None, lang: str) -> str:
    if lang not in ("en", "zh-CN"):
        raise Failure(f"'{lang}' is no language of the reports", next_step="--lang en or zh-CN", exit_code=USAGE)
    form = save.suffix.lower().removeprefix(".") if save is not None else ""
    if save is not None and form not in ("csv", "xlsx", "html"):
        raise Failure(
            f"{save}: its name does not say what to write", next_step="end it in .xlsx, .html or .csv", exit_code=USAGE
        )
    return form


def _write(save: Path, form: str, lang: str, answer: dict[str, Any]) -> None:
    from mcm.costs.exporting import export
    from mcm.costs.schemas import Comparison

    made = export(Comparison.model_validate(answer), form, lang)  # type: ignore[arg-type]

    def parts() -> Iterator[bytes]:
        yield made

    write_file(save, parts())
    note(f"{save} written")
