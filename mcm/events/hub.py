"""Reads new events once for all streams of this process. Without a stream there is no thread and no query."""

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Sequence

from mcm.db.session import Database
from mcm.errors import McmError, Unavailable
from mcm.events import repository
from mcm.events.bell import Bell
from mcm.events.errors import TooManyStreams
from mcm.events.sieve import Told, told
from mcm.settings import Settings

log = logging.getLogger(__name__)
_POLL_S, _AFTER_TROUBLE_S = 0.5, 5.0
_KEPT = 2_000


class Seat:
    """One stream's place. `changed` is set in its own event loop when there may be something new."""

    def __init__(self, principal_id: str) -> None:
        self.principal_id = principal_id
        self.changed = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def tell(self) -> None:
        try:
            self._loop.call_soon_threadsafe(self.changed.set)
        except RuntimeError:
            # Its loop has ended, and the stream with it.
            return


class Hub:
    """Thread-safe. Streams ask `since`; what is further back than it remembers they read themselves."""

    def __init__(self, settings: Settings, database: Database, bell: Bell) -> None:
        self._settings, self._database = settings, database
        self._changed = threading.Condition()
        self._seats: set[Seat] = set()
        self._thread: threading.Thread | None = None
        self._woken = False
        self.closed = False
        # Everything after `_from` up to the last of `_recent` is in `_recent`; None: nothing is known yet.
        self._from: int | None = None
        self._recent: deque[Told] = deque()
        bell.listen(self.wake)

    @property
    def streams(self) -> int:
        return len(self._seats)

    @property
    def reading(self) -> bool:
        return self._thread is not None

    def join(self, principal_id: str) -> Seat:
        """From the event loop of the stream. Raises TooManyStreams, and Unavailable when the server is ending."""
        with self._changed:
            if self.closed:
                raise Unavailable("this server is ending", next_step="connect again")
            own = sum(seat.principal_id == principal_id for seat in self._seats)
            if own >= self._settings.event_streams_each or len(self._seats) >= self._settings.event_streams:
                mine = own >= self._settings.event_streams_each
                raise TooManyStreams(
                    f"{own} streams of events are open for you already" if mine else "too many follow events already",
                    next_step="end one, or ask with `follow=false` now and then",
                )
            seat = Seat(principal_id)
            self._seats.add(seat)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="mcm-events", daemon=True)
                self._thread.start()
            return seat

    def leave(self, seat: Seat) -> None:
        with self._changed:
            self._seats.discard(seat)
            if not self._seats:
                self._woken = True
                self._changed.notify_all()

    def wake(self) -> None:
        if self._thread is None:
            return
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def close(self) -> None:
        """Ends all streams at once, and lets in no new ones."""
        with self._changed:
            self.closed = True
            seats = tuple(self._seats)
            self._changed.notify_all()
        for seat in seats:
            seat.tell()

    def since(self, number: int) -> Sequence[Told] | None:
        """What came after; None: that is not remembered, ask the database."""
        with self._changed:
            if self._from is None or number < self._from:
                return None
            found: list[Told] = []
            for one in reversed(self._recent):
                if one.id <= number:
                    break
                found.append(one)
            return found[::-1]

    def _run(self) -> None:
        trouble = False
        while True:
            try:
                more = self._look()
                trouble = False
            except McmError as error:
                if not trouble:
                    log.warning("events cannot be read: %s", error.message)
                more, trouble = False, True
            except Exception:
                log.exception("events cannot be read")
                more, trouble = False, True
            with self._changed:
                if not more and not self._woken and not self.closed and self._seats:
                    self._changed.wait(_AFTER_TROUBLE_S if trouble else _POLL_S)
                self._woken = False
                if self.closed or not self._seats:
                    self._thread, self._from = None, None
                    self._recent.clear()
                    return

    def _look(self) -> bool:
        """Whether there may be more at once."""
        with self._database.reading() as session:
            if self._from is None:
                newest, rows = repository.bounds(session)[1], []
            else:
                newest = self._recent[-1].id if self._recent else self._from
                rows = [told(row) for row in repository.after(session, newest)]
        with self._changed:
            if self._from is None:
                self._from = newest
            elif not rows:
                return False
            self._recent.extend(rows)
            while len(self._recent) > _KEPT:
                self._from = self._recent.popleft().id
            seats = tuple(self._seats)
        for seat in seats:
            seat.tell()
        return len(rows) >= repository.PAGE
