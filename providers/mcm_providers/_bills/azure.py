"""Azure cost details: exports of actual and of amortised cost, of enterprise agreements, customer agreements and
subscriptions that are paid as they go.

Columns: https://learn.microsoft.com/azure/cost-management-billing/dataset-schema/cost-usage-details-ea and its
neighbours. A header does not say whether its costs are actual or amortised; the rows do.
"""

import re
from decimal import Decimal
from typing import Any

from mcm.contract.bills import Column, Columns, Dialect, Translation, nothing
from mcm_providers._bills import making
from mcm_providers._bills.making import EXACT, number

_DATES = ("%m/%d/%Y", "%Y-%m-%d", "%Y%m%d")
_COST = ("costinbillingcurrency", "pretaxcost", "cost")
_CATEGORY = {
    "usage": "Usage", "unusedreservation": "Usage", "unusedsavingsplan": "Usage", "purchase": "Purchase",
    "refund": "Purchase", "tax": "Tax", "credit": "Credit",
}  # fmt: skip
_FREQUENCY = {"onetime": "One-Time", "recurring": "Recurring", "usagebased": "Usage-Based"}
_SERVICES = {
    "microsoft.compute": "Compute", "microsoft.containerservice": "Compute", "microsoft.web": "Compute",
    "microsoft.storage": "Storage", "microsoft.recoveryservices": "Storage", "microsoft.sql": "Databases",
    "microsoft.dbformysql": "Databases", "microsoft.dbforpostgresql": "Databases", "microsoft.documentdb": "Databases",
    "microsoft.cache": "Databases", "microsoft.network": "Networking", "microsoft.cdn": "Networking",
    "microsoft.keyvault": "Security", "microsoft.security": "Security",
    "microsoft.operationalinsights": "Management and Governance", "microsoft.insights": "Management and Governance",
}  # fmt: skip
_PRICING = {"ondemand": "Standard", "spot": "Dynamic", "reservation": "Committed", "savingsplan": "Committed"}
_UNIT = re.compile(r"(\d+)\s*([KMB])?\s*/?\s*(.*)", re.ASCII)
_TIMES_OF = {"K": 10**3, "M": 10**6, "B": 10**9, None: 1}
_WORDS = {"hour": "Hours", "hours": "Hours", "month": "Months", "day": "Days", "gb": "GB", "gb/month": "GB-Months",
          "gib hour": "GiB-Hours", "gb hours": "GB-Hours", "gb seconds": "GB-Seconds", "": "Units"}  # fmt: skip

_RENAMED = {
    "PublisherName": ("publishername",),
    "InvoiceIssuerName": ("partnername",),
    "BillingCurrency": ("billingcurrency", "billingcurrencycode", "currency"),
    "BillingAccountId": ("billingprofileid", "billingaccountid", "subscriptionguid"),
    "BillingAccountName": ("billingprofilename", "billingaccountname"),
    "InvoiceId": ("invoiceid",),
    "SubAccountId": ("subscriptionid", "subscriptionguid"),
    "SubAccountName": ("subscriptionname",),
    "RegionName": ("resourcelocation", "location"),
    "AvailabilityZone": ("availabilityzone",),
    "SkuMeter": ("metername",),
    "Tags": ("tags",),
}


def _translate(bill: Columns) -> Translation:
    kinds = _folded(bill.of("chargetype"), "usage")
    models = [one.removesuffix("s") for one in _folded(bill.of("pricingmodel"), "")]
    bound = [one in ("reservation", "savingsplan") for one in models]
    unused = [one.startswith("unused") for one in kinds]
    bought = [one in ("purchase", "refund") and by for one, by in zip(kinds, bound, strict=True)]
    covered = [(one == "usage" and by) or left for one, by, left in zip(kinds, bound, unused, strict=True)]
    cost = bill.of(*_COST)
    amortised = [under and bool(number(one)) for one, under in zip(cost, covered, strict=True)]
    blocks = [_block(one) for one in bill.of("unitofmeasure", "unit")]
    starts, ends = making.months(
        bill.of("billingperiodstartdate", "billingperiod", "date", "usagedatetime"), *_DATES, "%Y%m"
    )
    day = making.times(bill.take("date", "usagedatetime", "usagedate"), *_DATES)
    quantity = bill.take("quantity", "usagequantity", "consumedquantity")
    listed = _listed(bill, quantity, blocks, cost)
    resource = bill.take("resourceid", "instanceid")
    columns: dict[str, Column] = {
        "BilledCost": ["0" if under else one for one, under in zip(cost, covered, strict=True)],
        # An export of actual cost has nothing beside what a commitment covers: that is unknown, not free.
        "EffectiveCost": [
            "0" if paid else None if under and not whole else one
            for one, paid, under, whole in zip(cost, bought, covered, amortised, strict=True)
        ],
        "ListCost": listed,
        "ContractedCost": [None if by else one for one, by in zip(cost, bound, strict=True)],
        "ListUnitPrice": bill.of("paygprice"),
        "BillingPeriodStart": starts,
        "BillingPeriodEnd": ends,
        "ChargePeriodStart": day,
        "ChargePeriodEnd": making.days(day),
        "ChargeCategory": [_CATEGORY.get(one, "Adjustment") for one in kinds],
        "ChargeClass": ["Correction" if one == "refund" else None for one in kinds],
        "ChargeFrequency": making.words(_folded(bill.of("frequency"), "usagebased"), _FREQUENCY),
        "ChargeDescription": making.first(bill.of("productname", "product"), bill.of("metername")),
        "ServiceName": making.first(bill.take("metercategory"), bill.of("consumedservice"), bill.of("servicename")),
        "ServiceCategory": making.words(bill.of("consumedservice"), _SERVICES, "Other"),
        "RegionId": [
            None if nothing(one) else str(one).lower().replace(" ", "")
            for one in bill.of("resourcelocation", "location")
        ],
        "ResourceId": resource,
        "ResourceName": making.first(bill.take("resourcename"), [_last(one) for one in resource]),
        "PricingQuantity": quantity,
        "PricingUnit": [unit if block in (None, 1) else f"{block} {unit}" for block, unit in blocks],
        # Whether a quantity counts blocks or units is told differently: where both are one, it does not matter.
        "ConsumedQuantity": [
            one if kind == "usage" and block == 1 else None
            for one, kind, (block, _) in zip(quantity, kinds, blocks, strict=True)
        ],
        "ConsumedUnit": [
            unit if kind == "usage" and block == 1 else None for kind, (block, unit) in zip(kinds, blocks, strict=True)
        ],
        "SkuId": making.first(bill.take("productid"), bill.of("meterid")),
        "PricingCategory": [_PRICING.get(one) for one in models],
        "CommitmentDiscountId": making.first(bill.take("benefitid"), bill.take("reservationid")),
        "CommitmentDiscountName": making.first(bill.take("benefitname"), bill.take("reservationname")),
        "CommitmentDiscountStatus": [
            "Unused" if left else "Used" if under else None for left, under in zip(unused, covered, strict=True)
        ],
    }  # fmt: skip
    return Translation(columns, remarks={("amortised_bill", ""): amortised})


def _folded(column: Column, absent: str) -> list[str]:
    return [absent if nothing(one) else str(one).strip().lower().replace(" ", "") for one in column]


def _block(raw: Any) -> tuple[int | None, str | None]:
    """(how many, of what) of such as `1 Hour`, `10K`, `100 GB/Month`; None: it cannot be told."""
    found = None if nothing(raw) else _UNIT.fullmatch(str(raw).strip())
    if found is None:
        return None, None if nothing(raw) else str(raw).strip()
    many, power, words = found.groups()
    return int(many) * _TIMES_OF[power], _WORDS.get(words.lower(), words)


def _listed(bill: Columns, quantity: Column, blocks: list[tuple[int | None, str | None]], cost: Column) -> list[Any]:
    """As the bill has it; else the list price times the quantity, where it is certain what that counts."""
    given = bill.take("paygcostinbillingcurrency")
    if bill.place("pricingcurrency") is not None or bill.place("paygprice") is None:
        return list(given)
    made: list[Any] = []
    rows = zip(given, bill.of("paygprice"), bill.of("effectiveprice"), quantity, blocks, cost, strict=True)
    for whole, price, paid, many, (block, _), amount in rows:
        figures = (number(price), number(many))
        if not nothing(whole) or None in figures or not figures[0]:
            made.append(None if nothing(whole) else whole)
            continue
        certain = block == 1 or _is_product(number(paid), figures[1], number(amount))
        made.append(EXACT.multiply(figures[0], figures[1] or Decimal(0)) if certain else None)
    return made


def _is_product(price: Decimal | None, quantity: Decimal | None, amount: Decimal | None) -> bool:
    """To one in a hundred, as effective prices are rounded."""
    if not price or not quantity or not amount:
        return False
    return abs(EXACT.subtract(EXACT.multiply(price, quantity), amount)) * 100 <= abs(amount)


def _last(resource: Any) -> str | None:
    return None if nothing(resource) else str(resource).rstrip("/").rpartition("/")[2] or None


DIALECT = Dialect(
    "azure-cost-details",
    "Microsoft",
    (_COST, ("date", "usagedatetime"), ("billingcurrency", "billingcurrencycode", "currency"),
     ("meterid", "metercategory", "resourcerate"), ("subscriptionid", "subscriptionguid")),
    _RENAMED,
    _translate,
    {
        "BilledCost": _COST, "EffectiveCost": _COST, "ContractedCost": _COST,
        "BillingCurrency": ("billingcurrency", "billingcurrencycode", "currency"),
        "BillingPeriodStart": ("billingperiodstartdate", "billingperiod", "date", "usagedatetime"),
        "ChargePeriodStart": ("date", "usagedatetime"), "ChargePeriodEnd": ("date", "usagedatetime"),
        "ListCost": ("paygcostinbillingcurrency", "paygprice"), "PricingQuantity": ("quantity", "usagequantity"),
    },
)  # fmt: skip
