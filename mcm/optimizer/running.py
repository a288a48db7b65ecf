"""Answers a problem: the quick method at once, then a search in a child process with limits of time and memory.

Whatever becomes of the child, there is an answer: the better of the two, and why it is not the other.
"""

import importlib.util
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from mcm.optimizer import greedy, wire
from mcm.optimizer.measures import Value, breaches, value
from mcm.optimizer.problem import Assignment, Problem

# -P: what lies in the current directory is not imported.
_COMMAND = (sys.executable, "-P", "-m", "mcm.optimizer.child")
# For starting, for the answer, and for a search that looks at its clock late.
_GRACE_S = 20.0
_NEEDED = ("highspy", "numpy")


@dataclass(frozen=True)
class Answer:
    """method: `quick`, `search` (the gap is what it may be off at most) or `proven` (there is no better one).
    why: of a quick answer, a code: missing | time | memory | failed | cancelled | nothing_to_place | better.
    gap: of the cost to the bound, which no answer with as few left over goes below; None: unknown.
    full: place, resource, and what one more unit of it would be worth. quick: what the quick method came to."""

    assignment: Assignment
    worth: Value
    method: str
    why: str | None
    quick: Value
    bound: float | None = None
    gap: float | None = None
    full: list[tuple[int, int, float]] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)


class Cancelled(Exception):
    """Whoever asked does not want an answer any more."""


def missing() -> list[str]:
    """What the extra `optimizer` would bring and is not there."""
    return [name for name in _NEEDED if importlib.util.find_spec(name) is None]


def answer(
    problem: Problem,
    *,
    seconds: float,
    memory_mib: int,
    cancelled: Callable[[], bool] = lambda: False,
    whole: bool = False,
) -> Answer:
    """Raises Cancelled. cancelled: asked a few times a second, from another thread."""
    quick = greedy.solve(problem)
    worth = value(problem, quick)
    if not problem.items or not any(item.costs for item in problem.items):
        return Answer(quick, worth, "quick", "nothing_to_place", worth, worth.cost, 0.0)
    if missing():
        return Answer(quick, worth, "quick", "missing", worth)
    asked = {
        "problem": wire.packed(problem),
        "hint": quick,
        "seconds": seconds,
        "memory_mib": memory_mib,
        "whole": whole,
    }
    found = _Child(seconds + _GRACE_S, cancelled).ask(wire.written(asked))
    if "failed" in found:
        return Answer(quick, worth, "quick", found["failed"], worth)
    figures = {name: found[name] for name in ("columns", "kept", "classes", "seconds", "cpu_s", "memory_mib")}
    full = [(place, resource, dual) for place, resource, dual in found["full"]]
    placed: Assignment | None = found["assignment"]
    # It is looked at here once more: a plan must not hang on a library's rounding.
    if placed is None or len(placed) != len(problem.items) or breaches(problem, placed):
        return Answer(quick, worth, "quick", "time" if placed is None else "failed", worth, full=full, figures=figures)
    reached = value(problem, placed)
    bound: float | None = found["bound"]
    if worth < reached:
        # The bound holds for as few left over as the search came to.
        bound = bound if worth.unplaced == reached.unplaced else None
        return Answer(quick, worth, "quick", "better", worth, bound, _gap(worth, bound), full, figures)
    method = "proven" if found["proven"] else "search"
    return Answer(placed, reached, method, None, worth, bound, _gap(reached, bound), full, figures)


def _gap(worth: Value, bound: float | None) -> float | None:
    if bound is None:
        return None
    return max(0.0, worth.cost - bound) / max(abs(worth.cost), 1e-9)


class _Child:
    """One search. It ends with its answer, when its time is up, when it is cancelled, and when this process ends."""

    def __init__(self, seconds: float, cancelled: Callable[[], bool]) -> None:
        self._until, self._cancelled = time.monotonic() + seconds, cancelled
        self._over = threading.Event()
        self._ended: str | None = None

    def ask(self, line: bytes) -> dict[str, Any]:
        """Returns its answer, or {"failed": code}."""
        try:
            child = subprocess.Popen(_COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603
        except OSError:
            return {"failed": "failed"}
        watch = threading.Thread(target=self._watch, args=(child,), daemon=True, name="mcm-optimizer-watch")
        watch.start()
        said = b""
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            with suppress(BrokenPipeError):
                child.stdin.write(line)
                child.stdin.flush()
            said = child.stdout.read()
        finally:
            self._over.set()
            child.kill()
            code = child.wait()
            watch.join()
            for pipe in (child.stdin, child.stdout):
                with suppress(BrokenPipeError):
                    pipe.close()
        if self._ended == "cancelled":
            raise Cancelled
        if said:
            with suppress(ValueError):
                return wire.read(said)
        # Out of memory inside a library: it gives up by SIGABRT or by SIGSEGV, and the kernel's own way is SIGKILL.
        return {"failed": self._ended or ("memory" if code in (-6, -9, -11) else "failed")}

    def _watch(self, child: "subprocess.Popen[bytes]") -> None:
        while not self._over.wait(0.2):
            if self._cancelled():
                self._ended = "cancelled"
            elif time.monotonic() > self._until:
                self._ended = "time"
            if self._ended is not None:
                child.kill()
                return
