"""How soon a step is looked at again, before and after it is known how long such a step takes."""

from datetime import timedelta

import pytest

from mcm.contract.actions import Outlook, Seen
from mcm.kit import clock
from mcm.models import Operation
from mcm.operations import machine, pace
from mcm.operations.pace import Pace

PLACE = ("account", "instance.stop", "stop")


def test_nobody_knows_at_first() -> None:
    assert Pace().expected(*PLACE) is None


def test_the_last_ones_count_most() -> None:
    known = Pace()
    for seconds in (60.0, 10.0, 10.0, 10.0):
        known.took(*PLACE, seconds)
    assert known.expected(*PLACE) == pytest.approx(10 + 50 / 8)
    assert known.expected("another", *PLACE[1:]) is None


def test_it_keeps_so_many_and_forgets_what_was_long_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "_KEPT", 2)
    known = Pace()
    for account in ("a", "b", "a", "c"):
        known.took(account, *PLACE[1:], 1.0)
    assert [known.expected(account, *PLACE[1:]) for account in "abc"] == [1.0, None, 1.0]


def _next_look(waited_s: float, expected_s: float | None) -> float:
    """Seconds until the next look at a step that is under way."""
    now = clock.now()
    sent = now - timedelta(seconds=waited_s)
    step = {
        "name": "stop",
        "repeat": "harmless",
        "undo": "",
        "status": "sent",
        "attempts": 1,
        "sent_at": sent.isoformat(),
    }
    row = Operation(
        id="op_1", action="instance.stop", status="observed", steps=[step], step=0, facts={}, observed_at=sent,
        deadline=now + timedelta(hours=1), next_at=now,
    )  # fmt: skip
    assert machine.looked(row, Outlook(Seen.UNDERWAY), now, expected_s) is None
    assert row.next_at is not None
    return (row.next_at - now).total_seconds()


@pytest.mark.parametrize(
    ("waited", "expected", "wait"),
    [
        (0, None, 0.25), (14, None, 0.25), (60, None, 10.0),
        # Half of what is left, and not more than two seconds: it may end early.
        (0, 2.0, 1.0), (1, 2.0, 0.5), (0, 60.0, 2.0),
        # At its end as often as it is worth.
        (1.95, 2.0, 0.1), (2.5, 2.0, 0.1), (9.9, 10.0, 0.25),
        (100, 300.0, 10.0),
        # Much longer than ever: as if nobody knew.
        (59, 30.0, 1.5), (60, 30.0, 10.0), (4.1, 2.0, 0.25),
    ],
)  # fmt: skip
def test_looks_come_when_there_is_something_to_be_seen(waited: float, expected: float | None, wait: float) -> None:
    assert _next_look(waited, expected) == pytest.approx(wait, abs=0.01)
