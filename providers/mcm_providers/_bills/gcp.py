"""Google Cloud's billing export, standard and detailed: Parquet with its records, or CSV with a column for each field.

Fields: https://cloud.google.com/billing/docs/how-to/export-data-bigquery-tables/detailed-usage. An invoice is cost and
credits together, so each charge is billed with its credits.
"""

from typing import Any
from zoneinfo import ZoneInfo

from mcm.contract.bills import Column, Columns, Dialect, Translation, nothing
from mcm_providers._bills import making
from mcm_providers._bills.making import json_text, number, total

# Months of the invoice are those of this clock.
_PACIFIC = ZoneInfo("America/Los_Angeles")
_TIMES = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S.%f")
_CATEGORY = {"regular": "Usage", "tax": "Tax", "adjustment": "Adjustment", "rounding_error": "Adjustment"}
_SERVICES = {
    "compute engine": "Compute", "cloud run": "Compute", "app engine": "Compute", "kubernetes engine": "Compute",
    "cloud run functions": "Compute", "cloud storage": "Storage", "cloud filestore": "Storage",
    "cloud sql": "Databases", "cloud spanner": "Databases", "cloud bigtable": "Databases",
    "cloud firestore": "Databases", "networking": "Networking", "cloud dns": "Networking", "bigquery": "Analytics",
    "cloud dataflow": "Analytics", "vertex ai": "AI and Machine Learning", "cloud pub/sub": "Integration",
    "cloud logging": "Management and Governance", "cloud monitoring": "Management and Governance",
}  # fmt: skip
_UNITS = {
    "hour": "Hours", "month": "Months", "gibibyte": "GiB", "gibibyte hour": "GiB-Hours",
    "gibibyte month": "GiB-Months", "count": "Counts", "requests": "Requests", "seconds": "Seconds", "bytes": "B",
    "byte-seconds": "B-Seconds",
}  # fmt: skip

_RENAMED = {
    "ListCost": ("costatlistconsumptionmodel", "costatlist"),
    "BillingCurrency": ("currency",),
    "BillingAccountId": ("billingaccountid",),
}


def _translate(bill: Columns) -> Translation:
    kinds = ["regular" if nothing(one) else str(one).strip().lower() for one in bill.take("costtype")]
    regular = [one == "regular" for one in kinds]
    skus = bill.inner("sku", "description")
    bought = [usual and str(sku).startswith("Commitment") for usual, sku in zip(regular, skus, strict=True)]
    cost, net = bill.of("cost"), making.combined(total, bill.of("cost"), _credits(bill))
    starts, ends = making.months(bill.inner("invoice", "month"), "%Y%m", zone=_PACIFIC)
    service = bill.inner("service", "description")
    seller = bill.take("sellername")
    columns: dict[str, Column] = {
        "BilledCost": net,
        "EffectiveCost": net,
        "ContractedCost": cost,
        "BillingPeriodStart": starts,
        "BillingPeriodEnd": ends,
        "ChargePeriodStart": making.times(bill.take("usagestarttime"), *_TIMES),
        "ChargePeriodEnd": making.times(bill.take("usageendtime"), *_TIMES),
        "ChargeCategory": [
            "Purchase" if one else _CATEGORY.get(kind, "Adjustment") for one, kind in zip(bought, kinds, strict=True)
        ],
        "ChargeClass": ["Correction" if one else None for one in bill.inner("adjustment_info", "id", "type")],
        "ChargeFrequency": [
            "Recurring" if one else "Usage-Based" if usual else "One-Time"
            for one, usual in zip(bought, regular, strict=True)
        ],
        "ChargeDescription": skus,
        "ServiceName": service,
        "ServiceCategory": making.words(service, _SERVICES, "Other"),
        "PublisherName": seller,
        "InvoiceIssuerName": seller,
        "SubAccountId": bill.inner("project", "id"),
        "SubAccountName": bill.inner("project", "name"),
        "RegionId": making.first(bill.inner("location", "region"), bill.inner("location", "location")),
        "AvailabilityZone": bill.inner("location", "zone"),
        "ResourceId": making.first(bill.inner("resource", "global_name"), bill.inner("resource", "name")),
        "ResourceName": bill.inner("resource", "name"),
        "PricingQuantity": bill.inner("usage", "amount_in_pricing_units", "amount_in_pricing_unit"),
        "PricingUnit": making.words(bill.inner("usage", "pricing_unit"), _UNITS),
        "ConsumedQuantity": bill.inner("usage", "amount"),
        "ConsumedUnit": making.words(bill.inner("usage", "unit"), _UNITS),
        "SkuId": bill.inner("sku", "id"),
        "PricingCategory": [_pricing(*row) for row in zip(regular, skus, strict=True)],
        "CommitmentDiscountId": bill.inner("subscription", "instance_id"),
        "Tags": _tags(bill),
    }
    return Translation(columns)


def _credits(bill: Columns) -> Column:
    """Their sum, which is negative; also where a query has added them up."""
    summed = bill.place("creditstotal", "creditsamount")
    if summed is not None:
        return bill.of("creditstotal", "creditsamount")
    return [
        None if nothing(raw) else total(*(number(one.get("amount")) for one in making.listed(raw)))
        for raw in bill.of("credits")
    ]


def _pricing(regular: bool, sku: Any) -> str | None:
    if not regular:
        return None
    text = str(sku)
    return (
        "Committed"
        if text.startswith("Commitment")
        else "Dynamic"
        if "Spot" in text or "Preemptible" in text
        else "Standard"
    )


def _tags(bill: Columns) -> list[str | None]:
    """Labels of the resource win over those of its project, as they are nearer."""
    projects, own, tags = bill.inner("project", "labels"), bill.of("labels"), bill.of("tags")
    made = []
    for row in zip(projects, tags, own, strict=True):
        found: dict[str, str] = {}
        for raw in row:
            pairs = raw if isinstance(raw, list) else making.listed(raw)
            found |= {str(one["key"]): str(one.get("value") or "") for one in pairs if one.get("key")}
        made.append(json_text(found) if found else None)
    return made


DIALECT = Dialect(
    "gcp-billing-export",
    "Google Cloud",
    (("billingaccountid",), ("usagestarttime",), ("usageendtime",), ("cost",), ("currency",),
     ("invoice", "invoicemonth"), ("service", "servicedescription")),
    _RENAMED,
    _translate,
    {
        "BilledCost": ("cost",), "EffectiveCost": ("cost",), "ContractedCost": ("cost",),
        "BillingCurrency": ("currency",), "BillingPeriodStart": ("invoicemonth", "invoice"),
        "ChargePeriodStart": ("usagestarttime",), "ChargePeriodEnd": ("usageendtime",), "ListCost": ("costatlist",),
    },
)  # fmt: skip
