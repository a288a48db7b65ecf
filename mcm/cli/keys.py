"""mcm keys …"""

import typer

from mcm.cli.output import Column, Format, Output, note, print_one, print_rows

app = typer.Typer(help="The master key that seals stored secrets.", no_args_is_help=True, rich_markup_mode=None)

_COLUMNS = [
    Column("KEY", "id"),
    Column("STATE", "state"),
    Column("AT HAND", "at_hand"),
    Column("VALUES", "values"),
    Column("SINCE", "created_at"),
]


@app.command("show")
def show(output: Format = Output) -> None:
    """Show which key is in use, where it comes from, and how many values each key has sealed."""
    from mcm.cli.client import connected

    with connected() as client:
        answer = client.get("/keys")
    if output in (Format.JSON, Format.YAML):
        print_one(answer, output)
        return
    print_rows(answer["items"], _COLUMNS, output, name_key="id")
    note(f"the master key comes from: {answer['source']}, {answer['where']}")
    if answer["problem"]:
        note(answer["problem"])
    if answer["unfinished"]:
        note("a rotation was interrupted: `mcm keys rotate` finishes it")


@app.command("rotate")
def rotate(
    dry_run: bool = typer.Option(False, "--dry-run", help="Say how many values would be sealed anew; change nothing."),
    output: Format = Output,
) -> None:
    """Make a new master key and seal every stored value with it; or finish what an interrupted rotation began."""
    from mcm.cli.client import connected

    with connected() as client:
        answer = client.post("/keys/rotation", dry_run=dry_run or None)
    if output not in (Format.TABLE, Format.WIDE):
        print_one(answer, output, name_key="key_id")
        return
    if dry_run:
        typer.echo(f"{answer['values']} values would be sealed anew; key {answer['key_id']} is in use")
        return
    done = "the interrupted rotation is finished" if answer["resumed"] else "rotated"
    typer.echo(f"{done}: {answer['values']} values are sealed with key {answer['key_id']}")
    if answer["source"] == "file":
        note(f"back up {answer['where']} now, apart from the database's backups")
    if answer["former"] and answer["source"] != "transit":
        former = ", ".join(answer["former"])
        note(f"backups made before open only with key {former}: keep its copy as long as you keep them")
