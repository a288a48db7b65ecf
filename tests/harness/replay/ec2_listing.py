"""The paged listing of instances: one rendered buffer, of which a page is a slice."""

from __future__ import annotations

import base64
import hashlib
import hmac
import random
import struct
import threading
from array import array
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from itertools import pairwise

from tests.harness.replay.ec2_instances import (
    RESERVATION_CLOSE,
    VPC,
    Facts,
    facts,
    render,
    reservation_open,
    reservation_size,
)
from tests.harness.replay.http import Part

Filters = Sequence[tuple[str, Sequence[str]]]


class BadToken(Exception):
    """A token that was not issued here, or for another query."""


class BadFilter(Exception):
    """A filter this server does not know; the message is its name."""


class Tokens:
    """Makes and reads NextTokens: opaque, forgery-proof, bound to the query that they continue."""

    def __init__(self, seed: int) -> None:
        self._key = hashlib.blake2b(f"tokens:{seed}".encode()).digest()

    def issue(self, position: int, query: str) -> str:
        payload = struct.pack(">Q", position)
        return base64.b64encode(payload + self._seal(payload, query)).decode()

    def read(self, token: str, query: str) -> int:
        try:
            raw = base64.b64decode(token, validate=True)
        except ValueError as error:
            raise BadToken from error
        payload, seal = raw[:8], raw[8:]
        if len(payload) != 8 or not hmac.compare_digest(seal, self._seal(payload, query)):
            raise BadToken
        return int(struct.unpack(">Q", payload)[0])

    def _seal(self, payload: bytes, query: str) -> bytes:
        return hashlib.blake2b(payload + query.encode(), key=self._key[:64], digest_size=32).digest()


class Instances:
    """All instances in the order in which they are listed, rendered once; safe to use from several threads."""

    def __init__(self, count: int, seed: int) -> None:
        self.count = count
        self._seed = seed
        self._lock = threading.Lock()
        self._revisions: dict[int, int] = {}
        self._rounds = 0
        # For each instance the number of the one that opens its reservation; one more entry closes the last.
        self._opens = array("L")
        while len(self._opens) < count:
            first = len(self._opens)
            self._opens.extend([first] * min(reservation_size(seed, first), count - first))
        self._opens.append(count)
        self._numbers = {facts(seed, number).instance_id: number for number in range(count)}
        self._selections: dict[str, list[int]] = {}
        self._starts = array("Q", [0])
        self._buffer = b""
        self._fill([self._render(number) for number in range(count)])

    def number_of(self, instance_id: str) -> int | None:
        return self._numbers.get(instance_id)

    def mutate(self, count: int) -> list[str]:
        """Change that many instances: running ones stop, stopped ones start, and a tag tells the revision."""
        with self._lock:
            self._rounds += 1
            chosen = random.Random(f"{self._seed}:{self._rounds}").sample(range(self.count), count)
            for number in chosen:
                self._revisions[number] = self._revisions.get(number, 0) + 1
            rendered: list[Part] = list(self._each())
            for number in chosen:
                rendered[number] = self._render(number)
            self._fill(rendered)
            self._selections.clear()
            return [facts(self._seed, number).instance_id for number in chosen]

    def select(self, filters: Filters) -> Sequence[int]:
        """The numbers of the instances that pass every filter. Raises BadFilter."""
        if not filters:
            return range(self.count)
        key = repr(filters)
        with self._lock:
            if key not in self._selections:
                self._selections[key] = [number for number in range(self.count) if self._passes(number, filters)]
            return self._selections[key]

    def page(self, numbers: Sequence[int]) -> list[Part]:
        """The inside of a reservationSet with these instances, in rising order.

        A reservation of which not all instances are on the page appears with those that are, as at AWS: the same
        reservation then comes again on the next page.
        """
        with self._lock:
            buffer, starts = memoryview(self._buffer), self._starts
        parts: list[Part] = []
        inside = None  # the reservation that is open at the end of `parts`
        for first, last in _runs(numbers):
            opens = self._opens[first]
            if inside not in (None, opens):
                parts.append(RESERVATION_CLOSE)
            if first != opens and inside != opens:
                parts.append(reservation_open(self._seed, opens))
            parts.append(buffer[starts[first] : starts[last + 1]])
            inside = self._opens[last] if self._continues(last) else None
        if inside is not None:
            parts.append(RESERVATION_CLOSE)
        return parts

    def _continues(self, number: int) -> bool:
        """Whether the reservation goes on after this instance."""
        return self._opens[number + 1] == self._opens[number]

    def _render(self, number: int) -> bytes:
        """The instance, with the head or the foot of its reservation where it is the first or last of it."""
        head = reservation_open(self._seed, number) if self._opens[number] == number else b""
        foot = b"" if self._continues(number) else RESERVATION_CLOSE
        return head + render(self._seed, number, self._revisions.get(number, 0)) + foot

    def _passes(self, number: int, filters: Filters) -> bool:
        it = facts(self._seed, number, self._revisions.get(number, 0))
        return all(any(fnmatchcase(_value(it, name), wanted) for wanted in values) for name, values in filters)

    def _each(self) -> Iterator[Part]:
        buffer = memoryview(self._buffer)
        return (buffer[start:end] for start, end in pairwise(self._starts))

    def _fill(self, rendered: Sequence[Part]) -> None:
        starts = array("Q", [0])
        for item in rendered:
            starts.append(starts[-1] + len(item))
        self._buffer, self._starts = b"".join(rendered), starts


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """(first, last) of every stretch of consecutive numbers."""
    if not numbers:
        return
    if isinstance(numbers, range):
        yield numbers[0], numbers[-1]
        return
    first = last = numbers[0]
    for number in numbers[1:]:
        if number != last + 1:
            yield first, last
            first = number
        last = number
    yield first, last


def _value(it: Facts, name: str) -> str:
    if name.startswith("tag:"):
        # No tag at all must not pass a filter for any value: no pattern but "" matches this.
        return it.tags.get(name[4:], "")
    known = {
        "instance-id": it.instance_id,
        "instance-state-name": it.state,
        "instance-type": it.type,
        "availability-zone": it.zone,
        "private-ip-address": it.private_ip,
        "vpc-id": VPC,
    }
    if name not in known:
        raise BadFilter(name)
    return known[name]
