"""The breaker: opens after repeated failures, then lets one probe out at a time, and never forgets to close."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from mcm.contract import AuthenticationFailed, PermissionDenied, UnexpectedResponse, Unreachable
from mcm.gateway import breaker as module
from mcm.gateway.breaker import Breaker

ACCOUNT = "acc_1"
REGION = "acc_1/r1"


class Clock:
    def __init__(self) -> None:
        self.now = 500.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(module, "time", made)
    return made


def _opened(times: int = 3, key: str = ACCOUNT) -> Breaker:
    breaker = Breaker()
    for _ in range(times):
        breaker.failed(key, Unreachable("refused"))
    return breaker


def test_two_failures_leave_it_closed_and_the_third_opens_it(clock: Clock) -> None:
    assert _opened(2).admits(ACCOUNT)
    breaker = _opened(3)
    assert not breaker.admits(ACCOUNT)
    assert breaker.pause_left(ACCOUNT) == 15.0
    assert breaker.admits("acc_2")


def test_wrong_credentials_open_it_at_once(clock: Clock) -> None:
    breaker = Breaker()
    breaker.failed(ACCOUNT, AuthenticationFailed("wrong"))
    assert not breaker.admits(ACCOUNT)


@pytest.mark.parametrize("error", [PermissionDenied("no"), UnexpectedResponse("cut")])
def test_what_concerns_one_scope_only_does_not_count(clock: Clock, error: Exception) -> None:
    breaker = Breaker()
    for _ in range(10):
        breaker.failed(ACCOUNT, error)  # type: ignore[arg-type]
    assert breaker.admits(ACCOUNT)


def test_success_in_between_starts_counting_anew(clock: Clock) -> None:
    breaker = _opened(2)
    breaker.succeeded(ACCOUNT)
    breaker.failed(ACCOUNT, Unreachable("refused"))
    assert breaker.admits(ACCOUNT)


def test_half_open_lets_a_single_probe_out_even_among_many_threads(clock: Clock) -> None:
    breaker = _opened()
    clock.now += 15.0
    with ThreadPoolExecutor(16) as pool:
        entered = list(pool.map(lambda _: breaker.enter(ACCOUNT), range(64)))
    assert [probes for probes in entered if probes is not None] == [(ACCOUNT,)]


def test_failed_probe_doubles_the_pause_up_to_a_limit(clock: Clock) -> None:
    breaker = _opened()
    pauses = []
    for _ in range(10):
        pauses.append(breaker.pause_left(ACCOUNT))
        clock.now += pauses[-1]
        assert breaker.enter(ACCOUNT) == (ACCOUNT,)
        breaker.failed(ACCOUNT, Unreachable("still refused"))
        breaker.leave((ACCOUNT,))
        assert not breaker.admits(ACCOUNT)
    assert pauses[:4] == [15.0, 30.0, 60.0, 120.0]
    assert pauses[-1] == 600.0


def test_successful_probe_closes_it(clock: Clock) -> None:
    breaker = _opened()
    clock.now += 15.0
    probes = breaker.enter(ACCOUNT)
    assert probes
    breaker.succeeded(ACCOUNT)
    breaker.leave(probes)
    assert [breaker.enter(ACCOUNT) for _ in range(5)] == [()] * 5


def test_asking_takes_no_probe(clock: Clock) -> None:
    breaker = _opened()
    clock.now += 15.0
    assert all(breaker.admits(ACCOUNT) for _ in range(5))
    assert breaker.enter(ACCOUNT)
    assert not breaker.admits(ACCOUNT)


def test_probe_that_ends_without_a_verdict_leaves_room_for_the_next(clock: Clock) -> None:
    """Its read found nothing due, lost its lease, or failed for a reason of its own scope."""
    breaker = _opened()
    clock.now += 15.0
    probes = breaker.enter(ACCOUNT)
    assert probes
    assert breaker.enter(ACCOUNT) is None
    breaker.leave(probes)
    assert breaker.enter(ACCOUNT) == (ACCOUNT,)


def test_read_from_before_it_opened_does_not_end_the_probe(clock: Clock) -> None:
    breaker = Breaker()
    before = breaker.enter(ACCOUNT)
    assert before == ()
    for _ in range(3):
        breaker.failed(ACCOUNT, Unreachable("refused"))
    clock.now += 15.0
    assert breaker.enter(ACCOUNT)
    breaker.leave(before)
    assert breaker.enter(ACCOUNT) is None


def test_refusal_by_one_of_two_takes_no_probe_of_the_other(clock: Clock) -> None:
    breaker = _opened(3, ACCOUNT)
    clock.now += 10.0
    for _ in range(3):
        breaker.failed(REGION, Unreachable("refused"))
    clock.now += 5.0
    assert breaker.enter(ACCOUNT, REGION) is None
    assert breaker.enter(ACCOUNT, "acc_1/r2") == (ACCOUNT,)
    breaker.leave((ACCOUNT,))
    clock.now += 10.0
    assert breaker.enter(ACCOUNT, REGION) == (ACCOUNT, REGION)


def test_reset_of_an_account_resets_its_regions_and_no_other(clock: Clock) -> None:
    breaker = _opened()
    for key in (REGION, "acc_10"):
        for _ in range(3):
            breaker.failed(key, Unreachable("refused"))
    breaker.reset_all(ACCOUNT)
    assert breaker.admits(ACCOUNT, REGION)
    assert not breaker.admits("acc_10")
