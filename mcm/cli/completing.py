"""What a shell offers behind Tab: names of accounts, of resources, and of what something new is made from. Where they
cannot be had it offers nothing."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import typer

from mcm.cli.failures import Failure

if TYPE_CHECKING:
    from mcm.cli.client import Client

_MOST = 50


def account_names(incomplete: str) -> list[str]:
    return _asked(lambda client: [row["name"] for row in client.get("/accounts", limit=1000)["items"]], incomplete)


def resource_names(incomplete: str) -> list[str]:
    return _asked(lambda client: _named(client, "/resources", incomplete), incomplete)


def instance_names(incomplete: str) -> list[str]:
    return _asked(lambda client: _named(client, "/instances", incomplete), incomplete)


def choice_names(param: str) -> Callable[[typer.Context, str], list[str]]:
    """For a parameter of something new, in the account and region that the line has so far."""

    def names(context: typer.Context, incomplete: str) -> list[str]:
        from mcm.cli.client import quoted

        account, region = context.params.get("account"), context.params.get("region")
        if not account:
            return []

        def usable(client: "Client") -> list[str]:
            asked = {"region": region, "only": param, "search": incomplete or None, "limit": _MOST}
            lists = client.get(f"/accounts/{quoted(account)}/choices", **asked)["lists"]
            return [row["name"] for found in lists for row in found["items"] if row["usable"]]

        return _asked(usable, incomplete)

    return names


def _named(client: "Client", path: str, incomplete: str) -> list[str]:
    begins = "".join(f"\\{letter}" if letter in '"\\*' else letter for letter in incomplete)
    wanted = f'name = "{begins}*"' if incomplete else None
    page = client.get(path, filter=wanted, limit=_MOST, columns="name", order_by="name")
    return [row["name"] for row in page["items"] if row["name"]]


def _asked(question: Callable[["Client"], list[str]], incomplete: str) -> list[str]:
    from mcm.cli.client import connected
    from mcm.cli.escaping import escaped
    from mcm.errors import McmError

    try:
        with connected() as client:
            found = question(client)
    except (Failure, McmError, OSError):
        return []
    # A name that would have to be escaped cannot be typed back.
    return sorted({name for name in found if name.startswith(incomplete) and escaped(name) == name})[:_MOST]
