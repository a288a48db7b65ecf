"""The rate governor, with a clock that the test turns."""

import pytest

from mcm.gateway import governor as module
from mcm.gateway.governor import Governor

KEY = ("acc_1", "compute", "r1")
RATE = 10.0


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(module, "time", made)
    # The jitter has a test of its own.
    monkeypatch.setattr(module, "random", lambda: 0.0)
    return made


def _rate(governor: Governor, key: tuple[str, str, str] = KEY) -> float:
    return governor.usage()[key]["calls_per_second"]


def test_burst_is_free_and_what_follows_is_spaced_by_the_rate(clock: Clock) -> None:
    governor = Governor(RATE)
    assert [governor.delay(KEY) for _ in range(20)] == [0.0] * 20
    assert [round(governor.delay(KEY), 6) for _ in range(3)] == [0.1, 0.2, 0.3]


def test_tokens_come_back_with_time_up_to_the_burst(clock: Clock) -> None:
    governor = Governor(RATE)
    for _ in range(20):
        governor.delay(KEY)
    clock.now += 0.5
    assert [governor.delay(KEY) for _ in range(5)] == [0.0] * 5
    assert governor.delay(KEY) == pytest.approx(0.1)
    clock.now += 10_000
    assert [governor.delay(KEY) for _ in range(20)] == [0.0] * 20
    assert governor.delay(KEY) > 0


@pytest.mark.parametrize("status", [429, 503])
def test_throttling_halves_the_rate_and_stops_the_burst(clock: Clock, status: int) -> None:
    governor = Governor(RATE)
    governor.delay(KEY)
    governor.report(KEY, status, None)
    assert _rate(governor) == RATE / 2
    assert governor.delay(KEY) == pytest.approx(1.0)
    governor.report(KEY, status, None)
    assert _rate(governor) == RATE / 4


def test_rate_never_falls_to_nothing(clock: Clock) -> None:
    governor = Governor(RATE)
    governor.delay(KEY)
    for _ in range(50):
        governor.report(KEY, 429, None)
    assert _rate(governor) == 0.1


def test_retry_after_is_obeyed_by_everybody_and_the_longest_counts(clock: Clock) -> None:
    governor = Governor(RATE)
    governor.delay(KEY)
    governor.report(KEY, 429, 30.0)
    governor.report(KEY, 429, 5.0)
    assert governor.delay(KEY) == pytest.approx(30.0)
    clock.now += 12.0
    assert governor.delay(KEY) == pytest.approx(18.0)
    assert governor.usage()[KEY]["closed_for_s"] == pytest.approx(18.0)
    clock.now += 18.0
    assert governor.delay(KEY) == 0.0


def test_success_recovers_step_by_step_and_not_beyond_the_full_rate(clock: Clock) -> None:
    governor = Governor(RATE)
    governor.delay(KEY)
    governor.report(KEY, 429, None)
    rates = []
    for _ in range(40):
        governor.report(KEY, 200, None)
        rates.append(_rate(governor))
    assert rates == sorted(rates)
    assert RATE / 2 < rates[0] < RATE * 0.6
    assert rates[-1] == RATE


@pytest.mark.parametrize("status", [0, 400, 403, 404, 500, 502])
def test_other_failures_change_nothing(clock: Clock, status: int) -> None:
    governor = Governor(RATE)
    governor.delay(KEY)
    governor.report(KEY, status, None)
    assert _rate(governor) == RATE
    assert governor.delay(KEY) == 0.0


def test_services_regions_and_accounts_do_not_share_a_bucket(clock: Clock) -> None:
    governor = Governor(RATE)
    others = [("acc_1", "volume", "r1"), ("acc_1", "compute", "r2"), ("acc_2", "compute", "r1")]
    for key in (KEY, *others):
        governor.delay(key)
    governor.report(KEY, 429, 60.0)
    assert [governor.delay(key) for key in others] == [0.0] * 3
    governor.forget("acc_1")
    assert set(governor.usage()) == {("acc_2", "compute", "r1")}


def test_waits_carry_jitter_but_free_calls_do_not(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "random", lambda: 1.0)
    governor = Governor(RATE)
    assert governor.delay(KEY) == 0.0
    governor.report(KEY, 429, 10.0)
    assert governor.delay(KEY) == pytest.approx(10.2)


def test_report_for_a_bucket_that_was_forgotten_is_ignored(clock: Clock) -> None:
    governor = Governor(RATE)
    governor.report(KEY, 429, 10.0)
    assert governor.usage() == {}
