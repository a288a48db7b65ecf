"""Drift: a formula of seed and clock that needs no memory."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcm.contract import ResourceKind
from mcm_providers.simulated.cloud.drift import EPOCH, Drift, Life
from mcm_providers.simulated.cloud.generated import GeneratedCloud
from mcm_providers.simulated.cloud.shape import Document, Shape

_NOW = 1_790_000_000.0
_SHAPE = Shape("d", instances=30, drift=120.0, regions=(("a", "A"), ("b", "B")))


def _all(cloud: GeneratedCloud, now: float) -> list[Document]:
    return [
        document
        for region in ("a", "b")
        for position in range(cloud.positions(ResourceKind.INSTANCE, region))
        for document in cloud.at(ResourceKind.INSTANCE, region, position, now)
    ]


def test_another_process_sees_the_same_drift() -> None:
    assert _all(GeneratedCloud(_SHAPE), _NOW) == _all(GeneratedCloud(_SHAPE), _NOW)


def test_nothing_changes_without_drift() -> None:
    still = GeneratedCloud(Shape("d", instances=30, regions=_SHAPE.regions))
    assert _all(still, _NOW) == _all(still, _NOW + 1e6)


def test_every_kind_of_change_happens_and_the_number_stays() -> None:
    cloud = GeneratedCloud(_SHAPE)
    before, after = _all(cloud, _NOW), _all(cloud, _NOW + 60)
    assert len(before) == len(after) == 30
    pairs = {one["id"]: one for one in after}
    survivors = [(one, pairs[one["id"]]) for one in before if one["id"] in pairs]
    assert 0 < len(survivors) < 30
    for key in ("status", "tags", "host", "vcpus"):
        assert any(old[key] != new[key] for old, new in survivors), key


def test_an_id_is_never_given_twice() -> None:
    cloud, gone, present = GeneratedCloud(_SHAPE), set[str](), set[str]()
    for minute in range(60):
        ids = {one["id"] for one in _all(cloud, _NOW + 60.0 * minute)}
        gone |= present - ids
        assert not ids & gone
        present = ids
    assert len(gone) > 100


def test_what_replaced_another_was_created_then() -> None:
    cloud = GeneratedCloud(_SHAPE)
    before = {one["id"] for one in _all(cloud, _NOW)}
    fresh = [one for one in _all(cloud, _NOW + 600) if one["id"] not in before]
    assert fresh
    assert all("2026-09-21T" in one["created"] for one in fresh)


@given(key=st.integers(0, 2**64 - 1), slots=st.integers(1, 50), turns=st.integers(0, 400))
def test_the_formula_equals_counting(key: int, slots: int, turns: int) -> None:
    drift = Drift(key, slots, 60.0)  # one change each second
    counted = dict.fromkeys(range(slots), 0)
    for slot, _ in drift.between(EPOCH, EPOCH + turns + 0.5):
        counted[slot] += 1
    assert sum(counted.values()) == turns
    for slot in range(slots):
        assert sum(drift.life(slot, EPOCH + turns + 0.5)[:5]) == counted[slot]


def test_each_change_alters_one_aspect_of_one_slot() -> None:
    drift = Drift(7, 5, 60.0)
    for turn in range(200):
        before, after = EPOCH + turn + 0.5, EPOCH + turn + 1.5
        ((changed, moment),) = drift.between(before, after)
        assert before < moment
        differing = [slot for slot in range(5) if drift.life(slot, before)[:5] != drift.life(slot, after)[:5]]
        assert differing == [changed]
        assert sum(drift.life(changed, after)[:5]) - sum(drift.life(changed, before)[:5]) == 1


@pytest.mark.parametrize("now", [0.0, EPOCH - 1, EPOCH])
def test_before_its_epoch_nothing_has_changed(now: float) -> None:
    assert Drift(3, 10, 1000.0).life(4, now) == Life()
