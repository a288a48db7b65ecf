"""Alibaba Cloud's ECS API on a loopback address: signed requests only, answers of the documented form."""

import copy
import hashlib
import hmac
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.harness.replay.http import Ask, Reply
from tests.harness.replay.inside import answering, reply

_HERE = Path(__file__).parent / "recorded"
KEY, SECRET = "LTAI-right-key-of-a-test", "right-secret-of-a-test"
_FORM = re.compile(r"ACS3-HMAC-SHA256 Credential=([^,]+),SignedHeaders=([^,]+),Signature=([0-9a-f]{64})")
# By instance type: what an hour is asked for; those that are not here are not sold.
HOURLY = {"ecs.g7.large": "0.12", "ecs.g7.xlarge": "0.24", "ecs.c7.large": "0.1", "ecs.g8y.small": "0.05"}
DISKS = {"cloud_efficiency": "0.1", "cloud_ssd": "0.2", "cloud_essd": "0.3"}
Change = Callable[[dict[str, Any], int], Reply | dict[str, Any]]


def recorded(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((_HERE / f"{name}.json").read_text())
    return found


def refused(code: str, status: int, message: str = "It was refused.") -> Reply:
    body = {"RequestId": "E9A8AABE", "HostId": "ecs.aliyuncs.com", "Code": code, "Message": message}
    return reply(body, status)


@dataclass
class Alibaba:
    """change: of the answer with that number. page: how many types a page holds. picky: types of these families come
    with cloud_efficiency alone."""

    currency: str = "USD"
    page: int = 2
    picky: tuple[str, ...] = ()
    change: Change = lambda answer, _: answer
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)
    url: str = ""

    def answer(self, ask: Ask) -> Reply:
        self.urls.append(ask.target)
        action = ask.headers.get("x-acs-action", "")
        params = dict(parse_qsl(urlsplit(ask.target).query, keep_blank_values=True))
        self.asked.append((action, params))
        if (wrong := self._signature(ask)) is not None:
            return wrong
        made = {"DescribeRegions": self._regions, "DescribeInstanceTypes": self._types, "DescribePrice": self._price}
        found = made[action](params)
        if isinstance(found, Reply):
            return found
        changed = self.change(found, len(self.asked))
        return changed if isinstance(changed, Reply) else reply(changed)

    def calls(self) -> Counter[str]:
        return Counter(action for action, _ in self.asked)

    def _signature(self, ask: Ask) -> Reply | None:
        """Reckoned anew from what came over the wire."""
        match = _FORM.fullmatch(ask.headers.get("authorization", ""))
        if match is None:
            return refused("IncompleteSignature", 400)
        if match[1] != KEY:
            return refused("InvalidAccessKeyId.NotFound", 404, "Specified access key is not found.")
        path, _, query = ask.target.partition("?")
        lines = [ask.method, path, query]
        lines += [f"{name}:{ask.headers[name]}" for name in match[2].split(";")]
        lines += ["", match[2], hashlib.sha256(ask.body).hexdigest()]
        digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
        right = hmac.new(SECRET.encode(), b"ACS3-HMAC-SHA256\n" + digest.encode(), "sha256").hexdigest()
        told = f"Specified signature does not match our calculation. Key is {KEY}."
        return None if right == match[3] else refused("SignatureDoesNotMatch", 400, told)

    def _regions(self, _: dict[str, str]) -> dict[str, Any]:
        return recorded("regions")

    def _types(self, params: dict[str, str]) -> dict[str, Any]:
        families = {value for name, value in params.items() if name.startswith("InstanceTypeFamilies.")}
        types = {value for name, value in params.items() if name.startswith("InstanceTypes.")}
        document = recorded("instance_types")
        every = document["InstanceTypes"]["InstanceType"]
        found = [one for one in every if one["InstanceTypeFamily"] in families or one["InstanceTypeId"] in types]
        start = int(params.get("NextToken", "0"))
        document["InstanceTypes"]["InstanceType"] = found[start : start + self.page]
        document["NextToken"] = str(start + self.page) if start + self.page < len(found) else ""
        return document

    def _price(self, params: dict[str, str]) -> dict[str, Any] | Reply:
        if params["RegionId"] not in {one["RegionId"] for one in recorded("regions")["Regions"]["Region"]}:
            return refused("InvalidRegionId.NotFound", 404, "The RegionId provided does not exist in our records.")
        if params["ResourceType"] == "disk":
            hour = DISKS.get(params["DataDisk.1.Category"])
            if hour is None:
                return refused("InvalidDataDiskCategory.ValueNotSupported", 400)
            document = self._amounts(Decimal(hour) * Decimal(params["DataDisk.1.Size"]) / 100, Decimal(0))
            del document["PriceInfo"]["Price"]["DetailInfos"]
            return document
        name = params["InstanceType"]
        if name.rpartition(".")[0] in self.picky and params["SystemDisk.Category"] != "cloud_efficiency":
            return refused("InvalidSystemDiskCategory.ValueNotSupported", 400)
        if name not in HOURLY:
            return refused("InvalidInstanceType.ValueNotSupported", 400)
        hours = {"Hour": 1, "Month": 400, "Year": 4800}[params["PriceUnit"]]
        return self._amounts(Decimal(HOURLY[name]) * hours * int(params["Period"]), Decimal(1))

    def _amounts(self, price: Decimal, disk: Decimal) -> dict[str, Any]:
        """What the account pays is three quarters of the list. disk: what the system disk adds to the sum."""
        document = copy.deepcopy(recorded("price"))
        told = document["PriceInfo"]["Price"]
        part = next(one for one in told["DetailInfos"]["DetailInfo"] if one["Resource"] == "instanceType")
        for amounts, more in ((told, disk), (part, Decimal(0))):
            amounts["OriginalPrice"], amounts["TradePrice"] = float(price + more), float(price * 3 / 4 + more)
        told["Currency"] = self.currency
        return document


@contextmanager
def serving(alibaba: Alibaba) -> Iterator[Alibaba]:
    with answering(alibaba.answer) as alibaba.url:
        yield alibaba
