"""The marker-paged listing of servers: one rendered buffer, of which a page is a slice."""

from __future__ import annotations

import datetime as dt
import random
import threading
from array import array
from collections.abc import Iterator, Sequence
from itertools import pairwise

from tests.harness.replay.http import Part
from tests.harness.replay.openstack_servers import PROJECTS, project_of, render, server_id


class Servers:
    """All servers in the order in which they are listed, rendered once; safe to use from several threads."""

    def __init__(self, count: int, seed: int, base: str) -> None:
        self.count = count
        self._seed = seed
        self._base = base
        self._lock = threading.Lock()
        self._revisions: dict[int, tuple[int, dt.datetime]] = {}
        self._rounds = 0
        self._numbers = {server_id(seed, number): number for number in range(count)}
        self._of_project = {
            project: [number for number in range(count) if project_of(number) == project]
            for project in PROJECTS.values()
        }
        self._starts = array("Q", [0])
        self._buffer = b""
        self._fill([self._render(number) for number in range(count)])

    def number_of(self, identifier: str) -> int | None:
        return self._numbers.get(identifier)

    def id_of(self, number: int) -> str:
        return server_id(self._seed, number)

    def of_project(self, project: str | None) -> Sequence[int]:
        """The servers of a project, or (None) all."""
        return range(self.count) if project is None else self._of_project.get(project, [])

    def mutate(self, count: int) -> list[str]:
        """Change that many servers: they start or stop, and are `updated` now."""
        now = dt.datetime.now(dt.UTC)
        with self._lock:
            self._rounds += 1
            chosen = random.Random(f"{self._seed}:{self._rounds}").sample(range(self.count), count)
            rendered: list[Part] = list(self._each())
            for number in chosen:
                revision, _ = self._revisions.get(number, (0, now))
                self._revisions[number] = (revision + 1, now)
                rendered[number] = self._render(number)
            self._fill(rendered)
        return [self.id_of(number) for number in chosen]

    def changed_since(self, numbers: Sequence[int], moment: dt.datetime) -> Sequence[int]:
        """Those of the servers that were updated at or after the moment; what was never mutated is older than any."""
        with self._lock:
            changed = {number for number, (_, updated) in self._revisions.items() if updated >= moment}
        return [number for number in numbers if number in changed] if changed else []

    def page(self, numbers: Sequence[int]) -> list[Part]:
        """The inside of the JSON array with these servers."""
        with self._lock:
            buffer, starts = memoryview(self._buffer), self._starts
        if isinstance(numbers, range):
            return [buffer[starts[numbers[0]] + 1 : starts[numbers[-1] + 1]]] if numbers else []
        # Every server is stored with a comma before it, which the first on a page does not need.
        slices = [buffer[starts[number] : starts[number + 1]] for number in numbers]
        return [slices[0][1:], *slices[1:]] if slices else []

    def _render(self, number: int) -> bytes:
        revision, updated = self._revisions.get(number, (0, None))
        return b"," + render(self._seed, number, self._base, revision=revision, updated=updated)

    def _each(self) -> Iterator[Part]:
        buffer = memoryview(self._buffer)
        return (buffer[start:end] for start, end in pairwise(self._starts))

    def _fill(self, rendered: Sequence[Part]) -> None:
        starts = array("Q", [0])
        for item in rendered:
            starts.append(starts[-1] + len(item))
        self._buffer, self._starts = b"".join(rendered), starts
