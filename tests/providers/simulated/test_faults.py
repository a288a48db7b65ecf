"""Faults on demand, and that the adapter recognises every one of them."""

import threading
from collections.abc import Callable

import pytest

from mcm.contract import (
    AuthenticationFailed,
    InvalidRequest,
    NotSupported,
    PermissionDenied,
    ProviderError,
    RateLimited,
    Region,
    Resource,
    ResourceKind,
    ResourceRef,
    UnexpectedResponse,
    Unreachable,
)
from mcm.contract.conformance.context import PlainContext
from mcm_providers.simulated.adapter import SimulatedProvider
from mcm_providers.simulated.world import worlds

Account = Callable[..., SimulatedProvider]
Listed = Callable[..., dict[str, Resource]]

_CALLS: dict[str, type[ProviderError]] = {
    "expired": AuthenticationFailed,
    "throttle:1": RateLimited,
    "flaky:1": Unreachable,
    "region:bj-1=unreachable": Unreachable,
    "region:bj-1=denied": PermissionDenied,
    "region:*=garbled": UnexpectedResponse,
    "kind:instance=throttled": RateLimited,
    "kind:instance@bj-1=missing": NotSupported,
    "kind:*=unreachable": Unreachable,
}
_PAGES = [f"{fault}:instance@{page}" for fault in ("cut", "repeat", "lost", "garbled") for page in (1, 2, 4)]


@pytest.mark.parametrize("fault", [*_CALLS, *_PAGES])
def test_a_faulty_listing_raises(fault: str, account: Account, listed: Listed) -> None:
    expected = _CALLS.get(fault, UnexpectedResponse)
    with pytest.raises(ProviderError) as raised:
        listed(account(faults=fault))
    assert type(raised.value) is expected
    worlds.clear()
    provider = account()
    worlds.get("c").faults.arm(fault)
    with pytest.raises(expected):
        listed(provider)
    worlds.get("c").faults.disarm(fault)
    assert len(listed(provider)) == 40


@pytest.mark.parametrize("fault", _CALLS)
def test_observe_never_takes_a_fault_for_absence(fault: str, account: Account, listed: Listed) -> None:
    provider = account()
    ref = next(iter(listed(provider).values())).ref
    worlds.get("c").faults.arm(fault)
    with pytest.raises(_CALLS[fault]):
        provider.observe([ref])


def test_what_came_before_a_cut_is_given_out_first(account: Account, home: Region) -> None:
    listing = account(faults="cut:instance@3").collect(ResourceKind.INSTANCE, home)
    seen: list[str] = []
    with pytest.raises(UnexpectedResponse):
        seen.extend(one.native_id for one in listing)
    assert len(set(seen)) == len(seen)


@pytest.mark.parametrize("fault", ["cut:instance@1", "lost:instance@1", "repeat:volume@1"])
def test_faults_hit_single_pages_too_and_only_their_kind(fault: str, account: Account, listed: Listed) -> None:
    provider = account(page_size=1000, faults=fault)
    kind, other = ResourceKind.INSTANCE, ResourceKind.VOLUME
    if "volume" in fault:
        kind, other = other, kind
    with pytest.raises(UnexpectedResponse):
        listed(provider, kind)
    assert listed(provider, other)


@pytest.mark.parametrize("page", [1, 2, 3, 5])
def test_an_empty_page_does_not_end_a_listing(page: int, account: Account, listed: Listed) -> None:
    assert len(listed(account(faults=f"empty:instance@{page}"))) == 40


def test_a_dead_region_is_listed_and_the_others_work(account: Account, home: Region) -> None:
    provider = account(regions="2", faults="region:bj-1=unreachable")
    regions = {region.native_id: region for region in provider.regions()}
    assert set(regions) == {"global", "bj-1", "sh-1"}
    with pytest.raises(Unreachable):
        list(provider.collect(ResourceKind.INSTANCE, regions["bj-1"]))
    assert len(list(provider.collect(ResourceKind.INSTANCE, regions["sh-1"]))) == 20


def test_some_throttling_is_waited_out_and_reported(account: Account, listed: Listed) -> None:
    class Counting(PlainContext):
        slowed = 0

        def after_call(self, *, status: int = 0, received: int = 0, retry_after: float | None = None) -> None:
            super().after_call(status=status, received=received, retry_after=retry_after)
            self.slowed += status == 429 and retry_after is not None

    context = Counting()
    assert len(listed(account(context, faults="throttle:0.3", page_size=5))) == 40
    assert context.slowed > 0
    assert context.calls == context.finished == 9 + context.slowed


def test_a_hanging_region_ends_at_the_deadline(account: Account, listed: Listed) -> None:
    context = PlainContext()
    provider = account(context, faults="hang:bj-1")
    context.arm(0.2)
    with pytest.raises(Unreachable):
        listed(provider)
    assert context.remaining() == 0.0
    context.arm(60)
    assert provider.check().realm


def test_cancelling_ends_a_hanging_call(account: Account, listed: Listed) -> None:
    context = PlainContext()
    provider = account(context, faults="hang:*")
    stop = threading.Timer(0.1, context.cancel)
    stop.start()
    with pytest.raises(Unreachable, match="cancelled"):
        listed(provider)
    stop.join()


def test_latency_is_bounded_by_the_deadline(account: Account) -> None:
    context = PlainContext()
    provider = account(context, latency_ms="500000")
    context.arm(0.1)
    with pytest.raises(Unreachable):
        provider.check()


def test_hostile_names_arrive_shortened_and_the_same_each_time(account: Account, listed: Listed) -> None:
    provider = account(faults="hostile", instances=300, page_size=50)
    seen = listed(provider)
    names = [one.name for one in seen.values()]
    assert any("\x1b" in name or "\x00" in name for name in names)
    assert max(map(len, names)) == 1024
    assert max(len(str(one.native)) for one in seen.values()) < 5000
    assert provider.observe([one.ref for one in seen.values()]) == {one.ref: one for one in seen.values()}


@pytest.mark.parametrize("token", ["wrong", "expired"])
def test_refused_tokens(token: str, account: Account, listed: Listed) -> None:
    provider = account(token=token)
    for use in (provider.check, provider.regions, lambda: listed(provider)):
        with pytest.raises(AuthenticationFailed):
            use()


def test_an_unknown_project_is_refused(account: Account) -> None:
    with pytest.raises(AuthenticationFailed, match="no project 'nobody'"):
        account(project="nobody").check()


_BAD = ["boom", "throttle:x", "throttle:2", "kind:vm=denied", "region:x=odd", "cut:instance@x", "hang:", "cut:vm@1"]


@pytest.mark.parametrize("fault", _BAD)
def test_a_misspelt_fault_is_refused_with_the_grammar(fault: str, account: Account) -> None:
    with pytest.raises(InvalidRequest, match="is no fault"):
        account(faults=fault)


def test_an_observed_kind_that_is_not_there_is_refused(account: Account) -> None:
    with pytest.raises(NotSupported):
        account().observe([ResourceRef(ResourceKind.BUCKET, "b", region="bj-1")])
