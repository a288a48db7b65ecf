"""Obligations towards the context: nothing goes on when the time is up, and nothing is remembered of it."""

from typing import Any

from mcm.contract import Unreachable
from mcm.contract.conformance.base import ConformanceFixtures, Inventory, must_raise
from mcm.contract.conformance.checks import require
from mcm.contract.conformance.watched import WatchedContext


class Deadlines(ConformanceFixtures):
    def test_collect_past_the_deadline(
        self, provider_under_test: Any, context: WatchedContext, inventory: Inventory
    ) -> None:
        context.arm(0.0)
        self._every_scope_raises(provider_under_test, inventory, "past the deadline")

    def test_collect_when_cancelled(
        self, provider_under_test: Any, context: WatchedContext, inventory: Inventory
    ) -> None:
        context.cancel()
        self._every_scope_raises(provider_under_test, inventory, "when cancelled")

    def test_check_past_the_deadline(self, provider_under_test: Any, context: WatchedContext) -> None:
        context.arm(0.0)
        must_raise(Unreachable, "check() past the deadline", provider_under_test.check)

    def test_regions_past_the_deadline(self, provider_under_test: Any, context: WatchedContext) -> None:
        context.arm(0.0)
        must_raise(Unreachable, "regions() past the deadline", provider_under_test.regions)

    def test_observe_past_the_deadline(
        self, provider_under_test: Any, context: WatchedContext, inventory: Inventory
    ) -> None:
        refs = [resources[0].ref for resources in inventory.scopes.values() if resources]
        context.arm(0.0)
        for ref in refs:
            must_raise(
                Unreachable,
                f"observe() of {ref.kind} past the deadline",
                lambda ref=ref: provider_under_test.observe([ref]),  # type: ignore[misc]
            )

    def test_a_new_deadline_makes_it_work_again(
        self, provider_under_test: Any, context: WatchedContext, inventory: Inventory
    ) -> None:
        """A connection is armed anew for each use; an expired one must not be kept as broken."""
        realm = provider_under_test.check().realm
        context.arm(0.0)
        self._every_scope_raises(provider_under_test, inventory, "past the deadline")
        context.arm(120.0)
        require(provider_under_test.check().realm == realm, "the realm changed after a deadline had passed")
        scope = min(inventory.scopes, key=lambda one: len(inventory.scopes[one]))
        again = list(provider_under_test.collect(scope[1], inventory.regions[scope[0]]))
        require(len(again) == len(inventory.scopes[scope]), "after a new deadline the listing is not complete")

    def _every_scope_raises(self, provider: Any, inventory: Inventory, when: str) -> None:
        for region in inventory.regions.values():
            for kind in sorted(region.kinds):
                must_raise(
                    Unreachable,
                    f"collect({kind}) in {region.native_id} {when}",
                    lambda kind=kind, region=region: list(provider.collect(kind, region)),  # type: ignore[misc]
                )
