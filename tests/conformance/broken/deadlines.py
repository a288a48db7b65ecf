"""Providers that break an obligation towards the context's deadline."""

from collections.abc import Iterator, Mapping, Sequence

from mcm.contract import AccountIdentity, Region, Resource, ResourceKind, ResourceRef, Unreachable
from mcm_providers.simulated.adapter import SimulatedProvider
from tests.conformance.broken.control import Broken


class _EndsInSilence(SimulatedProvider):
    def collect(self, kind: ResourceKind, region: Region) -> Iterator[Resource]:
        try:
            yield from super().collect(kind, region)
        except Unreachable:
            return


class TestEndsInSilence(Broken):
    must_fail = frozenset(
        {
            "test_cancelling_ends_a_listing",
            "test_the_deadline_ends_a_listing",
            "test_collect_past_the_deadline",
            "test_collect_when_cancelled",
        }
    )
    provider = _EndsInSilence


class _NeverStops(SimulatedProvider):
    """Answers from memory or goes on calling, whatever the time."""

    def _kept(self) -> None:
        self._context.arm(60.0)  # type: ignore[attr-defined]

    def check(self) -> AccountIdentity:
        self._kept()
        return super().check()

    def regions(self) -> Sequence[Region]:
        self._kept()
        return super().regions()

    def observe(self, refs: Sequence[ResourceRef]) -> Mapping[ResourceRef, Resource | None]:
        self._kept()
        return super().observe(refs)


class TestNeverStops(Broken):
    must_fail = frozenset(
        {"test_check_past_the_deadline", "test_regions_past_the_deadline", "test_observe_past_the_deadline"}
    )
    provider = _NeverStops


class _StaysBroken(SimulatedProvider):
    broken = False

    def _collected(self, kind: ResourceKind, region: str) -> Iterator[Resource]:
        try:
            yield from super()._collected(kind, region)
        except Unreachable:
            self.broken = True
            raise

    def check(self) -> AccountIdentity:
        if self.broken:
            raise Unreachable("the connection broke earlier")
        return super().check()


class TestStaysBroken(Broken):
    must_fail = frozenset({"test_a_new_deadline_makes_it_work_again"})
    provider = _StaysBroken
