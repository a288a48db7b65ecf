"""Google's catalogue on a loopback address: recorded SKUs, and others of their form."""

import copy
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.harness.replay.http import Ask, Reply
from tests.harness.replay.inside import answering, reply

_HERE = Path(__file__).parent / "recorded"
KEY = "AIza-right-key-of-a-test"
REFUSED = json.loads((_HERE / "error.json").read_text())


def recorded() -> list[dict[str, Any]]:
    skus: list[dict[str, Any]] = json.loads((_HERE / "skus.json").read_text())["skus"]
    return skus


def made(text: str, usage: str, unit: str, nanos: int, regions: Sequence[str] = ("us-central1",)) -> dict[str, Any]:
    """A recorded SKU with other words and another price."""
    sku = copy.deepcopy(recorded()[2])
    sku |= {"description": text, "serviceRegions": list(regions)}
    sku["category"]["usageType"] = usage
    expression = sku["pricingInfo"][0]["pricingExpression"]
    expression["usageUnit"] = unit
    expression["tieredRates"][0]["unitPrice"] = {"currencyCode": "USD", "units": "0", "nanos": nanos}
    return sku


def everything() -> list[dict[str, Any]]:
    return [
        *recorded(),
        made("N2 Instance Core running in Americas", "OnDemand", "h", 31611000),
        made("N2 Instance Ram running in Americas", "OnDemand", "GiBy.h", 4237000),
        made("Spot Preemptible N2 Instance Core running in Americas", "Preemptible", "h", 7650000),
        made("Spot Preemptible N2 Instance Ram running in Americas", "Preemptible", "GiBy.h", 1030000),
        made("Commitment v1: N2 Cpu in Americas for 1 Year", "Commit1Yr", "h", 19915000),
        made("Commitment v1: N2 Ram in Americas for 1 Year", "Commit1Yr", "GiBy.h", 2669000),
        # Its other half is missing.
        made("Commitment v1: N2 Cpu in Americas for 3 Year", "Commit3Yr", "h", 14225000),
        made("N2 Custom Instance Core running in Americas", "OnDemand", "h", 33174000),
        made("N2 Sole Tenancy Instance Core running in Americas", "OnDemand", "h", 99000000),
        made("Storage PD Capacity", "OnDemand", "GiBy.mo", 40000000),
        made("SSD backed PD Capacity in Singapore", "OnDemand", "GiBy.mo", 187000000, ["asia-southeast1"]),
        made("Regional Storage PD Capacity", "OnDemand", "GiBy.mo", 80000000),
        made("External IP Charge on a Standard VM", "OnDemand", "h", 5000000, ["global"]),
    ]


@dataclass
class Google:
    """change: of the page with that number."""

    skus: Sequence[dict[str, Any]] = field(default_factory=everything)
    page: int = 6
    change: Callable[[dict[str, Any], int], Reply | dict[str, Any]] = lambda page, _: page
    asked: list[str] = field(default_factory=list)
    url: str = ""

    def answer(self, ask: Ask) -> Reply:
        self.asked.append(ask.target)
        if ask.headers.get("x-goog-api-key") != KEY:
            return reply(REFUSED, 400)
        query = {name: values[0] for name, values in parse_qs(urlsplit(ask.target).query).items()}
        start, size = int(query.get("pageToken", "0")), min(self.page, int(query["pageSize"]))
        more = start + size < len(self.skus)
        page = {"skus": list(self.skus[start : start + size]), "nextPageToken": str(start + size) if more else ""}
        changed = self.change(page, len(self.asked))
        return changed if isinstance(changed, Reply) else reply(changed)


@contextmanager
def serving(google: Google) -> Iterator[Google]:
    with answering(google.answer) as google.url:
        yield google
