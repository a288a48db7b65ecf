"""mcm account tree: account → region → pool, zone → host → instance, with capacity and use; in account's table."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import typer

from mcm.cli.account import app
from mcm.cli.completing import account_names
from mcm.cli.failures import USAGE, Failure
from mcm.cli.output import Column, Columns, Format, Output, note, print_rows

if TYPE_CHECKING:
    from mcm.cli.client import Client

__all__ = ["app"]


def _sum(value: Any) -> str:
    """What nobody knows is no 0; a lower bound says so."""
    if not value or value["value"] is None:
        return "-"
    number = value["value"]
    return f"{'≥' if value['at_least'] else ''}{int(number) if number == int(number) else round(number, 1)}"


def _measure(title: str, key: str, *, wide: bool = False) -> Column:
    return Column(title, f"level.{key}", wide=wide, show=_sum)


_COLUMNS = [
    Column("NAME", "label"),
    Column("TYPE", "type"),
    Column("STATE", "state"),
    Column("PRESENCE", "presence", wide=True),
    _measure("INSTANCES", "instances"),
    _measure("RUNNING", "instances_running"),
    _measure("VCPUS", "instance_vcpus"),
    _measure("MEMORY-MIB", "instance_memory_mib"),
    _measure("HOSTS", "hosts"),
    _measure("CORES", "host_cpu_cores"),
    _measure("HOST-MEMORY-MIB", "host_memory_mib"),
    _measure("HOST-USED-MIB", "host_memory_used_mib", wide=True),
    _measure("DATASTORES", "datastores", wide=True),
    _measure("STORE-GIB", "datastore_capacity_gib", wide=True),
    _measure("STORE-USED-GIB", "datastore_used_gib", wide=True),
    Column("RESOURCE", "resource_id", wide=True),
]


@app.command("tree")
def tree(
    name: str | None = typer.Argument(None, help="Only this account.", autocompletion=account_names),
    depth: int = typer.Option(3, "--depth", min=1, max=6, help="Levels: 1 accounts, 2 regions, 3 pools and zones …"),
    output: Format = Output,
    columns: str | None = Columns,
) -> None:
    """Show what lies where: accounts, regions, pools, zones, hosts, instances, with capacity and use. ≥: at least."""
    from mcm.cli.client import connected

    told: dict[str, str] = {}
    with connected() as client:
        # `parent` leads to the level above, so that programs can put the tree together again.
        rows = list(_below(client, None, depth, name, told))
    if name is not None and not rows:
        raise Failure(f"there is no account '{name}'", next_step="`mcm account list` shows all", exit_code=USAGE)
    print_rows(rows, _COLUMNS, output, columns, name_key="name")
    for sentence in told:
        note(sentence)


def _below(
    client: "Client", parent: dict[str, Any] | None, left: int, only: str | None, told: dict[str, str], level: int = 0
) -> Iterator[dict[str, Any]]:
    cursor: str | None = None
    while True:
        page = client.get("/hierarchy", parent=parent and parent["id"], limit=1000, cursor=cursor)
        if sentence := page["freshness"]["sentence"] if parent is None else "":
            told[sentence] = ""
        for node in page["items"]:
            if only is not None and node["name"] != only:
                continue
            yield node | {
                "depth": level, "parent": parent and parent["id"], "label": f"{'  ' * level}{node['name']}",
            }  # fmt: skip
            if left > 1 and node["expandable"]:
                yield from _below(client, node, left - 1, None, told, level + 1)
        cursor = page["next_cursor"]
        if cursor is None:
            return
