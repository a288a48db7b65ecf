"""Mutations: one transaction for effect, audit row and idempotency key; a repeated request gets the first answer."""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from typing import Annotated, Any, TypeVar

import orjson
from fastapi import Depends, Header, Query, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from mcm.auth.service import Caller
from mcm.db import standing
from mcm.edge import uploads
from mcm.edge.dependencies import CallerDep, Unit, UnitDep
from mcm.errors import BadRequest, Conflict, InvalidInput, McmError
from mcm.kit import clock
from mcm.models import IdempotencyKey
from mcm.vault import StaleKey

KeyHeader = Annotated[
    str | None,
    Header(alias="Idempotency-Key", min_length=1, max_length=200, description="one for each intended change"),
]
TryOnly = Annotated[
    bool, Query(alias="dry_run", description="do it, with all that may refuse it, and take it back; the answer says so")
]
_Endpoint = TypeVar("_Endpoint", bound=Callable[..., Any])
_SLOW, _UPLOAD = "__mcm_holds_password__", "__mcm_takes_upload__"


class _TakenBack(Exception):
    """Ends the transaction of a dry run."""


class Mutation:
    """Ask for it as `MutationDep`; `run` the change inside.

    Same key and body: the first answer again. Same key, other body: 422. No key: 400.
    """

    def __init__(self, unit: Unit, caller: Caller, key: str, request_hash: str) -> None:
        self._unit, self.caller, self._key, self._hash = unit, caller, key, request_hash

    def earlier(self) -> Response | None:
        """The saved answer, for a mutation that must look before it calls a cloud."""
        with self._unit.reading() as session:
            saved = self._saved(session)
            if saved is None:
                # Before the cloud is called, not only when what it said is to be written.
                standing.require_confirmed(session)
            return saved

    def run(
        self, change: Callable[[Session], Any], *, status: int = 200, once: tuple[str, ...] = (), dry_run: bool = False
    ) -> Response:
        """`change` returns what the answer's body will be (a pydantic model or JSON-able data).

        once: fields that are shown this one time; they are not stored, and a repeated request gets null instead.
        dry_run: it is done, with everything that may refuse it, and taken back; the answer says so. Only for what
        stays within the database.

        It runs a second time, in a transaction of its own, when the master key was rotated while it sealed something.
        """
        if dry_run:
            return self._tried(change)
        try:
            return self._attempt(change, status, once)
        except StaleKey:
            return self._attempt(change, status, once)

    def _tried(self, change: Callable[[Session], Any]) -> Response:
        answer: Any = None
        with suppress(_TakenBack), self._unit.writing() as session:
            answer = _plain(change(session))
            session.flush()
            raise _TakenBack
        return _response(answer | {"dry_run": True}, 200)

    def _attempt(self, change: Callable[[Session], Any], status: int, once: tuple[str, ...]) -> Response:
        try:
            with self._unit.writing() as session:
                if saved := self._saved(session):
                    return saved
                answer = _plain(change(session))
                session.add(
                    IdempotencyKey(
                        principal_id=self.caller.principal_id,
                        key=self._key,
                        request_hash=self._hash,
                        status=status,
                        answer=answer | dict.fromkeys(once) if once else answer,
                        created_at=clock.now(),
                    )
                )
        except IntegrityError as error:
            if saved := self.earlier():
                return saved
            raise Conflict("the change collides with another one; nothing was changed") from error
        except McmError:
            # It may have collided with itself: the same request, repeated at the same time, was faster.
            if saved := self.earlier():
                return saved
            raise
        return _response(answer, status)

    def _saved(self, session: Session) -> Response | None:
        row = session.get(IdempotencyKey, (self.caller.principal_id, self._key))
        if row is None:
            return None
        if row.request_hash != self._hash:
            raise InvalidInput(
                "this Idempotency-Key was used for a different request",
                next_step="use a new key for a new change, the same body to repeat the old one",
            )
        response = _response(row.answer, row.status)
        response.headers["Idempotent-Replay"] = "true"
        return response


def holds_password(endpoint: _Endpoint) -> _Endpoint:
    """The body may hold a password: what is stored of the request is then as hard to try against as its hash."""
    setattr(endpoint, _SLOW, True)
    return endpoint


def takes_upload(endpoint: _Endpoint) -> _Endpoint:
    """The body is a file: it is on disk when the endpoint is called, which finds it with `mcm.edge.uploads.taken`."""
    setattr(endpoint, _UPLOAD, True)
    return endpoint


def _slow_hash(asked: bytes, key: str) -> str:
    return hashlib.scrypt(asked, salt=key.encode(), n=2**14, r=8, p=5, maxmem=64 * 2**20).hex()


async def _mutation(request: Request, unit: UnitDep, caller: CallerDep, key: KeyHeader = None) -> Mutation:
    if key is None:
        raise BadRequest(
            "a change needs an Idempotency-Key header", next_step="send a random one; repeat it when you retry"
        )
    asked = f"{request.method} {request.url.path}?{request.url.query}\0".encode()
    upload = getattr(request.scope.get("endpoint"), _UPLOAD, False)
    asked += (await uploads.spool(request)).encode() if upload else await request.body()
    slow = getattr(request.scope.get("endpoint"), _SLOW, False)
    digest = await run_in_threadpool(_slow_hash, asked, key) if slow else hashlib.sha256(asked).hexdigest()
    return Mutation(unit, caller, key, digest)


MutationDep = Annotated[Mutation, Depends(_mutation)]


def _plain(result: Any) -> Any:
    return result.model_dump(mode="json") if hasattr(result, "model_dump") else result


def _response(answer: Any, status: int) -> Response:
    if status == 204:
        return Response(status_code=204)
    return JSONResponse(orjson.loads(orjson.dumps(answer)), status_code=status)
