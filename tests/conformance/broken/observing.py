"""Providers that break an obligation of observe(), or take nonsense for an answer."""

from collections.abc import Iterator, Mapping, Sequence

from mcm.contract import InvalidRequest, Region, Resource, ResourceKind, ResourceRef
from mcm_providers.simulated.adapter import SimulatedProvider
from tests.conformance.broken.control import Broken


class _Forgets(SimulatedProvider):
    def observe(self, refs: Sequence[ResourceRef]) -> Mapping[ResourceRef, Resource | None]:
        return dict.fromkeys(refs)


class TestForgets(Broken):
    must_fail = frozenset(
        {"test_observe_sees_what_was_collected", "test_observe_mixed", "test_observe_several_kinds_at_once"}
    )
    provider = _Forgets


class _Hallucinates(SimulatedProvider):
    """Takes the first of the listing for whatever it cannot find."""

    def observe(self, refs: Sequence[ResourceRef]) -> Mapping[ResourceRef, Resource | None]:
        seen = dict(super().observe(refs))
        for ref, resource in seen.items():
            seen[ref] = resource or next(self._collected(ref.kind, ref.region), None)
        return seen


class TestHallucinates(Broken):
    must_fail = frozenset(
        {"test_observe_says_none_of_what_never_was", "test_observe_mixed", "test_nonsense_raises_nothing_foreign"}
    )
    provider = _Hallucinates


class _Omits(SimulatedProvider):
    def observe(self, refs: Sequence[ResourceRef]) -> Mapping[ResourceRef, Resource | None]:
        return {ref: resource for ref, resource in super().observe(refs).items() if resource is not None}


class TestOmits(Broken):
    must_fail = frozenset({"test_observe_mixed", "test_observe_says_none_of_what_never_was"})
    provider = _Omits


class _OneKindAtATime(SimulatedProvider):
    def observe(self, refs: Sequence[ResourceRef]) -> Mapping[ResourceRef, Resource | None]:
        kind = refs[0].kind
        seen = super().observe([ref for ref in refs if ref.kind is kind])
        return {ref: seen.get(ref) for ref in refs}


class TestOneKindAtATime(Broken):
    must_fail = frozenset({"test_observe_several_kinds_at_once", "test_observe_nothing"})
    provider = _OneKindAtATime


class _AskedForNothing(SimulatedProvider):
    def observe(self, refs: Sequence[ResourceRef]) -> Mapping[ResourceRef, Resource | None]:
        if not refs:
            raise InvalidRequest("no ids given")
        return super().observe(refs)


class TestAskedForNothing(Broken):
    must_fail = frozenset({"test_observe_nothing"})
    provider = _AskedForNothing


class _EmptyForUnknown(SimulatedProvider):
    """What is not there looks like an empty listing, and everything known would be swept."""

    def collect(self, kind: ResourceKind, region: Region) -> Iterator[Resource]:
        try:
            self._require(kind, region.native_id)
        except Exception:
            self._context.check()
            return iter(())
        return self._collected(kind, region.native_id)


class TestEmptyForUnknown(Broken):
    must_fail = frozenset({"test_an_unknown_region_is_refused", "test_a_kind_that_is_not_there_is_refused"})
    provider = _EmptyForUnknown
