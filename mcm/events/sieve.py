"""Which events a caller may see, decided in memory: one reading serves all who follow."""

from collections.abc import Collection
from dataclasses import dataclass

import orjson

from mcm.auth.permissions import Permission
from mcm.auth.service import Caller, View, view
from mcm.events.kinds import PERMISSIONS
from mcm.kit import clock
from mcm.models import Event


@dataclass(frozen=True, slots=True)
class Told:
    """An event as it leaves mcm, with whose it is."""

    id: int
    kind: str
    tenant_id: str
    account_id: str
    project: str | None
    text: bytes


@dataclass(frozen=True, slots=True)
class Sieve:
    """views: by kind; what is not in it is not sent."""

    views: dict[str, View]

    def passes(self, told: Told) -> bool:
        seen = self.views.get(told.kind)
        if seen is None:
            return False
        if seen.everything:
            return True
        return told.tenant_id in seen.tenants or (told.account_id, told.project) in seen.projects


def sieve_of(caller: Caller, kinds: Collection[str]) -> Sieve | None:
    """None: the caller may follow nothing (any more)."""
    if view(caller, Permission.OPERATION_READ).nothing:
        return None
    return Sieve({kind: view(caller, PERMISSIONS[kind]) for kind in kinds or PERMISSIONS})


def told(row: Event) -> Told:
    body = {
        "id": row.id,
        "at": clock.to_text(row.at),
        "kind": row.kind,
        "account_id": row.account_id or None,
        "subject": {"kind": row.subject_kind, "id": row.subject_id},
        "data": row.data,
    }
    return Told(row.id, row.kind, row.tenant_id, row.account_id, row.project, message(row.kind, body, row.id))


def at(number: int) -> bytes:
    """A position without an event: nothing is dispatched, and whoever connects again goes on from there."""
    return b"id: %d\n\n" % number


def message(kind: str, body: object, number: int | None = None) -> bytes:
    """https://html.spec.whatwg.org/multipage/server-sent-events.html; JSON on one line holds no line break."""
    ident = b"" if number is None else b"id: %d\n" % number
    return ident + b"event: " + kind.encode() + b"\ndata: " + orjson.dumps(body) + b"\n\n"
