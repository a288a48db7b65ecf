"""Lines of AWS's offer files → prices. Pure.

https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/reading-an-offer.html
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from mcm.contract import PricePoint, UnexpectedResponse
from mcm_providers._transport.amounts import amount

Line = Mapping[str, str]
_CLASSES = {
    "gp2": "ssd", "gp3": "ssd", "io1": "premium", "io2": "premium", "st1": "hdd", "sc1": "hdd", "standard": "hdd",
}  # fmt: skip
_TERMS = {"1yr": 12, "3yr": 36}
# The first that is offered is kept: a price has one way of being paid.
_PAID = ("No Upfront", "Partial Upfront", "All Upfront")
_MEMORY = re.compile(r"([\d,]{1,12}(?:\.\d{1,6})?) GiB")


class Reading:
    """One region's offers. What is reserved comes in two lines for each way of paying, and is told at the end."""

    def __init__(self, region: str, currency: str, left_out: Counter[str]) -> None:
        self._region, self._currency, self._left_out = region, currency, left_out
        # By (sku, term code): what it is, what is paid at once and by the hour.
        self._reserved: dict[tuple[str, str], dict[str, Any]] = {}

    def take(self, line: Line) -> PricePoint | None:
        price = amount(line["PricePerUnit"])
        if price is None or line["Currency"] != self._currency:
            return self._leave("price_without_words")
        if line["Product Family"].startswith("Compute Instance"):
            return self._compute(line, price)
        if line["TermType"] != "OnDemand":
            return self._leave("price_without_words")
        return self._other(line, price)

    def rest(self) -> Iterator[PricePoint]:
        best: dict[tuple[str, int, str], tuple[int, dict[str, Any]]] = {}
        for told in self._reserved.values():
            values = told["values"]
            key = (values["sku"], told["term"], values["operating_system"])
            if not told["upfront"] and not told["hourly"]:
                self._leave("price_without_words")
            elif key in best:
                self._leave("price_paid_otherwise")
                best[key] = min(best[key], (told["rank"], told), key=lambda one: one[0])
            else:
                best[key] = (told["rank"], told)
        for (_, term, _), (_, told) in best.items():
            yield PricePoint(
                option="reserved", unit="hour", unit_price=told["hourly"], upfront=told["upfront"], term_months=term,
                **told["values"],
            )  # fmt: skip

    def _compute(self, line: Line, price: Decimal) -> PricePoint | None:
        if reason := _unfit(line):
            return self._leave(reason)
        values = self._size(line)
        if line["TermType"] == "OnDemand":
            if not price or line["Unit"] != "Hrs":
                return self._leave("price_without_words")
            return PricePoint(option="on_demand", unit="hour", unit_price=price, **values)
        term, paid = _TERMS.get(line["LeaseContractLength"]), line["PurchaseOption"]
        if line["TermType"] != "Reserved" or term is None or paid not in _PAID:
            return self._leave("price_without_words")
        if line["OfferingClass"] != "standard":
            return self._leave("price_of_convertible")
        told = self._reserved.setdefault(
            (line["SKU"], line["OfferTermCode"]),
            {
                "values": values, "term": term, "rank": _PAID.index(paid), "upfront": Decimal(0), "hourly": Decimal(0),
            },
        )  # fmt: skip
        told["hourly" if line["Unit"] == "Hrs" else "upfront"] = price
        return None

    def _size(self, line: Line) -> dict[str, Any]:
        vcpus, memory = amount(line["vCPU"]), _MEMORY.fullmatch(line["Memory"])
        gpus = line.get("GPU", "")
        return {
            "region": self._region, "item": "compute", "sku": line["Instance Type"], "currency": self._currency,
            "valid_from": _day(line), "vcpus": vcpus or None,
            "memory_gib": Decimal(memory[1].replace(",", "")) if memory else None,
            "gpus": int(gpus) if gpus.isascii() and gpus.isdigit() and len(gpus) < 4 else 0,
            "architecture": "arm64" if "Graviton" in line["Physical Processor"] else "x86_64",
            "family": line["Instance Type"].partition(".")[0], "operating_system": line["Operating System"].lower(),
        }  # fmt: skip

    def _other(self, line: Line, price: Decimal) -> PricePoint | None:
        common: dict[str, Any] = {
            "region": self._region, "option": "on_demand", "currency": self._currency, "valid_from": _day(line),
            "unit_price": price, "tier_from": amount(line["StartingRange"]) or Decimal(0),
        }  # fmt: skip
        family, unit, usage, operation = (
            line["Product Family"], line["Unit"], line.get("usageType", ""), line.get("operation", ""),
        )  # fmt: skip
        volume = line.get("Volume API Name", "")
        if family == "Storage" and unit == "GB-Mo" and volume in _CLASSES and price:
            # What EBS calls GB has 2^30 bytes.
            return PricePoint(
                item="storage", sku=volume, unit="gib_month", storage_class=_CLASSES[volume], **common
            )  # fmt: skip
        if family == "Storage Snapshot" and unit == "GB-Mo" and usage.endswith("EBS:SnapshotUsage"):
            return PricePoint(item="snapshot", sku="ebs-snapshot", unit="gib_month", **common)
        outward = line.get("Transfer Type") == "AWS Outbound" and line.get("To Location") == "External"
        if family == "Data Transfer" and unit == "GB" and outward and usage.endswith("DataTransfer-Out-Bytes"):
            return PricePoint(item="egress", sku="internet", unit="gb", **common)
        if unit == "Hrs" and usage.endswith("PublicIPv4:InUseAddress") and price:
            return PricePoint(item="public_ip", sku="ipv4", unit="hour", **common)
        if unit == "Hrs" and usage.endswith("LoadBalancerUsage") and operation == "LoadBalancing:Application" and price:
            return PricePoint(item="load_balancer", sku="application", unit="hour", **common)
        return self._leave("price_without_words")

    def _leave(self, reason: str) -> PricePoint | None:
        self._left_out[reason] += 1
        return None


def _unfit(line: Line) -> str:
    """Why a line of compute is not what everybody rents; "" when it is."""
    if line.get("Tenancy") != "Shared":
        return "price_of_tenancy"
    if line.get("CapacityStatus", "Used") not in ("Used", ""):
        return "price_of_capacity"
    if line.get("Pre Installed S/W", "NA") not in ("NA", ""):
        return "price_with_software"
    if line.get("License Model") == "Bring your own license":
        return "price_of_own_licence"
    region = line.get("Location Type", "") == "AWS Region"
    named = line["Instance Type"] and line["Operating System"] not in ("", "NA")
    return "" if region and named else "price_without_words"


def _day(line: Line) -> date:
    try:
        return date.fromisoformat(line["EffectiveDate"][:10])
    except ValueError as error:
        raise UnexpectedResponse(f"a price's date cannot be read: {line['EffectiveDate'][:40]}") from error
