"""One stream of events: what came after a position, then what comes, until its reader or its right to read is gone."""

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from mcm.db.session import Database
from mcm.errors import Forbidden, McmError, NotAuthenticated, Unavailable
from mcm.events import repository
from mcm.events.hub import Hub, Seat
from mcm.events.sieve import Sieve, Told, at, message, told
from mcm.kit import clock

HEARTBEAT_S, SLOWEST_S = 15.0, 20.0
# How old what is known of the reader may be: while nothing comes, and when something is told.
CHECK_S, FRESH_S = 25.0, 5.0
_RETRY = b"retry: 2000\n\n"


class EventStream(Response):
    """seat: None for a stream that ends with what there is now. look: who reads, anew; it raises when that is over.

    after: None: what came in the last `recent_s` seconds, and what comes from now on."""

    media_type = "text/event-stream"
    charset = "utf-8"

    def __init__(
        self,
        database: Database,
        hub: Hub,
        seat: Seat | None,
        sieve: Sieve,
        look: Callable[[], Sieve | None],
        after: int | None,
        recent_s: int = 0,
    ) -> None:
        self.status_code, self.background, self.body = 200, None, b""
        self.init_headers({"X-Accel-Buffering": "no"})
        # A stream has no length.
        self.raw_headers = [pair for pair in self.raw_headers if pair[0] != b"content-length"]
        self._database, self._hub, self._seat, self._sieve, self._look = database, hub, seat, sieve, look
        self._after, self._recent_s, self._checked = after, recent_s, time.monotonic()
        self._send: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG002
        self._send = send
        tasks = [asyncio.create_task(self._tell()), asyncio.create_task(_gone(receive))]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        except (TimeoutError, OSError):
            # It reads too slowly, or is gone. It may come back and go on from the last event it has seen.
            return
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            if self._seat is not None:
                self._hub.leave(self._seat)

    async def _tell(self) -> None:
        await self._put({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        await self._write(_RETRY)
        try:
            ending = await self._follow()
        except McmError as error:
            # The database, mostly. The answer has begun: there is no other way to say so.
            ending = error.message
        if ending:
            await self._write(message("stream.end", {"reason": ending}))
        await self._put({"type": "http.response.body", "body": b"", "more_body": False})

    async def _follow(self) -> str | None:
        """Why it ends; None when all there is now has been told."""
        position = await self._begin()
        # Whoever loses the connection before the first event goes on from here.
        await self._write(at(position))
        while True:
            if ending := await self._ending(CHECK_S):
                return ending
            if self._seat is not None:
                self._seat.changed.clear()
            if rows := await self._next(position):
                if any(self._sieve.passes(one) for one in rows) and (ending := await self._ending(FRESH_S)):
                    return ending
                if text := b"".join(one.text for one in rows if self._sieve.passes(one)):
                    await self._write(text)
                position = rows[-1].id
            elif self._seat is None:
                await self._write(at(position))
                return None
            elif not await _within(self._seat.changed, HEARTBEAT_S):
                await self._write(b": still here\n" + at(position))

    async def _begin(self) -> int:
        """The position to go on from; tells when what came after it is not all there any more."""
        oldest, newest, recent = await run_in_threadpool(self._bounds)
        after = self._after
        if after is None and self._recent_s:
            return newest if recent is None else recent
        if after is None:
            return newest if self._seat is not None else 0
        if after > newest or 0 < after < oldest - 1:
            await self._write(message("stream.gap", {"after": after, "oldest": oldest, "newest": newest}))
        return min(after, newest)

    async def _next(self, position: int) -> Sequence[Told]:
        rows = self._hub.since(position) if self._seat is not None else None
        return await run_in_threadpool(self._read, position) if rows is None else rows

    async def _ending(self, oldest_s: float) -> str | None:
        """Why the stream ends now; None: it goes on, and who reads was looked at not longer ago than that."""
        if self._hub.closed:
            return "the server is ending"
        if time.monotonic() - self._checked < oldest_s:
            return None
        began = time.monotonic()
        try:
            found = await run_in_threadpool(self._look)
        except (NotAuthenticated, Forbidden):
            found = None
        except Unavailable:
            # Nobody can tell now: not longer than until the next look.
            return "the rights of the reader cannot be checked now"
        if found is None:
            return "the session or token has ended, or has no right to this any more"
        self._sieve, self._checked = found, began
        return None

    def _bounds(self) -> tuple[int, int, int | None]:
        """The oldest and the newest number, and what came before the recent ones."""
        since = clock.now() - timedelta(seconds=self._recent_s)
        with self._database.reading() as session:
            recent = repository.before_since(session, since) if self._recent_s else None
            return *repository.bounds(session), recent

    def _read(self, position: int) -> Sequence[Told]:
        with self._database.reading() as session:
            return [told(row) for row in repository.after(session, position)]

    async def _write(self, text: bytes) -> None:
        await self._put({"type": "http.response.body", "body": text, "more_body": True})

    async def _put(self, sent: dict[str, Any]) -> None:
        # Waits while the reader's buffer is full. Raises TimeoutError for one that does not read.
        await asyncio.wait_for(self._send(sent), SLOWEST_S)


async def _gone(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _within(changed: asyncio.Event, seconds: float) -> bool:
    try:
        await asyncio.wait_for(changed.wait(), seconds)
    except TimeoutError:
        return False
    return True
