"""mcm volume …"""

import typer

from mcm.cli.acting import Account, DryRun, Region, Tag, Wait, Yes, act, make, tags_of, without_none
from mcm.cli.asking import All, Filter, LimitOption, One, OrderBy, Search, path_of, print_listing, with_kinds
from mcm.cli.completing import resource_names
from mcm.cli.output import Column, Columns, Format, Output, age, print_one

app = typer.Typer(help="Volumes of every cloud.", no_args_is_help=True, rich_markup_mode=None)
Many = typer.Argument(
    ..., metavar="ID...", help="Ids, native ids, or names where only one has it.", autocompletion=resource_names
)
Name = typer.Option(..., "--name", help="What it will be called.")
_COLUMNS = [
    Column("NAME", "name"),
    Column("STATE", "state"),
    Column("PRESENCE", "presence"),
    Column("SIZE-GIB", "attributes.size_gib"),
    Column("TYPE", "attributes.type", wide=True),
    Column("ACCOUNT", "account"),
    Column("REGION", "region"),
    Column("ZONE", "zone", wide=True),
    Column("NATIVE-ID", "native_id", wide=True),
    Column("ID", "id"),
    Column("AGE", "as_of", show=age),
]


@app.command("list")
def list_volumes(
    filter: str | None = Filter,
    search: str | None = Search,
    order_by: str | None = OrderBy,
    limit: int = LimitOption,
    all: bool = All,
    output: Format = Output,
    columns: str | None = Columns,
) -> None:
    """List volumes. AGE is the age of what is shown."""
    from mcm.cli.client import connected

    with connected() as client:
        print_listing(
            client, "/resources", _COLUMNS, output, limit=None if all else limit, chosen=columns, judged=True,
            filter=with_kinds(["volume"], filter), search=search, order_by=order_by,
        )  # fmt: skip


@app.command("show")
def show(id: str = One, output: Format = Output) -> None:
    """Show one volume."""
    from mcm.cli.client import connected

    with connected() as client:
        print_one(client.get(path_of(client, id, kind="volume", under="volumes")), output)


@app.command("create")
def create(
    name: str = typer.Argument(..., help="What it will be called."),
    size_gib: int = typer.Option(..., "--size-gib"),
    account: str = Account,
    region: str | None = Region,
    zone: str | None = typer.Option(None, "--zone"),
    type: str | None = typer.Option(None, "--type", help="The cloud's own volume type."),
    snapshot: str | None = typer.Option(None, "--from-snapshot", help="Name or native id."),
    image: str | None = typer.Option(None, "--from-image", help="Name or native id."),
    tag: list[str] = Tag,
    dry_run: bool = DryRun,
    wait: bool = Wait,
    output: Format = Output,
) -> None:
    """Create a volume."""
    params = without_none(
        name=name, size_gib=size_gib, zone=zone, type=type, snapshot=snapshot, image=image, tags=tags_of(tag)
    )  # fmt: skip
    make("volume.create", account, region, params, dry_run=dry_run, wait=wait, output=output)


@app.command("attach")
def attach(
    id: str = One,
    instance: str = typer.Option(..., "--instance", help="Native id, or the name where only one has it."),
    dry_run: bool = DryRun,
    wait: bool = Wait,
    output: Format = Output,
) -> None:
    """Attach a volume to an instance."""
    act("volume.attach", [id], {"instance": instance}, dry_run=dry_run, wait=wait, yes=True, output=output)


@app.command("detach")
def detach(ids: list[str] = Many, dry_run: bool = DryRun, wait: bool = Wait, output: Format = Output) -> None:
    """Detach volumes from what they are attached to."""
    act("volume.detach", ids, {}, dry_run=dry_run, wait=wait, yes=True, output=output)


@app.command("extend")
def extend(
    id: str = One,
    size_gib: int = typer.Option(..., "--size-gib", help="The new size."),
    dry_run: bool = DryRun,
    wait: bool = Wait,
    output: Format = Output,
) -> None:
    """Make a volume larger."""
    act("volume.extend", [id], {"size_gib": size_gib}, dry_run=dry_run, wait=wait, yes=True, output=output)


@app.command("snapshot")
def snapshot(
    id: str = One, name: str = Name, dry_run: bool = DryRun, wait: bool = Wait, output: Format = Output
) -> None:
    """Make a snapshot of a volume."""
    act("volume.snapshot", [id], {"name": name}, dry_run=dry_run, wait=wait, yes=True, output=output)


@app.command("delete")
def delete(
    ids: list[str] = Many,
    dry_run: bool = DryRun,
    wait: bool = Wait,
    yes: bool = Yes,
    output: Format = Output,
) -> None:
    """Delete volumes. This cannot be taken back."""
    act("volume.delete", ids, {}, dry_run=dry_run, wait=wait, yes=yes, output=output, destructive=True)
