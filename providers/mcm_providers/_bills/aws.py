"""AWS Cost and Usage Report: the older files (`lineItem/UsageType`), the names Athena gives them, and CUR 2.0.

Costs are by the type of a line, on the unblended basis, as https://docs.aws.amazon.com/cur/latest/userguide/ describes
the columns of line items, reservations and savings plans.
"""

from decimal import Decimal
from typing import Any

from mcm.contract.bills import Column, Columns, Dialect, Translation, nothing
from mcm_providers._bills import making
from mcm_providers._bills.making import json_text, number, total

_COVERED, _RESERVED, _NEGATION = "savingsplancoveredusage", "discountedusage", "savingsplannegation"
_USAGE = {"usage", _COVERED, _RESERVED}
_RECURRING = {"rifee", "savingsplanrecurringfee", "flatratesubscription"}
_PURCHASES = _RECURRING | {"fee", "savingsplanupfrontfee"}
_SERVICES = {
    "amazonec2": "Compute", "awslambda": "Compute", "amazonecs": "Compute", "amazoneks": "Compute",
    "amazons3": "Storage", "amazonefs": "Storage", "awsbackup": "Storage", "amazonglacier": "Storage",
    "amazonrds": "Databases", "amazondynamodb": "Databases", "amazonelasticache": "Databases",
    "amazonvpc": "Networking", "amazoncloudfront": "Networking", "awsdatatransfer": "Networking",
    "awselb": "Networking", "amazonroute53": "Networking", "awskms": "Security", "awssecretsmanager": "Security",
    "amazoncloudwatch": "Management and Governance", "awscloudtrail": "Management and Governance",
}  # fmt: skip
_UNITS = {
    "hrs": "Hours", "hr": "Hours", "hour": "Hours", "hours": "Hours", "gb-mo": "GB-Months", "gb-month": "GB-Months",
    "request": "Requests", "requests": "Requests", "api request": "Requests", "api requests": "Requests",
    "lambda-gb-second": "GB-Seconds", "second": "Seconds", "seconds": "Seconds", "iops-mo": "IOPS-Months",
    "obj-month": "Object-Months", "quantity": "Units",
}  # fmt: skip
_TAGS = ("resourcetags/user:", "resource_tags_user_")

_RENAMED = {
    "PublisherName": ("lineitemlegalentity",),
    "InvoiceIssuerName": ("billinvoicingentity",),
    "ListUnitPrice": ("pricingpublicondemandrate",),
    "BillingCurrency": ("lineitemcurrencycode",),
    "BillingAccountId": ("billpayeraccountid",),
    "BillingAccountName": ("billpayeraccountname",),
    "ChargeDescription": ("lineitemlineitemdescription",),
    "InvoiceId": ("billinvoiceid",),
    "SubAccountId": ("lineitemusageaccountid",),
    "SubAccountName": ("lineitemusageaccountname",),
    "AvailabilityZone": ("lineitemavailabilityzone",),
    "ResourceId": ("lineitemresourceid",),
    "SkuId": ("productsku",),
    "SkuPriceId": ("pricingratecode",),
    "SkuMeter": ("lineitemusagetype",),
}


def _translate(bill: Columns) -> Translation:
    types = ["" if nothing(one) else str(one).strip().lower() for one in bill.of("lineitemlineitemtype")]
    used = [one in _USAGE for one in types]
    unblended, listed = bill.of("lineitemunblendedcost"), bill.take("pricingpublicondemandcost")
    plan, reserved = bill.of("savingsplansavingsplanarn"), bill.of("reservationreservationarn")
    commitment = making.first(plan, reserved)
    unit = making.words(bill.take("pricingunit"), _UNITS)
    quantity = bill.take("lineitemusageamount")
    name = (
        bill.take("productproductname") if bill.place("productproductname") else bill.inner("product", "product_name")
    )
    columns: dict[str, Column] = {
        # What a savings plan covers is billed with the plan; the bill takes its cost back in lines of their own.
        "BilledCost": ["0" if one == _COVERED else cost for one, cost in zip(types, unblended, strict=True)],
        "EffectiveCost": _effective(bill, types, commitment, unblended),
        "ListCost": [
            cost if usage else "0" if one.endswith("discount") else whole
            for one, usage, cost, whole in zip(types, used, listed, unblended, strict=True)
        ],
        # Of what a reservation covers the report does not say what it would cost without.
        "ContractedCost": [None if one == _RESERVED else cost for one, cost in zip(types, unblended, strict=True)],
        "BillingPeriodStart": making.times(bill.take("billbillingperiodstartdate")),
        "BillingPeriodEnd": making.times(bill.take("billbillingperiodenddate")),
        "ChargePeriodStart": making.times(bill.take("lineitemusagestartdate")),
        "ChargePeriodEnd": making.times(bill.take("lineitemusageenddate")),
        "ChargeCategory": [_category(one, bound) for one, bound in zip(types, commitment, strict=True)],
        "ChargeFrequency": [
            "Usage-Based" if one in _USAGE else "Recurring" if one in _RECURRING else "One-Time" for one in types
        ],
        "ServiceName": making.first(name, bill.of("lineitemproductcode")),
        "ServiceCategory": making.words(bill.of("lineitemproductcode"), _SERVICES, "Other"),
        "RegionId": making.first(
            bill.take("productregioncode"), bill.take("productregion"), bill.inner("product", "region")
        ),
        "PricingQuantity": quantity,
        "PricingUnit": unit,
        "ConsumedQuantity": [one if usage else None for one, usage in zip(quantity, used, strict=True)],
        "ConsumedUnit": [one if usage else None for one, usage in zip(unit, used, strict=True)],
        "PricingCategory": [_pricing(*row) for row in zip(types, bill.of("lineitemusagetype"), strict=True)],
        "CommitmentDiscountId": commitment,
        "CommitmentDiscountStatus": ["Used" if one in (_COVERED, _RESERVED) else None for one in types],
        "Tags": _tags(bill),
    }  # fmt: skip
    keep = [one != _NEGATION for one in types]
    taken_back = (number(cost) for one, cost in zip(types, unblended, strict=True) if one in (_COVERED, _NEGATION))
    left = {("left_out", "SavingsPlanNegation"): [not kept for kept in keep]}
    return Translation(columns, keep, total(*taken_back), left)


def _effective(bill: Columns, types: list[str], commitment: Column, unblended: Column) -> list[Any]:
    upfront, recurring = (
        bill.of("reservationunusedamortizedupfrontfeeforbillingperiod"),
        bill.of("reservationunusedrecurringfee"),
    )
    committed, applied = bill.of("savingsplantotalcommitmenttodate"), bill.of("savingsplanusedcommitment")
    by_type: dict[str, Column] = {
        _RESERVED: bill.take("reservationeffectivecost"),
        _COVERED: bill.take("savingsplansavingsplaneffectivecost"),
        # What nobody used of a commitment costs too.
        "rifee": making.combined(total, upfront, recurring),
        "savingsplanrecurringfee": making.combined(_without, committed, applied),
        "savingsplanupfrontfee": ["0"] * bill.number,
    }  # fmt: skip
    made = []
    for at, one in enumerate(types):
        if one in by_type:
            made.append(by_type[one][at])
        else:
            # Paid in advance: it takes effect with what is used of it.
            made.append("0" if one == "fee" and not nothing(commitment[at]) else unblended[at])
    return made


def _without(amount: Decimal | None, used: Decimal | None) -> Decimal:
    return total(amount, None if used is None else -used)


def _category(one: str, commitment: Any) -> str | None:
    if one in _USAGE or one in ("tax", "credit"):
        return "Usage" if one in _USAGE else one.capitalize()
    if one in _PURCHASES:
        return "Purchase"
    if one == "refund":
        return "Usage" if nothing(commitment) else "Purchase"
    return "Credit" if one.endswith("discount") else "Adjustment" if one else None


def _pricing(one: str, usage_type: Any) -> str | None:
    if one in (_COVERED, _RESERVED):
        return "Committed"
    if one != "usage":
        return None
    return "Dynamic" if "SpotUsage" in str(usage_type) else "Standard"


def _tags(bill: Columns) -> list[str | None]:
    own = bill.behind(*_TAGS)
    if own or bill.place("resourcetags") is None:
        return making.tagged(own, bill.number)
    found = [{key.removeprefix("user_"): value for key, value in one.items()} for one in bill.records("resource_tags")]
    return [json_text(one) if one else None for one in found]


DIALECT = Dialect(
    "aws-cur",
    "AWS",
    (("lineitemlineitemtype",), ("lineitemunblendedcost",), ("lineitemusagestartdate",),
     ("billbillingperiodstartdate",)),
    _RENAMED,
    _translate,
    {
        "BilledCost": ("lineitemunblendedcost",), "EffectiveCost": ("lineitemunblendedcost",),
        "BillingCurrency": ("lineitemcurrencycode",), "BillingPeriodStart": ("billbillingperiodstartdate",),
        "ChargePeriodStart": ("lineitemusagestartdate",), "ChargePeriodEnd": ("lineitemusageenddate",),
        "ChargeCategory": ("lineitemlineitemtype",), "ListCost": ("pricingpublicondemandcost",),
    },
)  # fmt: skip
