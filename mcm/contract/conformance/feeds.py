"""Obligations of the change feed, for providers that have one."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mcm.contract import (
    Capability,
    ChangeBatch,
    FeedExpired,
    InvalidRequest,
    NotSupported,
    ProviderDescriptor,
    Region,
    ResourceKind,
    ResourceRef,
    Unreachable,
)
from mcm.contract.conformance.base import ConformanceFixtures, Connect, Inventory, Scope, must_raise
from mcm.contract.conformance.checks import require, require_none, resource_problems
from mcm.contract.conformance.watched import WatchedContext

_MAX_CURSOR = 1000


class Feeds(ConformanceFixtures):
    @pytest.fixture(scope="class")
    @classmethod
    def feeds(cls, descriptor: ProviderDescriptor, inventory: Inventory) -> list[tuple[Region, ResourceKind]]:
        if Capability.CHANGE_FEED not in descriptor.capabilities:
            pytest.skip("this provider has no change feed")
        fed = {kind for kind, support in descriptor.kinds.items() if support.feed}
        return [(region, kind) for region in inventory.regions.values() for kind in sorted(region.kinds & fed)]

    def test_feed_gives_a_cursor(self, provider_under_test: Any, feeds: list[tuple[Region, ResourceKind]]) -> None:
        require(feeds, "the descriptor promises a feed, but no region offers a kind that has one")
        require(isinstance(provider_under_test.durable, bool), "durable must be true or false")
        for region, kind in feeds:
            cursor = provider_under_test.open_feed(kind, region)
            self._is_cursor(cursor, f"open_feed({kind})")

    def test_changes_have_their_shape(self, provider_under_test: Any, feeds: list[tuple[Region, ResourceKind]]) -> None:
        for region, kind in feeds:
            batch = provider_under_test.changes(kind, region, provider_under_test.open_feed(kind, region))
            require_none(self._batch_problems(batch, kind, region), f"changes({kind})")
            self._is_cursor(batch.cursor, f"changes({kind})")
            again = provider_under_test.changes(kind, region, batch.cursor)
            require_none(self._batch_problems(again, kind, region), f"changes({kind}) from the cursor it gave")

    def test_a_foreign_cursor_expires(self, provider_under_test: Any, feeds: list[tuple[Region, ResourceKind]]) -> None:
        for region, kind in feeds:
            for cursor in ("garbage", "", "0" * 50, "名\x00"):
                must_raise(
                    FeedExpired,
                    f"changes({kind}) with the cursor {cursor!r}",
                    lambda kind=kind, region=region, cursor=cursor: provider_under_test.changes(kind, region, cursor),  # type: ignore[misc]
                )

    def test_a_durable_cursor_outlives_the_connection(
        self, connect: Connect, feeds: list[tuple[Region, ResourceKind]]
    ) -> None:
        first, second = connect(WatchedContext()), connect(WatchedContext())
        if not first.durable:
            pytest.skip("this provider's cursors die with their connection")
        cursors = [(kind, region, first.open_feed(kind, region)) for region, kind in feeds]
        first.close()
        for kind, region, cursor in cursors:
            self._is_cursor(second.changes(kind, region, cursor).cursor, f"changes({kind}) on a second connection")
        second.close()

    def test_a_feed_of_another_kind_is_refused(
        self, provider_under_test: Any, feeds: list[tuple[Region, ResourceKind]], inventory: Inventory
    ) -> None:
        for region in inventory.regions.values():
            fed = {kind for its_region, kind in feeds if its_region is region}
            for kind in sorted(region.kinds - fed):
                must_raise(
                    (NotSupported, InvalidRequest),
                    f"open_feed({kind}), which has no feed",
                    lambda kind=kind, region=region: provider_under_test.open_feed(kind, region),  # type: ignore[misc]
                )

    def test_feed_past_the_deadline(
        self, provider_under_test: Any, context: WatchedContext, feeds: list[tuple[Region, ResourceKind]]
    ) -> None:
        region, kind = feeds[0]
        cursor = provider_under_test.open_feed(kind, region)
        context.arm(0.0)
        must_raise(
            Unreachable, "changes() past the deadline", lambda: provider_under_test.changes(kind, region, cursor)
        )

    def test_a_change_comes_through(
        self,
        provider_under_test: Any,
        connect: Connect,
        inventory: Inventory,
        feeds: list[tuple[Region, ResourceKind]],
        change_something: Callable[[], tuple[Scope, str]] | str,
    ) -> None:
        if isinstance(change_something, str):
            pytest.skip(change_something)
        cursors = {
            (region.native_id, kind): (region, provider_under_test.open_feed(kind, region)) for region, kind in feeds
        }
        scope, native_id = change_something()
        inventory.read(connect)  # the other tests compare with it
        region, cursor = cursors[scope]
        batch = provider_under_test.changes(scope[1], region, cursor)
        seen = {one.native_id for one in batch.changed} | {ref.native_id for ref in batch.removed}
        require(native_id in seen, f"{native_id} was changed at the cloud, the feed of {scope} does not name it")

    def _is_cursor(self, cursor: object, what: str) -> None:
        fits = isinstance(cursor, str) and 0 < len(cursor) <= _MAX_CURSOR
        require(fits, f"{what} must give a cursor of 1 to {_MAX_CURSOR} characters, not {str(cursor)[:80]!r}")

    def _batch_problems(self, batch: object, kind: ResourceKind, region: Region) -> Iterator[str]:
        if not isinstance(batch, ChangeBatch):
            yield f"{type(batch).__name__} is no ChangeBatch"
            return
        for one in batch.changed:
            yield from resource_problems(one, kind, region.native_id)
        for ref in batch.removed:
            if not isinstance(ref, ResourceRef) or ref.kind is not kind or not ref.native_id:
                yield f"removed holds {ref!r}, which is no ref of {kind}"
