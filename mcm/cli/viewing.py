"""`--view NAME` of listings: the question that a saved view holds, narrowed by what is typed beside it."""

from typing import TYPE_CHECKING, Any

import typer

from mcm.cli.client import quoted
from mcm.cli.failures import USAGE, Failure
from mcm.kit.ids import is_id

if TYPE_CHECKING:
    from mcm.cli.client import Client

View = typer.Option(None, "--view", help="A saved view (`mcm view list`); what else is given narrows or replaces it.")


def named(client: "Client", name: str) -> dict[str, Any]:
    """By name, one's own before those of others; or by id. Raises Failure."""
    if is_id("viw", name):
        found: dict[str, Any] = client.get(f"/views/{quoted(name)}")
        return found
    all_of_it = list(client.pages("/views", limit=None, name=name))
    chosen = [one for one in all_of_it if one["mine"]] or all_of_it
    if not chosen:
        raise Failure(f"there is no saved view '{name}'", next_step="`mcm view list` shows those there are")
    if len(chosen) > 1:
        shown = "; ".join(f"{one['id']} ({one['owner']})" for one in chosen)
        raise Failure(f"several people share a view '{name}'", next_step=f"use an id: {shown}", exit_code=USAGE)
    return chosen[0]


def widened(client: "Client", view: str | None, given: dict[str, Any]) -> dict[str, Any]:
    """The question `given` (filter, search, order_by, columns) with what the view says where it says nothing.

    Two filters must both fit."""
    if view is None:
        return given
    kept = named(client, view)["query"]
    if kept["columns"]:
        # The console's first column is the name, which it does not list.
        kept["columns"] = ",".join(dict.fromkeys(["name", *kept["columns"].split(",")]))
    both = kept["filter"], given.get("filter")
    made = {key: given.get(key) or kept.get(key) for key in given}
    return made | {"filter": f"({both[0]}) AND ({both[1]})" if all(both) else both[0] or both[1]}
