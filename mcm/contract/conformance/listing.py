"""Obligations of regions() and collect()."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from mcm.contract import ConnectionForm, ProviderDescriptor, ResourceKind, Unreachable
from mcm.contract.conformance.base import (
    ConformanceFixtures,
    Connect,
    Inventory,
    Scope,
    comparable,
    identity_of,
    must_raise,
)
from mcm.contract.conformance.checks import region_problems, require, require_none, resource_problems
from mcm.contract.conformance.watched import WatchedContext


class Listing(ConformanceFixtures):
    def test_regions_are_well_formed(self, provider_under_test: Any, descriptor: ProviderDescriptor) -> None:
        regions = provider_under_test.regions()
        require(len(regions) >= 1, "there must be at least one region; what has none lives in 'global'")
        require_none((problem for region in regions for problem in region_problems(region, descriptor)), "regions()")
        ids = [region.native_id for region in regions]
        require(len(set(ids)) == len(ids), f"regions() lists an id twice: {ids}")

    def test_expected_kinds_are_offered(self, inventory: Inventory, expected_kinds: frozenset[ResourceKind]) -> None:
        offered = {kind for region in inventory.regions.values() for kind in region.kinds}
        require(expected_kinds <= offered, f"not offered in any region: {sorted(expected_kinds - offered)}")

    def test_every_scope_can_be_read(self, inventory: Inventory) -> None:
        require_none((f"{scope}: {error!r}" for scope, error in inventory.errors.items()), "collect()")

    def test_resources_are_well_formed(self, inventory: Inventory) -> None:
        problems = (
            problem for (region, kind), one in inventory.each() for problem in resource_problems(one, kind, region)
        )
        require_none(problems, "collect()")

    def test_identities_are_unique(self, inventory: Inventory) -> None:
        seen = Counter(identity_of(resource) for _, resource in inventory.each())
        require_none((f"{one} is listed {count} times" for one, count in seen.items() if count > 1), "collect()")

    def test_secrets_are_in_no_resource(self, inventory: Inventory, form: ConnectionForm) -> None:
        secrets = [secret for secret in form.secret_values() if len(secret) >= 6]
        for _, resource in inventory.each() if secrets else ():
            shown = repr(resource)
            require(not any(secret in shown for secret in secrets), f"a secret stands in {identity_of(resource)}")

    def test_two_reads_give_the_same(self, inventory: Inventory, connect: Connect, context: WatchedContext) -> None:
        provider = connect(context)
        differing = []
        for (region, kind), before in inventory.scopes.items():
            context.arm(120.0)
            first = {identity_of(one): comparable(one) for one in before}
            again = {identity_of(one): comparable(one) for one in provider.collect(kind, inventory.regions[region])}
            differing += [f"{one} differs" for one in first.keys() | again.keys() if first.get(one) != again.get(one)]
        provider.close()
        require_none(differing, "two reads of a quiet cloud")

    def test_counts_are_complete(self, inventory: Inventory, expected_counts: Mapping[Scope, int]) -> None:
        wrong = [
            f"{scope}: listed {len(inventory.scopes.get(scope, ()))}, the cloud has {count}"
            for scope, count in expected_counts.items()
            if len(inventory.scopes.get(scope, ())) != count
        ]
        require_none(wrong, "collect()")

    def test_collect_is_an_iterator(self, provider_under_test: Any) -> None:
        for region in provider_under_test.regions():
            for kind in sorted(region.kinds):
                found = provider_under_test.collect(kind, region)
                require(isinstance(found, Iterator), f"collect({kind}) gave {type(found).__name__}, not an iterator")

    def test_first_comes_before_all_pages(
        self, provider_under_test: Any, context: WatchedContext, paged_scope: Scope | str, inventory: Inventory
    ) -> None:
        listing = self._paged(provider_under_test, paged_scope, inventory)
        next(listing)
        at_first = context.calls
        list(listing)
        require(context.calls > at_first, "all pages were fetched before the first resource came out")

    def test_an_abandoned_listing_harms_nothing(
        self, provider_under_test: Any, paged_scope: Scope | str, inventory: Inventory
    ) -> None:
        listing = self._paged(provider_under_test, paged_scope, inventory)
        next(listing)
        if hasattr(listing, "close"):
            listing.close()
        whole = {identity_of(one) for one in self._paged(provider_under_test, paged_scope, inventory)}
        before = {identity_of(one) for scope, one in inventory.each() if scope == paged_scope}
        require(whole == before, "the next listing was not complete")

    def test_cancelling_ends_a_listing(
        self, provider_under_test: Any, context: WatchedContext, paged_scope: Scope | str, inventory: Inventory
    ) -> None:
        listing = self._paged(provider_under_test, paged_scope, inventory)
        next(listing)
        context.cancel()
        must_raise(Unreachable, "a listing cancelled after its first page", lambda: list(listing))

    def test_the_deadline_ends_a_listing(
        self, provider_under_test: Any, context: WatchedContext, paged_scope: Scope | str, inventory: Inventory
    ) -> None:
        listing = self._paged(provider_under_test, paged_scope, inventory)
        next(listing)
        context.arm(0.0)
        must_raise(Unreachable, "a listing whose deadline passed after its first page", lambda: list(listing))

    def _paged(self, provider: Any, scope: Scope | str, inventory: Inventory) -> Iterator[Any]:
        if isinstance(scope, str):
            pytest.skip(scope)
        region, kind = scope
        listing: Iterator[Any] = provider.collect(kind, inventory.regions[region])
        return listing
