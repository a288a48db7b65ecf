"""The change feed: following it gives what a full listing gives."""

import random
from collections.abc import Callable

import pytest

from mcm.contract import FeedExpired, NotSupported, Region, Resource, ResourceKind
from mcm.contract.conformance.base import comparable
from mcm_providers.simulated.adapter import SimulatedProvider
from mcm_providers.simulated.world import World, worlds

Account = Callable[..., SimulatedProvider]
Listed = Callable[..., dict[str, Resource]]
_NOW = 1_790_000_000.0


def _disturb(world: World, throw: random.Random) -> None:
    ids = world.ids()
    match throw.randrange(5):
        case 0:
            world.add_instance("bj-1", name="new")
        case 1:
            world.remove(throw.choice(ids))
        case 2:
            world.change(throw.choice(ids), name=f"n{throw.random()}", status="SHUTOFF")
        case 3:
            world.move_project(throw.choice(ids), throw.choice(world.ids(ResourceKind.PROJECT)))
        case 4:
            world.remove(throw.choice(world.ids(ResourceKind.VOLUME)), ResourceKind.VOLUME)


@pytest.mark.parametrize("kind", [ResourceKind.INSTANCE, ResourceKind.VOLUME, ResourceKind.PORT])
@pytest.mark.parametrize("seed", range(4))
def test_following_the_feed_equals_listing(
    kind: ResourceKind, seed: int, account: Account, listed: Listed, home: Region
) -> None:
    provider, throw = account(drift="300"), random.Random(seed)
    world, now = worlds.get("c"), _NOW
    world.clock = lambda: now
    cursor = provider.open_feed(kind, home)
    now += 5  # the full read comes after the cursor, and the cloud goes on meanwhile
    _disturb(world, throw)
    known = listed(provider, kind)
    for _ in range(15):
        for _ in range(throw.randrange(4)):
            _disturb(world, throw)
        now += throw.choice((0, 0.1, 2, 30))
        batch = provider.changes(kind, home, cursor)
        cursor = batch.cursor
        for ref in batch.removed:
            known.pop(ref.native_id, None)
        known |= {one.native_id: one for one in batch.changed}
        assert {key: comparable(one) for key, one in known.items()} == {
            key: comparable(one) for key, one in listed(provider, kind).items()
        }


def test_nothing_changed_says_nothing(account: Account, home: Region) -> None:
    provider = account()
    batch = provider.changes(ResourceKind.INSTANCE, home, provider.open_feed(ResourceKind.INSTANCE, home))
    assert (batch.changed, batch.removed) == ([], [])


def test_a_cursor_outlives_a_restart_of_an_untouched_world(account: Account, home: Region) -> None:
    provider = account(drift="600")
    worlds.get("c").clock = lambda: _NOW
    cursor = provider.open_feed(ResourceKind.INSTANCE, home)
    worlds.clear()
    later = account(drift="600")
    worlds.get("c").clock = lambda: _NOW + 3
    assert later.changes(ResourceKind.INSTANCE, home, cursor).changed


def _restart(account: Account) -> SimulatedProvider:
    worlds.clear()
    provider = account()
    worlds.get("c").clock = lambda: _NOW
    return provider


def _reshape(account: Account) -> SimulatedProvider:
    return account(instances=41)


def _let_two_days_pass(account: Account) -> SimulatedProvider:
    worlds.get("c").clock = lambda: _NOW + 2 * 86_400
    return account()


def _go_back_in_time(account: Account) -> SimulatedProvider:
    worlds.get("c").clock = lambda: _NOW - 60
    return account()


@pytest.mark.parametrize(
    "happening", [_restart, _reshape, _let_two_days_pass, _go_back_in_time], ids=lambda one: one.__name__
)
def test_a_cursor_expires(happening: Callable[[Account], SimulatedProvider], account: Account, home: Region) -> None:
    provider = account()
    worlds.get("c").clock = lambda: _NOW
    worlds.get("c").change(worlds.get("c").ids()[0], name="x")
    cursor = provider.open_feed(ResourceKind.INSTANCE, home)
    later = happening(account)
    with pytest.raises(FeedExpired):
        later.changes(ResourceKind.INSTANCE, home, cursor)


def test_too_much_drift_asks_for_a_full_read(account: Account, home: Region) -> None:
    provider = account(drift="60000")
    worlds.get("c").clock = lambda: _NOW
    cursor = provider.open_feed(ResourceKind.INSTANCE, home)
    worlds.get("c").clock = lambda: _NOW + 60
    with pytest.raises(FeedExpired, match="too much"):
        provider.changes(ResourceKind.INSTANCE, home, cursor)


def test_a_kind_without_feed_is_refused(account: Account, home: Region) -> None:
    with pytest.raises(NotSupported):
        account().open_feed(ResourceKind.NETWORK, home)
