"""The columns of FOCUS by version, and where mcm keeps each.

Levels, nulls and allowed values: https://focus.finops.org/focus-specification/ (1.2 and 1.4; 1.4 is 1.3 without
ProviderName and PublisherName, which ServiceProviderName and HostProviderName took the place of, with
CommitmentProgramEligibilityDetails and InvoiceDetailId added).
"""

from dataclasses import dataclass
from typing import Literal

Type = Literal["text", "decimal", "time", "json"]
Version = Literal["1.0", "1.1", "1.2", "1.3", "1.4"]
VERSIONS: tuple[Version, ...] = ("1.0", "1.1", "1.2", "1.3", "1.4")


@dataclass(frozen=True, slots=True)
class Column:
    """kept: the attribute of `Charge` that holds it; empty: the rest does. since, until: the versions that have it."""

    name: str
    type: Type = "text"
    kept: str = ""
    mandatory: bool = False
    nullable: bool = True
    since: Version = "1.0"
    until: Version = "1.4"
    unit: bool = False
    currency: bool = False
    values: frozenset[str] = frozenset()

    def within(self, version: Version) -> bool:
        return VERSIONS.index(self.since) <= VERSIONS.index(version) <= VERSIONS.index(self.until)


def _values(text: str) -> frozenset[str]:
    return frozenset(text.split(", "))


_SERVICES = _values(
    "AI and Machine Learning, Analytics, Business Applications, Compute, Databases, Developer Tools, Multicloud, "
    "Identity, Integration, Internet of Things, Management and Governance, Media, Migration, Mobile, Networking, "
    "Security, Storage, Web, Other"
)
_USED = _values("Used, Unused")


def _must(name: str, type: Type = "text", kept: str = "", **others: bool) -> Column:
    return Column(name, type, kept, mandatory=True, nullable=others.get("nullable", False))


COLUMNS: tuple[Column, ...] = (
    Column("AllocatedMethodDetails", "json", since="1.3"),
    Column("AllocatedMethodId", since="1.3"),
    Column("AllocatedResourceId", since="1.3"),
    Column("AllocatedResourceName", since="1.3"),
    Column("AllocatedTags", "json", since="1.3"),
    Column("AvailabilityZone", kept="zone"),
    _must("BilledCost", "decimal", "billed_cost"),
    _must("BillingAccountId", kept="billing_account_id"),
    _must("BillingAccountName", nullable=True),
    Column("BillingAccountType", since="1.2"),
    Column("BillingCurrency", mandatory=True, nullable=False, currency=True),
    _must("BillingPeriodEnd", "time"),
    _must("BillingPeriodStart", "time"),
    Column("CapacityReservationId", since="1.1"),
    Column("CapacityReservationStatus", since="1.1", values=_USED),
    Column("ChargeCategory", kept="charge_category", mandatory=True, nullable=False,
           values=_values("Usage, Purchase, Tax, Credit, Adjustment")),
    Column("ChargeClass", kept="charge_class", mandatory=True, values=_values("Correction")),
    _must("ChargeDescription", kept="charge_description", nullable=True),
    Column("ChargeFrequency", kept="charge_frequency", nullable=False,
           values=_values("One-Time, Recurring, Usage-Based")),
    _must("ChargePeriodEnd", "time", "charge_end"),
    _must("ChargePeriodStart", "time", "charge_start"),
    Column("CommitmentDiscountCategory", values=_values("Spend, Usage")),
    Column("CommitmentDiscountId", kept="commitment_id"),
    Column("CommitmentDiscountName"),
    Column("CommitmentDiscountQuantity", "decimal", since="1.1"),
    Column("CommitmentDiscountStatus", kept="commitment_status", values=_USED),
    Column("CommitmentDiscountType"),
    Column("CommitmentDiscountUnit", since="1.1", unit=True),
    Column("CommitmentProgramEligibilityDetails", "json", since="1.4"),
    Column("ConsumedQuantity", "decimal", "consumed_quantity"),
    Column("ConsumedUnit", kept="consumed_unit", unit=True),
    Column("ContractApplied", "json", since="1.3"),
    _must("ContractedCost", "decimal", "contracted_cost"),
    Column("ContractedUnitPrice", "decimal", "contracted_unit_price"),
    _must("EffectiveCost", "decimal", "effective_cost"),
    Column("HostProviderName", mandatory=True, since="1.3"),
    Column("InvoiceDetailId", since="1.4"),
    Column("InvoiceId", since="1.2"),
    _must("InvoiceIssuerName"),
    _must("ListCost", "decimal", "list_cost"),
    Column("ListUnitPrice", "decimal", "list_unit_price"),
    Column("PricingCategory", kept="pricing_category", values=_values("Standard, Dynamic, Committed, Other")),
    Column("PricingCurrency", since="1.2", currency=True),
    Column("PricingCurrencyContractedUnitPrice", "decimal", since="1.2"),
    Column("PricingCurrencyEffectiveCost", "decimal", since="1.2"),
    Column("PricingCurrencyListUnitPrice", "decimal", since="1.2"),
    _must("PricingQuantity", "decimal", "pricing_quantity", nullable=True),
    Column("PricingUnit", kept="pricing_unit", mandatory=True, unit=True),
    Column("ProviderName", kept="provider_name", mandatory=True, nullable=False, until="1.3"),
    Column("PublisherName", kept="publisher_name", mandatory=True, nullable=False, until="1.3"),
    Column("RegionId", kept="region_id"),
    Column("RegionName", kept="region_name"),
    Column("ResourceId", kept="native_id"),
    Column("ResourceName", kept="resource_name"),
    Column("ResourceType", kept="resource_type"),
    Column("ServiceCategory", kept="service_category", mandatory=True, nullable=False, values=_SERVICES),
    _must("ServiceName", kept="service_name"),
    Column("ServiceProviderName", kept="provider_name", mandatory=True, nullable=False, since="1.3"),
    Column("ServiceSubcategory", nullable=False, since="1.1"),
    Column("SkuId", kept="sku_id"),
    Column("SkuMeter", since="1.1"),
    Column("SkuPriceDetails", "json", since="1.1"),
    Column("SkuPriceId", kept="sku_price_id"),
    Column("SubAccountId", kept="sub_account_id"),
    Column("SubAccountName", kept="sub_account_name"),
    Column("SubAccountType", since="1.2"),
    Column("Tags", "json", kept="tags"),
)  # fmt: skip


def plain(name: str) -> str:
    """What is compared: tools that load bills into databases change case and put underscores between words."""
    return name.strip().lower().replace("_", "").replace(" ", "").replace("-", "")


BY_NAME: dict[str, Column] = {column.name: column for column in COLUMNS}
BY_PLAIN: dict[str, Column] = {plain(column.name): column for column in COLUMNS}
# The attribute identifiers of some editions of the specification, which exports carry as names.
BY_PLAIN |= {
    plain(alias): BY_NAME[name]
    for alias, name in {
        "Provider": "ProviderName",
        "Publisher": "PublisherName",
        "InvoiceIssuer": "InvoiceIssuerName",
        "HostProvider": "HostProviderName",
        "ServiceProvider": "ServiceProviderName",
        "Region": "RegionId",
        "UsageQuantity": "ConsumedQuantity",
        "UsageUnit": "ConsumedUnit",
    }.items()
}


def columns_of(version: Version) -> list[Column]:
    return [column for column in COLUMNS if column.within(version)]


def version_of(names: set[str]) -> Version:
    """The oldest version that has all of these columns: what an export does not say of itself."""
    known = [BY_NAME[name] for name in names if name in BY_NAME]
    if {"ServiceProviderName", "HostProviderName"} & names and not {"ProviderName", "PublisherName"} & names:
        return "1.4"
    return max((column.since for column in known), key=VERSIONS.index, default="1.0")


def custom(name: str) -> bool:
    return name.lower().startswith("x_")
