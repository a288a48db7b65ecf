"""A furnished mcm whose requests name the role they are made as, so that every role can be tried on every route."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from mcm.app import build_app
from mcm.auth.door import Door, Presented
from mcm.auth.permissions import Permission
from mcm.auth.roles import Role
from mcm.auth.service import DEFAULT_TENANT, EVERYTHING, LOCAL_PRINCIPAL, Caller, Grant, local_caller
from mcm.errors import NotAuthenticated
from mcm.kit import clock
from tests import lab as labs
from tests.lab import Lab

HEADER = "x-test-role"
NOBODY, NO_ROLE, LOCAL, EMPTY_TOKEN = "nobody", "no_role", "local", "empty_token"
WHO = (NOBODY, NO_ROLE, EMPTY_TOKEN, LOCAL, *Role)


def caller(who: str, request_id: str = "rq_test") -> Caller:
    """Raises NotAuthenticated for nobody."""
    if who == NOBODY:
        raise NotAuthenticated("sign in first")
    if who == LOCAL:
        return local_caller("test", request_id)
    grants = () if who == NO_ROLE else tuple(Grant(role, EVERYTHING) for role in Role if who in (role, EMPTY_TOKEN))
    none: frozenset[Permission] = frozenset()
    return Caller(
        LOCAL_PRINCIPAL, DEFAULT_TENANT, who, "test", request_id,
        method="token" if who == EMPTY_TOKEN else "session", grants=grants,
        permissions=none if who == EMPTY_TOKEN else None, confirmed_at=clock.now(),
    )  # fmt: skip


class _Door(Door):
    def identify(self, presented: Presented) -> Caller:
        return caller(presented.headers.get(HEADER, NOBODY), presented.request_id)


@contextmanager
def stand(database_url: str, folder: Path) -> Iterator[tuple[Lab, FastAPI]]:
    lab = labs.make(database_url, folder)
    try:
        lab.account(instances=12, regions="1")
        lab.sync(kinds=("instance", "volume", "project"))
        lab.runtime.executor.dispatch_soon = lambda *_, **__: None  # type: ignore[method-assign]
        lab.runtime.door = _Door(lab.runtime.settings, lab.runtime.database)
        yield lab, build_app(lab.runtime, background=False)
    finally:
        lab.close()


def headers(who: str, **more: Any) -> dict[str, str]:
    return {HEADER: who, "Idempotency-Key": f"key-{id(more)}-{clock.now().timestamp()}", **more}
