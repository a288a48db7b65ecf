"""Providers that break an obligation of regions() or collect()."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from mcm.contract import Reason, Region, Resource, ResourceKind, ResourceRef
from mcm_providers.simulated.adapter import SimulatedProvider
from tests.conformance.broken.control import Broken


class _NoRegions(SimulatedProvider):
    def regions(self) -> Sequence[Region]:
        return []


class TestNoRegions(Broken):
    must_fail = frozenset({"test_regions_are_well_formed", "test_expected_kinds_are_offered"})
    provider = _NoRegions


class _UnknownReason(SimulatedProvider):
    def regions(self) -> Sequence[Region]:
        return [
            replace(region, absent={ResourceKind.OTHER: Reason("not_in_the_catalogue")}) for region in super().regions()
        ]


class TestUnknownReason(Broken):
    must_fail = frozenset({"test_regions_are_well_formed"})
    provider = _UnknownReason


class TestLacksAKind(Broken):
    must_fail = frozenset({"test_expected_kinds_are_offered"})

    @pytest.fixture(scope="class")
    @classmethod
    def expected_kinds(cls) -> frozenset[ResourceKind]:
        return frozenset({ResourceKind.BUCKET})


class _Truncates(SimulatedProvider):
    """The worst of all: one page, and the listing ends as if it were whole."""

    def _collected(self, kind: ResourceKind, region: str) -> Iterator[Resource]:
        return itertools.islice(super()._collected(kind, region), self._settings.page_size)


class TestTruncates(Broken):
    must_fail = frozenset({"test_counts_are_complete", "test_first_comes_before_all_pages"})
    provider = _Truncates


class _Leaks(SimulatedProvider):
    def _collected(self, kind: ResourceKind, region: str) -> Iterator[Resource]:
        yield from super()._collected(kind, region)
        raise KeyError("next_page")

    def observe(self, refs: Sequence[ResourceRef]) -> Mapping[ResourceRef, Resource | None]:
        if any(not ref.native_id.strip() for ref in refs):
            raise KeyError("id")
        return super().observe(refs)


class TestLeaks(Broken):
    must_fail = frozenset({"test_every_scope_can_be_read", "test_nonsense_raises_nothing_foreign"})
    provider = _Leaks


class _Repeats(SimulatedProvider):
    def _collected(self, kind: ResourceKind, region: str) -> Iterator[Resource]:
        for resource in super()._collected(kind, region):
            yield resource
        yield resource


class TestRepeats(Broken):
    must_fail = frozenset({"test_identities_are_unique"})
    provider = _Repeats


class _Sloppy(SimulatedProvider):
    def _translate(self, *args: Any) -> Any:
        resource = super()._translate(*args)
        resource.state = "ACTIVE"
        return resource


class TestSloppy(Broken):
    must_fail = frozenset({"test_resources_are_well_formed"})
    provider = _Sloppy


class _Restless(SimulatedProvider):
    count = itertools.count()

    def _translate(self, *args: Any) -> Any:
        resource = super()._translate(*args)
        resource.name = f"{resource.name} {next(self.count)}"
        return resource


class TestRestless(Broken):
    must_fail = frozenset({"test_two_reads_give_the_same", "test_observe_sees_what_was_collected"})
    provider = _Restless


class _Lists(SimulatedProvider):
    def collect(self, kind: ResourceKind, region: Region) -> Any:
        return list(super().collect(kind, region))


class TestLists(Broken):
    must_fail = frozenset({"test_collect_is_an_iterator"})
    provider = _Lists


class _HoldsAllPages(SimulatedProvider):
    def collect(self, kind: ResourceKind, region: Region) -> Iterator[Resource]:
        yield from list(super().collect(kind, region))


class TestHoldsAllPages(Broken):
    must_fail = frozenset(
        {"test_first_comes_before_all_pages", "test_cancelling_ends_a_listing", "test_the_deadline_ends_a_listing"}
    )
    provider = _HoldsAllPages


class _OneListing(SimulatedProvider):
    """Shares its place in the listing between all listings of a kind."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._open: dict[tuple[ResourceKind, str], Iterator[Resource]] = {}

    def _collected(self, kind: ResourceKind, region: str) -> Iterator[Resource]:
        listing = self._open.setdefault((kind, region), super()._collected(kind, region))
        return (resource for resource in listing)


class TestOneListing(Broken):
    must_fail = frozenset({"test_an_abandoned_listing_harms_nothing"})
    provider = _OneListing
