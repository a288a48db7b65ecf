"""Oracle Cloud's own cost report (`lineItem/…`, `product/…`, `cost/…`); its FOCUS report is read as any other.

Columns and what they are in FOCUS: https://docs.oracle.com/en-us/iaas/Content/Billing/Concepts/costusagereportsoverview.htm.
Corrections are rows that are added to what they correct.
"""

from mcm.contract.bills import Column, Columns, Dialect, Translation, nothing
from mcm_providers._bills import making

_SERVICES = {
    "compute": "Compute", "containerengine": "Compute", "functions": "Compute", "block_storage": "Storage",
    "objectstore": "Storage", "file_storage": "Storage", "database": "Databases", "mysql": "Databases",
    "network": "Networking", "load_balancer": "Networking", "fastconnect": "Networking", "vault": "Security",
    "logging": "Management and Governance", "telemetry": "Management and Governance",
}  # fmt: skip

_RENAMED = {
    "ContractedUnitPrice": ("costunitprice",),
    "BillingCurrency": ("costcurrencycode",),
    "ServiceName": ("productservice",),
    "SubAccountId": ("lineitemtenantid",),
    "RegionId": ("productregion",),
    "AvailabilityZone": ("productavailabilitydomain",),
    "ResourceId": ("productresourceid",),
    "SkuId": ("costproductsku",),
}


def _translate(bill: Columns) -> Translation:
    cost = bill.take("costmycost")
    moments = making.times(bill.take("lineitemintervalusagestart"))
    starts, ends = making.months(moments)
    unit = making.first(bill.take("costskuunitdescription"), bill.take("costbillingunitreadable"))
    quantity = bill.take("usagebilledquantity")
    corrected = [str(one).strip().lower() == "true" for one in bill.of("lineitemiscorrection")]
    columns: dict[str, Column] = {
        "BilledCost": cost,
        "EffectiveCost": cost,
        "ContractedCost": cost,
        "BillingAccountId": making.first(bill.take("costsubscriptionid"), bill.of("lineitemtenantid")),
        "BillingPeriodStart": starts,
        "BillingPeriodEnd": ends,
        "ChargePeriodStart": moments,
        "ChargePeriodEnd": making.times(bill.take("lineitemintervalusageend")),
        "ChargeCategory": ["Adjustment" if one else "Usage" for one in corrected],
        "ChargeClass": ["Correction" if one else None for one in corrected],
        "ChargeFrequency": ["Usage-Based"] * bill.number,
        "ChargeDescription": making.first(bill.take("productdescription"), bill.of("costproductsku")),
        "ServiceCategory": making.words(bill.of("productservice"), _SERVICES, "Other"),
        "ResourceType": [_type(one) for one in bill.of("productresourceid")],
        "PricingQuantity": quantity,
        "PricingUnit": unit,
        "ConsumedQuantity": quantity,
        "ConsumedUnit": unit,
        "Tags": making.tagged(bill.behind("tags/"), bill.number),
    }
    return Translation(columns)


def _type(resource: object) -> str | None:
    """`ocid1.instance.oc1.iad.…` is an instance."""
    parts = [] if nothing(resource) else str(resource).split(".")
    return parts[1] if len(parts) > 3 and parts[0] == "ocid1" else None


DIALECT = Dialect(
    "oci-cost-report",
    "Oracle",
    (("lineitemreferenceno",), ("lineitemintervalusagestart",), ("costmycost",)),
    _RENAMED,
    _translate,
    {
        "BilledCost": ("costmycost",), "EffectiveCost": ("costmycost",), "ContractedCost": ("costmycost",),
        "BillingCurrency": ("costcurrencycode",), "BillingPeriodStart": ("lineitemintervalusagestart",),
        "ChargePeriodStart": ("lineitemintervalusagestart",), "ChargePeriodEnd": ("lineitemintervalusageend",),
    },
)  # fmt: skip
