"""The helpers that everything else trusts: times as text, ids, opaque tokens, who still lives."""

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcm.kit import clock, process
from mcm.kit.ids import new_id, resource_id
from mcm.kit.text import closest, decode_token, encode_token

_TIMES = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001


@given(moment=_TIMES, offset=st.integers(-12 * 60, 14 * 60))
def test_time_survives_its_text_form_in_any_zone(moment: datetime, offset: int) -> None:
    text = clock.to_text(moment.astimezone(timezone(timedelta(minutes=offset))))
    assert clock.from_text(text) == moment
    assert len(text) == 27


@given(first=_TIMES, second=_TIMES)
def test_texts_sort_as_their_times(first: datetime, second: datetime) -> None:
    assert (clock.to_text(first) < clock.to_text(second)) == (first < second)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (119.9, "119s"), (120, "2m"), (7199, "119m"), (7200, "2h"), (172_799, "47h"), (172_800, "2d"),
     (8.64e9, "100000d"), (-1, "0s"), (-86_400, "0s")],
)  # fmt: skip
def test_age_is_short_and_never_negative(seconds: float, text: str) -> None:
    """A cloud's clock, or our own after it was set back, may be ahead."""
    assert clock.age_text(seconds) == text


@pytest.mark.parametrize("ours", [8, -11])
def test_first_and_last_moment_of_the_calendar_have_a_text_form(ours: int) -> None:
    """Clouds that know no date send them, in a zone of their own."""
    zone = timezone(timedelta(hours=ours))
    for moment in (datetime.min.replace(tzinfo=zone), datetime.max.replace(tzinfo=zone)):
        assert abs(clock.from_text(clock.to_text(moment)).year - moment.year) == 0


def test_now_is_aware() -> None:
    assert clock.now().utcoffset() == timedelta(0)


def test_new_ids_do_not_repeat() -> None:
    made = {new_id("run") for _ in range(2000)}
    assert len(made) == 2000
    assert all(one.startswith("run_") and len(one) >= 30 for one in made)


def test_resource_id_depends_on_every_part_and_on_nothing_else() -> None:
    parts = ("realm", "instance", "scope", "id")
    known = resource_id(*parts)
    assert resource_id(*parts) == known
    for position in range(4):
        changed = list(parts)
        changed[position] += "x"
        assert resource_id(*changed) != known
    # Moving a character over a border is another identity.
    assert resource_id("realm", "instance", "scopei", "d") != known
    assert resource_id("realm", "instance", "", "\ud800bad") != resource_id("realm", "instance", "", "\udfffbad")


@given(raw=st.binary(max_size=200))
def test_token_is_safe_in_a_url_and_comes_back(raw: bytes) -> None:
    token = encode_token(raw)
    assert decode_token(token) == raw
    assert all(c.isalnum() or c in "-_" for c in token)


@pytest.mark.parametrize("text", ["!", "a", "é", "a b", "a" * 5])
def test_what_is_no_token_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        decode_token(text)


def test_misspelt_name_gets_the_closest_and_all() -> None:
    assert closest("instanc", ["instance", "image"]) == "did you mean 'instance'? known: instance, image"
    assert closest("zzz", ["instance"]) == "known: instance"


def test_this_process_lives_and_one_that_has_ended_does_not() -> None:
    assert not process.is_dead(process.owner())
    child = subprocess.run(
        [sys.executable, "-c", "from mcm.kit import process; print(process.owner())"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert process.is_dead(child.stdout.strip())


def test_reused_process_id_is_told_apart() -> None:
    host, pid, started = process.owner().rsplit(":", 2)
    assert process.is_dead(f"{host}:{pid}:{int(started) - 1}")


@pytest.mark.parametrize("text", ["", "x", "elsewhere.example:1:1", ":::", f"{platform.node()}:x:1"])
def test_what_cannot_be_known_is_not_dead(text: str) -> None:
    assert not process.is_dead(text)


def test_zombie_counts_as_dead_once_it_is_reaped() -> None:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    owner = f"{platform.node()}:{child.pid}:{process._started(child.pid)}"
    assert not process.is_dead(owner)
    child.kill()
    child.wait()
    assert process.is_dead(owner)
    assert os.getpid() != child.pid
