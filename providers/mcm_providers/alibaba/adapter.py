"""Prices of Alibaba Cloud's Elastic Compute Service: the catalogue of types, then what each of them costs.

`DescribePrice` tells one type and one way of paying at a time. What is asked for is therefore chosen in the settings,
and no region is asked for more prices than `max_calls`.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Self

from mcm.contract import (
    AccountIdentity,
    CallContext,
    ConnectionForm,
    InvalidRequest,
    PricePoint,
    PriceSource,
)
from mcm_providers.alibaba.client import Ecs
from mcm_providers.alibaba.points import DISK_GIB, HOURLY, Reading, Type, type_of
from mcm_providers.alibaba.settings import Settings

_NAMES = {"OriginalPrice": "Alibaba Cloud list prices", "TradePrice": "Alibaba Cloud prices of this account"}
# Sold almost everywhere: shows the right to ask for prices, and the site by its currency.
_PROBE = ("cloud_efficiency", "")


class AlibabaProvider:
    def __init__(self, client: Ecs, settings: Settings) -> None:
        self._client, self._settings = client, settings
        self._source = _NAMES[settings.field]
        self._left_out: Counter[str] = Counter()

    @classmethod
    def connect(cls, form: ConnectionForm, context: CallContext) -> Self:
        settings = Settings.from_form(form)
        if settings.endpoint:
            context.allow_url(settings.endpoint)
        return cls(Ecs(context, settings.endpoint, settings.key), settings)

    def check(self) -> AccountIdentity:
        """Signs in, looks for the regions, and asks for one price."""
        known = self._client.regions()
        if unknown := [region for region in self._settings.regions if region not in known]:
            raise InvalidRequest(f"Alibaba Cloud does not know the region '{unknown[0]}': check its spelling")
        price = self._client.disk_price(self._settings.regions[0], *_PROBE, DISK_GIB)
        if price is not None:
            self._reading(self._settings.regions[0]).disk(*_PROBE, price)
        realm = f"alibaba:ecs-prices:{self._settings.currency}"
        return AccountIdentity(realm=realm, principal="AccessKey", scope_name=self._source)

    def close(self) -> None:
        self._client.close()

    def price_sources(self) -> Sequence[PriceSource]:
        # Only the types that were asked for, one call for each.
        return [PriceSource(self._source, self._settings.currency, self._settings.regions, complete=False)]

    def prices(self, source: PriceSource, regions: Sequence[str]) -> Iterator[PricePoint]:
        self._left_out.clear()
        known = self._settings.regions
        if strange := [region for region in regions if source.name != self._source or region not in known]:
            raise InvalidRequest(f"'{strange[0][:40]}' is no region of this account")
        for region in regions:
            yield from self._of(region)

    def left_out(self) -> Mapping[str, int]:
        return {code: number for code, number in self._left_out.items() if number}

    def _of(self, region: str) -> Iterator[PricePoint]:
        reading, most = self._reading(region), self._client.price_calls + self._settings.max_calls
        types = self._types(region)
        for category, level in self._settings.disks:
            if not self._room(most):
                self._left_out["beyond_max_calls"] += 1
                continue
            price = self._client.disk_price(region, category, level, DISK_GIB)
            if price is not None:
                yield reading.disk(category, level, price)
            else:
                self._left_out["not_sold"] += 1
        for kind in types:
            if not self._room(most):
                self._left_out["beyond_max_calls"] += 1
                continue
            yield from self._of_type(region, kind, reading, most)

    def _of_type(self, region: str, kind: Type, reading: Reading, most: int) -> Iterator[PricePoint]:
        """Whoever does not sell it by the hour does not sell it; the other ways are not asked for then."""
        for way in (HOURLY, *self._settings.ways):
            if not self._room(most):
                self._left_out["beyond_max_calls"] += 1
                return
            price = self._client.instance_price(region, kind.name, kind.family, way.unit, way.period)
            if price is None:
                self._left_out["not_sold"] += 1
                if way == HOURLY:
                    return
                continue
            point = reading.compute(kind, way, price)
            if point is None:
                self._left_out["for_nothing"] += 1
            else:
                yield point

    def _types(self, region: str) -> list[Type]:
        """As the settings name the families, small ones first, so that the same ones are read every day."""
        asked = self._settings
        listed = [type_of(one) for one in self._client.instance_types(region, asked.families, asked.types)]
        found = {one.name: one for one in listed if one.family in asked.families or one.name in asked.types}
        if missing := [one for one in asked.types if one not in found]:
            raise InvalidRequest(f"Alibaba Cloud does not know the instance type '{missing[0]}': check its spelling")
        if not found and (asked.families or asked.types):
            raise InvalidRequest(f"{region} knows none of the instance families of 'instance_types'")
        there = {one.family for one in found.values()}
        self._left_out["not_sold"] += sum(family not in there for family in asked.families)
        order = {family: number for number, family in enumerate(asked.families)}
        most = Decimal(10**6)
        return sorted(
            found.values(),
            key=lambda one: (order.get(one.family, -1), one.vcpus or most, one.memory_gib or most, one.name),
        )

    def _reading(self, region: str) -> Reading:
        return Reading(region, self._settings.currency, self._settings.field, datetime.now(UTC).date())

    def _room(self, most: int) -> bool:
        return self._client.price_calls < most
