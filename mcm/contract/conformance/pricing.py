"""Obligations of price lists, for providers that read them."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from mcm.contract import InvalidRequest, PricePoint, PriceSource, ProviderDescriptor, Unreachable
from mcm.contract.conformance.base import ConformanceFixtures, Connect, must_raise
from mcm.contract.conformance.checks import require, require_none
from mcm.contract.conformance.fitting import misfits
from mcm.contract.conformance.watched import WatchedContext

_COMMITTED = ("reserved", "savings_plan", "subscription")
_UNITS = {
    "compute": ("hour", "month", "vcpu_hour"), "storage": ("gib_month",), "snapshot": ("gib_month",),
    "egress": ("gb",), "transfer": ("gb",), "public_ip": ("hour", "month"), "load_balancer": ("hour", "month", "gb"),
    "licence": ("hour", "month", "vcpu_hour"), "support": ("month",),
}  # fmt: skip


class Pricing(ConformanceFixtures):
    def test_sources_are_well_formed(self, provider_under_test: Any, context: WatchedContext) -> None:
        sources = provider_under_test.price_sources()
        require(sources, "an account that reads prices names at least one list")
        names = [(source.name, source.currency) for source in sources]
        require(len(set(names)) == len(names), f"price_sources() names a list twice: {names}")
        require_none((f"{one.name} has no region" for one in sources if not one.regions), "price_sources()")
        again = provider_under_test.price_sources()
        require(
            [one.name for one in again] == [one.name for one in sources], "price_sources() differs when asked again"
        )
        require(context.finished == context.calls, "price_sources() did not report every call as over")

    def test_prices_are_well_formed(self, connect: Connect) -> None:
        provider = connect(WatchedContext())
        for source in provider.price_sources():
            found = list(provider.prices(source, source.regions))
            require(found, f"{source.name} holds no price")
            require_none((p for point in found for p in _problems(point, source)), f"prices({source.name})")
            require(all(number > 0 for number in provider.left_out().values()), "left_out() counts what there is not")
        provider.close()

    def test_reasons_for_leaving_out_have_a_sentence(self, connect: Connect, descriptor: ProviderDescriptor) -> None:
        provider = connect(WatchedContext())
        for source in provider.price_sources():
            list(provider.prices(source, source.regions))
            unknown = set(provider.left_out()) - set(descriptor.messages)
            require(not unknown, f"left_out() gives codes without a message: {sorted(unknown)}")
        provider.close()

    def test_two_readings_of_prices_give_the_same(self, provider_under_test: Any) -> None:
        for source in provider_under_test.price_sources():
            first = Counter(map(repr, provider_under_test.prices(source, source.regions)))
            left_out = dict(provider_under_test.left_out())
            again = Counter(map(repr, provider_under_test.prices(source, source.regions)))
            require(first == again, f"two readings of {source.name} differ")
            require(left_out == dict(provider_under_test.left_out()), "left_out() adds up over two readings")

    def test_prices_come_as_an_iterator(self, provider_under_test: Any) -> None:
        for source in provider_under_test.price_sources():
            found = provider_under_test.prices(source, source.regions)
            require(isinstance(found, Iterator), f"prices() gave {type(found).__name__}, not an iterator")

    def test_prices_of_an_unknown_region_are_refused(self, provider_under_test: Any) -> None:
        (source, *_) = provider_under_test.price_sources()
        must_raise(
            InvalidRequest,
            "prices() of a region that does not exist",
            lambda: list(provider_under_test.prices(source, ["mcm-no-such-region"])),
        )

    def test_prices_past_the_deadline(self, provider_under_test: Any, context: WatchedContext) -> None:
        (source, *_) = provider_under_test.price_sources()
        context.arm(0.0)
        must_raise(
            Unreachable,
            "prices() past the deadline",
            lambda: list(provider_under_test.prices(source, source.regions)),
        )


def _problems(point: PricePoint, source: PriceSource) -> Iterator[str]:
    where = f"{point.region} {point.item} {point.sku} {point.option}"
    for problem in misfits(point):
        yield f"{where}: {problem}"
    if point.region not in source.regions:
        yield f"{where}: the list does not hold the region"
    if point.currency != source.currency:
        yield f"{where}: it is in {point.currency}, the list in {source.currency}"
    if point.unit not in _UNITS.get(point.item, ()):
        yield f"{where}: {point.item} is not priced by {point.unit}"
    if (point.option in _COMMITTED) != (point.term_months is not None):
        yield f"{where}: term_months is {point.term_months}"
    amounts = (point.unit_price, point.upfront, point.tier_from)
    if any(not isinstance(one, Decimal) or not one.is_finite() or one < 0 for one in amounts):
        yield f"{where}: an amount is no finite Decimal from 0 on"
    if point.item == "compute" and not point.unit_price and not point.upfront:
        yield f"{where}: compute for nothing"
