"""Waiting until nothing is due: a turn that ends while it looks may have left something that is."""

from typing import Any

import pytest

from mcm.operations import due
from tests.rooms.operations.acting import Acts


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("begins", ["before it looks", "while it looks"])
def test_what_a_turn_left_is_looked_for_after_it(acts: Acts, monkeypatch: pytest.MonkeyPatch, begins: str) -> None:
    executor = acts.lab.runtime.operations
    under_way: list[bool] = []

    def next_at(*_: Any, **__: Any) -> None:
        """The turn ends while the first look is taken, which sees nothing of what it leaves."""
        under_way.append(bool(executor._busy) or (begins == "while it looks" and not under_way))
        executor._begun += len(under_way) == 1 and begins == "while it looks"
        executor._busy.clear()

    def turn_ends(_: float) -> None:
        executor._busy.clear()

    monkeypatch.setattr(executor, "wake", lambda: None)
    monkeypatch.setattr(due, "next_at", next_at)
    monkeypatch.setattr("mcm.operations.executor.time.sleep", turn_ends)
    if begins == "before it looks":
        executor._busy.add("op_1")
    executor.run_until_idle(5)
    assert under_way[-1] is False
