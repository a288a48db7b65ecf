"""The only file that asks Alibaba Cloud: three calls of ECS, version 2014-05-26, each signed.

https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-describeprice
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from mcm.contract import CallContext, UnexpectedResponse
from mcm_providers._transport.json_line import Answer, JsonLine
from mcm_providers._transport.refusals import patiently
from mcm_providers.alibaba.errors import is_not_sold, refusal, told_status, wants_another_disk
from mcm_providers.alibaba.signing import Key, Request, canonical_query, headers

_VERSION = "2014-05-26"
_PAGE, _MOST_PAGES, _LOT = 100, 50, 10
# Type and disk have to fit each other; which one it is does not matter, as only the type's part is taken.
_SYSTEM_DISKS = ("cloud_essd", "cloud_efficiency", "cloud_ssd")


class Ecs:
    """endpoint: "" for each region's own."""

    def __init__(self, context: CallContext, endpoint: str, key: Key) -> None:
        self._context, self._endpoint, self._key = context, endpoint.rstrip("/"), key
        self._line = JsonLine(context, "ecs", told_status=told_status)
        # By family: the system disk that its last type took.
        self._disks: dict[str, str] = {}
        self.price_calls = 0

    def regions(self) -> set[str]:
        answer = self._good("", "DescribeRegions", {}, "signing in")
        found = {one.get("RegionId") for one in _items(answer, "Regions", "Region", "the list of regions")}
        return {one for one in found if isinstance(one, str)}

    def instance_types(self, region: str, families: Sequence[str], types: Sequence[str]) -> list[dict[str, Any]]:
        """Of the catalogue, in no order. Raises UnexpectedResponse for a page that is cut or comes twice."""
        found: list[dict[str, Any]] = []
        for name, wanted in (("InstanceTypeFamilies", families), ("InstanceTypes", types)):
            for first in range(0, len(wanted), _LOT):
                lot = wanted[first : first + _LOT]
                asked = {f"{name}.{number}": one for number, one in enumerate(lot, 1)}
                for page in self._pages(region, asked):
                    found += page
        return found

    def instance_price(self, region: str, name: str, family: str, unit: str, period: int) -> Mapping[str, Any] | None:
        """unit: Hour, Month, Year. None: not sold in this way."""
        known = self._disks.get(family)
        for disk in (known, *(one for one in _SYSTEM_DISKS if one != known)) if known else _SYSTEM_DISKS:
            answer = self._price(
                region,
                {
                    "ResourceType": "instance", "InstanceType": name, "PriceUnit": unit, "Period": str(period),
                    "SystemDisk.Category": disk, "SystemDisk.Size": "40",
                },
                f"the price of {name}",
            )  # fmt: skip
            if not wants_another_disk(answer):
                self._disks[family] = disk
                return self._info(answer, f"the price of {name} in {region}")
        return None

    def disk_price(self, region: str, category: str, level: str, size_gib: int) -> Mapping[str, Any] | None:
        """Of an hour of one disk. None: not sold here."""
        asked = {
            "ResourceType": "disk", "PriceUnit": "Hour", "Period": "1", "DataDisk.1.Category": category,
            "DataDisk.1.Size": str(size_gib),
        } | ({"DataDisk.1.PerformanceLevel": level} if level else {})  # fmt: skip
        answer = self._price(region, asked, f"the price of {category}")
        return None if wants_another_disk(answer) else self._info(answer, f"the price of {category} in {region}")

    def close(self) -> None:
        self._line.close()

    def _pages(self, region: str, asked: Mapping[str, str]) -> Iterator[list[dict[str, Any]]]:
        doing, token, seen, names = f"the instance types of {region}", "", set[str](), set[object]()
        while True:
            params = {**asked, "RegionId": region, "MaxResults": str(_PAGE)} | ({"NextToken": token} if token else {})
            answer = self._good(region, "DescribeInstanceTypes", params, doing)
            items = _items(answer, "InstanceTypes", "InstanceType", doing)
            if len(names) + len(items) != len(names := names | {str(one.get("InstanceTypeId")) for one in items}):
                raise UnexpectedResponse(f"{doing}: the same type came twice")
            yield items
            token = answer.document.get("NextToken") or ""
            if not token:
                return
            if not isinstance(token, str) or token in seen or len(seen) >= _MOST_PAGES:
                raise UnexpectedResponse(f"{doing}: the pages lead in a circle")
            seen.add(token)

    def _price(self, region: str, asked: Mapping[str, str], doing: str) -> Answer:
        self.price_calls += 1
        where = f"{doing} in {region}"
        return self._ask(region, "DescribePrice", {**asked, "RegionId": region}, where, prices=True)

    def _info(self, answer: Answer, doing: str) -> Mapping[str, Any] | None:
        if answer.status >= 400:
            return None
        document = answer.document if isinstance(answer.document, dict) else {}
        info = document.get("PriceInfo")
        price = info.get("Price") if isinstance(info, dict) else None
        if not isinstance(price, dict):
            raise UnexpectedResponse(f"{doing}: the answer names no price")
        return price

    def _good(self, region: str, action: str, params: Mapping[str, str], doing: str) -> Answer:
        return self._ask(region, action, params, doing, prices=False)

    def _ask(self, region: str, action: str, params: Mapping[str, str], doing: str, *, prices: bool) -> Answer:
        """prices: that something is not sold is an answer, too."""
        return patiently(partial(self._once, region, action, params, doing, prices))

    def _once(self, region: str, action: str, params: Mapping[str, str], doing: str, prices: bool) -> Answer:
        base = self._endpoint or f"https://ecs{region and f'.{region}'}.aliyuncs.com"
        request = Request("GET", urlsplit(base).netloc, action, _VERSION, params, datetime.now(UTC), uuid.uuid4().hex)
        url = f"{base}/?{canonical_query(params)}" if params else f"{base}/"
        answer = self._line.get(url, headers=headers(request, self._key), doing=doing)
        if answer.status >= 400 and not (prices and (is_not_sold(answer) or wants_another_disk(answer))):
            raise refusal(answer, doing, action)
        return answer


def _items(answer: Answer, outer: str, inner: str, doing: str) -> list[dict[str, Any]]:
    found = answer.document.get(outer) if isinstance(answer.document, dict) else None
    items = found.get(inner) if isinstance(found, dict) else None
    if not isinstance(items, list) or not all(isinstance(one, dict) for one in items):
        raise UnexpectedResponse(f"{doing}: the answer is no list")
    return items
