"""Requests that the routes of utilisation accept."""

from collections.abc import Callable

from tests.architecture.calls import Call
from tests.lab import Lab


def _read(lab: Lab) -> Call:
    lab.account("measured")
    return Call("/utilisation/readings", ["utilisation.read"], {"account": "measured"})


CALLS: dict[tuple[str, str], Callable[[Lab], Call]] = {("POST", "/api/v1/utilisation/readings"): _read}
