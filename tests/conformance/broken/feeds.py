"""Providers whose change feed breaks an obligation."""

from dataclasses import replace
from typing import Any

from mcm.contract import ChangeBatch, FeedExpired, Region, ResourceKind
from mcm_providers.simulated.adapter import SimulatedProvider
from tests.conformance.broken.control import Broken


class _LongCursor(SimulatedProvider):
    def open_feed(self, kind: ResourceKind, region: Region) -> str:
        return super().open_feed(kind, region) + " " * 1000

    def changes(self, kind: ResourceKind, region: Region, cursor: str) -> ChangeBatch:
        return super().changes(kind, region, cursor.strip())


class TestLongCursor(Broken):
    must_fail = frozenset({"test_feed_gives_a_cursor"})
    provider = _LongCursor


class _LooseBatch(SimulatedProvider):
    def changes(self, kind: ResourceKind, region: Region, cursor: str) -> Any:
        batch = super().changes(kind, region, cursor)
        return replace(batch, removed=["some-id"])  # type: ignore[list-item]


class TestLooseBatch(Broken):
    must_fail = frozenset({"test_changes_have_their_shape"})
    provider = _LooseBatch


class _BelievesAnyCursor(SimulatedProvider):
    def changes(self, kind: ResourceKind, region: Region, cursor: str) -> ChangeBatch:
        try:
            return super().changes(kind, region, cursor)
        except FeedExpired:
            return ChangeBatch([], [], self.open_feed(kind, region))


class TestBelievesAnyCursor(Broken):
    must_fail = frozenset({"test_a_foreign_cursor_expires"})
    provider = _BelievesAnyCursor


class _NotSoDurable(SimulatedProvider):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._own: set[str] = set()

    def open_feed(self, kind: ResourceKind, region: Region) -> str:
        cursor = super().open_feed(kind, region)
        self._own.add(cursor)
        return cursor

    def changes(self, kind: ResourceKind, region: Region, cursor: str) -> ChangeBatch:
        if cursor not in self._own:
            raise FeedExpired("of another session")
        batch = super().changes(kind, region, cursor)
        self._own.add(batch.cursor)
        return batch


class TestNotSoDurable(Broken):
    must_fail = frozenset({"test_a_durable_cursor_outlives_the_connection"})
    provider = _NotSoDurable


class _FeedsEverything(SimulatedProvider):
    def open_feed(self, kind: ResourceKind, region: Region) -> str:
        return super().open_feed(ResourceKind.INSTANCE, Region("bj-1", "", region.kinds))


class TestFeedsEverything(Broken):
    must_fail = frozenset({"test_a_feed_of_another_kind_is_refused"})
    provider = _FeedsEverything


class _FeedsForever(SimulatedProvider):
    def changes(self, kind: ResourceKind, region: Region, cursor: str) -> ChangeBatch:
        if self._context.remaining() <= 0:
            return ChangeBatch([], [], cursor)
        return super().changes(kind, region, cursor)


class TestFeedsForever(Broken):
    must_fail = frozenset({"test_feed_past_the_deadline"})
    provider = _FeedsForever


class _MissesChanges(SimulatedProvider):
    def changes(self, kind: ResourceKind, region: Region, cursor: str) -> ChangeBatch:
        return replace(super().changes(kind, region, cursor), changed=[], removed=[])


class TestMissesChanges(Broken):
    must_fail = frozenset({"test_a_change_comes_through"})
    provider = _MissesChanges
