"""What a shell offers behind Tab: names of accounts and resources. Where they cannot be had it offers nothing."""

from collections.abc import Callable
from typing import TYPE_CHECKING

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
