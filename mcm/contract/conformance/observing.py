"""Obligations of observe(), and of every method towards nonsense."""

from collections.abc import Callable
from typing import Any

from mcm.contract import InvalidRequest, NotSupported, ProviderError, Region, ResourceKind, ResourceRef
from mcm.contract.conformance.base import ConformanceFixtures, Connect, Inventory, Scope, comparable, must_raise
from mcm.contract.conformance.checks import require, require_none
from mcm.contract.conformance.watched import WatchedContext, invented_id

_SAMPLE = 60  # of each scope
_NONSENSE = ("", " ", "../..", "a" * 3000, "\x00\x1b[2J", "名字'\"; --", "%00%n{0}")


class Observing(ConformanceFixtures):
    def test_observe_sees_what_was_collected(self, connect: Connect, inventory: Inventory) -> None:
        provider = connect(WatchedContext())
        problems = []
        for scope, resources in inventory.scopes.items():
            sample = resources[:: max(len(resources) // _SAMPLE, 1)]
            seen = provider.observe([one.ref for one in sample])
            for one in sample:
                again = seen.get(one.ref)
                if again is None:
                    problems.append(f"{scope}: {one.native_id} was collected, observe() says it does not exist")
                elif comparable(again) != comparable(one):
                    problems.append(f"{scope}: {one.native_id} is different in observe() and collect()")
        provider.close()
        require_none(problems, "observe()")

    def test_observe_says_none_of_what_never_was(self, connect: Connect, inventory: Inventory) -> None:
        provider = connect(WatchedContext())
        problems = []
        for scope, resources in inventory.scopes.items():
            refs = self._invented(inventory, scope) if resources else []
            seen = provider.observe(refs) if refs else {}
            problems += [f"{scope}: {ref.native_id} was found" for ref in refs if seen.get(ref, ref) is not None]
        provider.close()
        require_none(problems, "observe() of invented ids")

    def test_observe_mixed(self, provider_under_test: Any, inventory: Inventory) -> None:
        for scope, resources in inventory.scopes.items():
            if not resources:
                continue
            there, gone = [one.ref for one in resources[:3]], self._invented(inventory, scope)[:2]
            asked = [ref for pair in zip(there, gone, strict=False) for ref in pair] + there[2:] + gone[len(there) :]
            seen = provider_under_test.observe(asked)
            require(set(seen) == set(asked), f"{scope}: observe() must have one key for each ref")
            require(
                all(seen[ref] is not None for ref in there), f"{scope}: an existing one went lost among invented ones"
            )
            require(all(seen[ref] is None for ref in gone), f"{scope}: an invented one was found")

    def test_observe_several_kinds_at_once(self, provider_under_test: Any, inventory: Inventory) -> None:
        asked = [resources[0].ref for resources in inventory.scopes.values() if resources]
        seen = provider_under_test.observe(asked)
        require_none((f"{ref} is missing" for ref in asked if seen.get(ref) is None), "observe() of several kinds")

    def test_observe_nothing(self, provider_under_test: Any) -> None:
        require(dict(provider_under_test.observe([])) == {}, "observe([]) must give an empty mapping")

    def test_an_unknown_region_is_refused(self, provider_under_test: Any, inventory: Inventory) -> None:
        kinds = {kind for region in inventory.regions.values() for kind in region.kinds}
        nowhere = Region("mcm-no-such-region", "nowhere", frozenset(kinds))
        for kind in sorted(kinds):
            must_raise(
                (InvalidRequest, NotSupported),
                f"collect({kind}) in a region that does not exist",
                lambda kind=kind: list(provider_under_test.collect(kind, nowhere)),  # type: ignore[misc]
            )

    def test_a_kind_that_is_not_there_is_refused(self, provider_under_test: Any, inventory: Inventory) -> None:
        for region in inventory.regions.values():
            for kind in sorted(set(ResourceKind) - region.kinds):
                must_raise(
                    (InvalidRequest, NotSupported),
                    f"collect({kind}) in {region.native_id}, where it is not offered",
                    lambda kind=kind, region=region: list(provider_under_test.collect(kind, region)),  # type: ignore[misc]
                )

    def test_nonsense_raises_nothing_foreign(self, connect: Connect, inventory: Inventory) -> None:
        """Any answer is right but an exception that is no ProviderError, or a resource."""
        provider = connect(WatchedContext())
        for region in inventory.regions.values():
            for kind in sorted(region.kinds):
                for text in _NONSENSE:
                    ref = ResourceRef(kind, text, region=region.native_id)
                    seen = self._only_provider_errors(f"observe({ref!r})", lambda ref=ref: provider.observe([ref]))  # type: ignore[misc]
                    require(seen is None or seen.get(ref) is None, f"observe() found {ref!r}")
        provider.close()

    def _only_provider_errors(self, what: str, do: Callable[[], Any]) -> Any:
        try:
            return do()
        except ProviderError:
            return None
        except Exception as error:
            raise AssertionError(f"{what[:200]} leaked {type(error).__name__}: {error}") from error

    def _invented(self, inventory: Inventory, scope: Scope) -> list[ResourceRef]:
        """Refs like those of the scope, of things that do not exist."""
        kind = scope[1]
        taken = {one.native_id for (_, its_kind), ones in inventory.scopes.items() if its_kind is kind for one in ones}
        samples = inventory.scopes[scope][:5]
        made = {invented_id(one.native_id, taken): one for one in samples}
        return [one.ref._replace(native_id=native_id, locator="") for native_id, one in made.items()]
