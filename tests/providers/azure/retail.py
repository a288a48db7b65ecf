"""Azure's price list on a loopback address: recorded items, asked by filter and given in pages."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.harness.replay.http import Ask, Reply
from tests.harness.replay.inside import answering, reply

_RECORDED = Path(__file__).parent / "recorded"
Change = Callable[[dict[str, Any], int], Reply | dict[str, Any]]


def recorded(name: str) -> list[dict[str, Any]]:
    found = json.loads((_RECORDED / f"{name}.json").read_text())
    items: list[dict[str, Any]] = found["Items"] if "Items" in found else found["items"]
    return items


def meter(service: str, product: str, name: str, unit: str, price: float, *, tier: float = 0.0) -> dict[str, Any]:
    """As the API's reference shows an item; for what nobody has recorded."""
    return {
        "currencyCode": "USD", "tierMinimumUnits": tier, "retailPrice": price, "unitPrice": price,
        "armRegionName": "eastus", "location": "US East", "effectiveStartDate": "2023-06-01T00:00:00Z",
        "meterName": name, "productName": product, "skuName": "Standard", "serviceName": service,
        "serviceFamily": "Networking", "unitOfMeasure": unit, "type": "Consumption", "armSkuName": "",
    }  # fmt: skip


def everything() -> list[dict[str, Any]]:
    names = ("eastus_standard_d2als_v7", "global_load_balancer", "eastus_disk_p15", "francecentral_virtual_machines")
    items = [item for name in names for item in recorded(name)]
    out = ("Bandwidth", "Rtn Preference: MGN", "Standard Data Transfer Out", "1 GB")
    items += [meter(*out, 0.0), meter(*out, 0.087, tier=100.0), meter(*out, 0.083, tier=10335.0)]
    items.append(meter("Virtual Network", "IP Addresses", "Standard IPv4 Static Public IP", "1 Hour", 0.005))
    items.append(meter("Storage", "Azure Premium SSD v2", "Premium LRS Provisioned Capacity", "1 GiB/Hour", 0.00011))
    return items


@dataclass
class Retail:
    """page: items for each. change: of the page with that number, counted over all that is asked."""

    items: Sequence[dict[str, Any]] = field(default_factory=everything)
    page: int = 30
    change: Change = lambda page, _: page
    asked: list[str] = field(default_factory=list)
    url: str = ""

    def answer(self, ask: Ask) -> Reply:
        self.asked.append(ask.target)
        parts = urlsplit(ask.target)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path != "/api/retail/prices":
            return reply({"Error": {"Code": "404", "Message": "no such page"}}, 404)
        found, skip = [one for one in self.items if _fits(one, query["$filter"])], int(query.get("$skip", "0"))
        part = found[skip : skip + self.page]
        link = None
        if skip + self.page < len(found):
            link = f"{self.url}/api/retail/prices?{urlencode(query | {'$skip': str(skip + self.page)})}"
        page = {
            "BillingCurrency": "USD", "CustomerEntityId": "Default", "CustomerEntityType": "Retail", "Items": part,
            "NextPageLink": link, "Count": len(part),
        }  # fmt: skip
        changed = self.change(page, len(self.asked))
        return changed if isinstance(changed, Reply) else reply(changed)


def _fits(item: dict[str, Any], query: str) -> bool:
    """The equations of a filter: those with one name are alternatives."""
    wanted: dict[str, set[str]] = {}
    for name, value in re.findall(r"(\w+) eq '([^']*)'", query):
        wanted.setdefault(name, set()).add(value)
    return all(item.get(name) in values for name, values in wanted.items())


@contextmanager
def serving(retail: Retail) -> Iterator[Retail]:
    with answering(retail.answer) as retail.url:
        yield retail
