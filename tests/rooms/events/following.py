"""Following events in tests as any client does: a real socket, the bytes of the stream, one message after the other."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from mcm.auth.service import DEFAULT_TENANT
from mcm.events import kinds
from mcm.events.service import emit
from mcm.models import Event
from tests.lab import Lab

Message = dict[str, Any]


class Following:
    """`next` waits for the next message with data; `blocks` are all blocks so far, comments and positions too."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self.blocks: list[str] = []
        self._blocks = self._read()

    def block(self) -> str:
        return next(self._blocks)

    def next(self) -> Message:
        while True:
            fields = dict(line.split(": ", 1) for line in self.block().split("\n") if line[:1] != ":")
            if "data" in fields:
                return {"event": fields["event"], "position": fields.get("id"), **json.loads(fields["data"])}

    def rest(self) -> list[Message]:
        """Everything until the server ends it."""
        found = []
        try:
            while True:
                found.append(self.next())
        except StopIteration:
            return found

    def _read(self) -> Iterator[str]:
        waiting = ""
        for piece in self.answer.iter_text():
            *whole, waiting = (waiting + piece).split("\n\n")
            for block in whole:
                self.blocks.append(block)
                yield block
        assert waiting == ""


@contextmanager
def following(http: httpx.Client, *, last: str | None = None, **params: Any) -> Iterator[Following]:
    """A stream that has begun: what is emitted from here on comes."""
    headers = {"Accept": "text/event-stream"} | ({} if last is None else {"Last-Event-ID": last})
    with http.stream("GET", "/api/v1/events", params=params, headers=headers) as answer:
        if answer.status_code != 200:
            raise AssertionError(answer.read().decode())
        made = Following(answer)
        while not made.blocks or "id: " not in made.blocks[-1]:
            made.block()
        yield made


def now(http: httpx.Client, **params: Any) -> list[Message]:
    """What there is, without staying."""
    with http.stream("GET", "/api/v1/events", params=params) as answer:
        assert answer.status_code == 200, answer.read()
        return Following(answer).rest()


def tell(lab: Lab, *names: str, tenant: str = DEFAULT_TENANT, kind: str = kinds.OPERATION_CHANGED, **more: Any) -> None:
    """Events of these subjects, in one transaction."""
    with lab.runtime.database.writing() as session:
        for name in names:
            emit(session, kind, tenant_id=tenant, subject_kind="test", subject_id=name, **more)


def subjects(messages: list[Message]) -> list[str]:
    return [message["subject"]["id"] for message in messages]


def rows(lab: Lab, *wanted: str, after: int = 0) -> list[Event]:
    """What is in the table, in its order; of these kinds only."""
    with lab.runtime.database.reading() as session:
        found = session.query(Event).where(Event.id > after).order_by(Event.id).all()
    return [row for row in found if not wanted or row.kind in wanted]
