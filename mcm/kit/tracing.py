"""Spans, when somebody wants them (`mcm.edge.telemetry`); without, nothing is made and a span costs one comparison.

Attributes are names, numbers and codes. Neither URLs with their queries nor messages of errors go in: both may hold
what is secret, and traces are stored elsewhere.
"""

from contextlib import AbstractContextManager, nullcontext
from typing import Any, Protocol

Value = str | int | float | bool


class Span(Protocol):
    def set_attribute(self, key: str, value: Any) -> None: ...

    def update_name(self, name: str) -> None: ...

    def end(self) -> None: ...


class Tracer(Protocol):
    """running: the span is the parent of what begins inside, and tells an exception's code. start: until `end`."""

    def running(self, name: str, attributes: dict[str, Value]) -> AbstractContextManager[Span]: ...

    def start(self, name: str, attributes: dict[str, Value]) -> Span: ...


_OFF: AbstractContextManager[None] = nullcontext()
_tracer: Tracer | None = None


def use(tracer: Tracer | None) -> None:
    """From now on in this process; None: no spans."""
    global _tracer
    _tracer = tracer


def span(name: str, **attributes: Value) -> AbstractContextManager[Span | None]:
    """Around a piece of work; gives the span, or None when nobody wants any."""
    return _OFF if _tracer is None else _tracer.running(name, _dotted(attributes))


def begin(name: str, **attributes: Value) -> Span | None:
    """For work that ends in another function: give the span to `finish`."""
    return None if _tracer is None else _tracer.start(name, _dotted(attributes))


def finish(begun: Span | None, **attributes: Value) -> None:
    if begun is not None:
        for key, value in _dotted(attributes).items():
            begun.set_attribute(key, value)
        begun.end()


def _dotted(attributes: dict[str, Value]) -> dict[str, Value]:
    """http__route is http.route: dots are no part of a keyword."""
    return {key.replace("__", "."): value for key, value in attributes.items()}
