"""AWS's offer files on a loopback address."""

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.harness.replay.http import Ask, Reply
from tests.harness.replay.inside import answering, reply

_RECORDED = Path(__file__).parent / "prices" / "AmazonEC2_eu-west-3.csv"
REGION, VERSION = "eu-west-3", "20201019204802"
M5 = {
    "SKU": "8D49XP354UEYTHGM", "EffectiveDate": "2023-03-01", "StartingRange": "0", "EndingRange": "Inf",
    "Unit": "Hrs", "PricePerUnit": "0.0960000000", "Currency": "USD", "TermType": "OnDemand",
    "OfferTermCode": "JRTCKXETXF", "Product Family": "Compute Instance", "serviceCode": "AmazonEC2",
    "Location Type": "AWS Region", "Instance Type": "m5.large", "Instance Family": "General purpose", "vCPU": "2",
    "Physical Processor": "Intel Xeon Platinum 8175", "Memory": "8 GiB", "Processor Architecture": "64-bit",
    "Tenancy": "Shared", "Operating System": "Linux", "License Model": "No License required",
    "CapacityStatus": "Used", "Pre Installed S/W": "NA", "usageType": "USE2-BoxUsage:m5.large",
    "operation": "RunInstances",
}  # fmt: skip
_RESERVED = {**M5, "TermType": "Reserved", "OfferTermCode": "MZU6U2429S", "LeaseContractLength": "3yr",
             "OfferingClass": "convertible", "PurchaseOption": "All Upfront", "Unit": "Quantity",
             "PricePerUnit": "1161"}  # fmt: skip
_STANDARD = {**_RESERVED, "OfferingClass": "standard"}
COMPUTE = [
    M5,
    _RESERVED,
    {**_STANDARD, "OfferTermCode": "A", "LeaseContractLength": "1yr", "PricePerUnit": "501"},
    {**_STANDARD, "OfferTermCode": "A", "LeaseContractLength": "1yr", "Unit": "Hrs", "PricePerUnit": "0.0000000000"},
    {
        **_STANDARD, "OfferTermCode": "B", "LeaseContractLength": "1yr", "PurchaseOption": "No Upfront", "Unit": "Hrs",
        "PricePerUnit": "0.0610000000",
    },
    {**_STANDARD, "OfferTermCode": "C", "PricePerUnit": "1009"},
    {**M5, "SKU": "ZERO", "PricePerUnit": "0.0000000000"},
    {**M5, "SKU": "OWN", "License Model": "Bring your own license", "Operating System": "Windows"},
    {**M5, "SKU": "SQL", "Pre Installed S/W": "SQL Std", "Operating System": "Windows"},
    {**M5, "SKU": "UNUSED", "CapacityStatus": "UnusedCapacityReservation"},
    {
        **M5, "SKU": "DEDICATED", "OfferTermCode": "D", "TermType": "Reserved",
        "PricePerUnit": "0.2230000000", "LeaseContractLength": "1yr", "PurchaseOption": "No Upfront",
        "OfferingClass": "standard", "Instance Type": "m4.xlarge", "vCPU": "4", "Memory": "16 GiB",
        "Tenancy": "Dedicated", "Operating System": "RHEL", "usageType": "USE2-DedicatedUsage:m4.xlarge",
    },
    {
        **M5, "SKU": "GRAVITON", "Instance Type": "x2gd.16xlarge", "vCPU": "64", "Memory": "1,024 GiB", "GPU": "0",
        "Physical Processor": "AWS Graviton2 Processor", "PricePerUnit": "5.3440000000",
    },
]  # fmt: skip
_OUT = {
    "SKU": "OUT", "TermType": "OnDemand", "EffectiveDate": "2020-10-01", "Unit": "GB", "Currency": "USD",
    "Product Family": "Data Transfer", "Transfer Type": "AWS Outbound", "To Location": "External",
    "usageType": "EUW3-DataTransfer-Out-Bytes",
}  # fmt: skip
OTHERS = {
    "AWSDataTransfer": [
        _OUT | {"StartingRange": "0", "EndingRange": "10240", "PricePerUnit": "0.0900000000"},
        _OUT | {"StartingRange": "10240", "EndingRange": "Inf", "PricePerUnit": "0.0850000000"},
        _OUT | {"StartingRange": "0", "PricePerUnit": "0.02", "To Location": "EU (Ireland)"},
    ],
    "AmazonVPC": [
        _OUT | {"Product Family": "VpcPublicIPv4Address", "Unit": "Hrs", "StartingRange": "0",
                "usageType": "EUW3-PublicIPv4:InUseAddress", "PricePerUnit": "0.0050000000"},
    ],
    "AWSELB": [
        _OUT | {"Product Family": "Load Balancer-Application", "Unit": "Hrs", "StartingRange": "0",
                "usageType": "EUW3-LoadBalancerUsage", "operation": "LoadBalancing:Application",
                "PricePerUnit": "0.0238140000"},
    ],
}  # fmt: skip


def offer(name: str, lines: list[dict[str, str]]) -> bytes:
    """As AWS writes it: the recorded preamble, header and lines, then these in the same columns."""
    recorded = _RECORDED.read_text().splitlines(keepends=True)
    header = next(csv.reader([recorded[5]]))
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([line.get(column, "") for column in header] for line in lines)
    kept = recorded if name == "AmazonEC2" else recorded[:6]
    return ("".join(kept).rstrip("\n") + "\n" + text.getvalue()).replace(
        '"OfferCode","AmazonEC2"', f'"OfferCode","{name}"'
    ).encode()  # fmt: skip


@dataclass
class Offers:
    """change: of what is answered for a path, by its number."""

    files: dict[str, bytes] = field(
        default_factory=lambda: {
            "AmazonEC2": offer("AmazonEC2", COMPUTE), **{name: offer(name, lines) for name, lines in OTHERS.items()}
        }
    )  # fmt: skip
    change: Callable[[Reply, int], Reply] = lambda answer, _: answer
    asked: list[str] = field(default_factory=list)
    url: str = ""

    def answer(self, ask: Ask) -> Reply:
        self.asked.append(ask.target)
        return self.change(self._answer(ask.target), len(self.asked))

    def _answer(self, target: str) -> Reply:
        _, _, _, _, name, version, *rest = target.split("/")
        if version == "current":
            path = f"/offers/v1.0/aws/{name}/{VERSION}/{REGION}/index.json"
            return reply({"formatVersion": "v1.0", "regions": {REGION: {"currentVersionUrl": path}}})
        return reply(self.files[name]) if rest == [REGION, "index.csv"] else reply({}, 404)


@contextmanager
def serving(offers: Offers) -> Iterator[Offers]:
    with answering(offers.answer) as offers.url:
        yield offers
