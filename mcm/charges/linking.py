"""Whose a charge is: the resource it names, when that is known to mcm, and the tenant that has to do with it."""

from collections.abc import Iterator, Sequence
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from mcm.models import Account

_KEPT = 50_000
_SHORTEST = 4
Link = tuple[str | None, str]
_OURS = "SELECT native_id, id, tenant_id FROM resource WHERE (account_id = :account OR realm = :realm) AND native_id "
_SQLITE = text(f"{_OURS} IN (SELECT value FROM json_each(:names))")  # noqa: S608
_POSTGRESQL = text(f"{_OURS} = ANY(:names)")


class Linker:
    """Remembers what it has looked up. Resources of the account's realm count, gone ones too."""

    def __init__(self, account: Account) -> None:
        self._account_id, self._realm = account.id, account.realm
        self._nobody: Link = (None, account.tenant_id)
        self._known: dict[str | None, Link] = {None: self._nobody}

    def link(self, session: Session, natives: Sequence[str | None]) -> list[Link]:
        """(resource id, tenant id) for each."""
        if len(self._known) > _KEPT:
            self._known = {None: self._nobody}
        unknown = {one for one in natives if one is not None and one not in self._known}
        if unknown:
            self._look_up(session, unknown)
        return [self._known[one] for one in natives]

    def _look_up(self, session: Session, natives: set[str]) -> None:
        wanted = {one: list(_candidates(one)) for one in natives}
        names = sorted({name for candidates in wanted.values() for name in candidates})
        found: dict[str, list[Link]] = {}
        # One parameter for them all: thousands would take longer than the look-up.
        on_sqlite = session.get_bind().dialect.name == "sqlite"
        given: dict[str, Any] = {"names": orjson.dumps(names).decode() if on_sqlite else names}
        given |= {"account": self._account_id, "realm": self._realm or self._account_id}
        for native_id, resource_id, tenant_id in session.execute(_SQLITE if on_sqlite else _POSTGRESQL, given):
            found.setdefault(native_id, []).append((resource_id, tenant_id))
        for one, candidates in wanted.items():
            # Two resources of one name: nobody can tell which was meant.
            links = next((found[name] for name in candidates if name in found), [])
            self._known[one] = links[0] if len(links) == 1 else self._nobody


def _candidates(native: str) -> Iterator[str]:
    """As the bill has it, then what stands behind the last slash or colon: bills name things by their whole path."""
    yield native
    for separator in ("/", ":"):
        tail = native.rpartition(separator)[2]
        if tail != native and len(tail) >= _SHORTEST:
            yield tail
