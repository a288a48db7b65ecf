"""Azure's retail prices: public, asked by region and service."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Self

from mcm.contract import (
    AccountIdentity,
    CallContext,
    ConnectionForm,
    InvalidRequest,
    PricePoint,
    PriceSource,
)
from mcm_providers.azure.client import RetailPrices
from mcm_providers.azure.points import points

_SOURCE = "Azure Retail Prices"
_DISKS = " or ".join(
    f"productName eq '{name}'"
    for name in (
        "Premium SSD Managed Disks", "Standard SSD Managed Disks", "Standard HDD Managed Disks", "Azure Premium SSD v2",
    )
)  # fmt: skip
# Sizes of which every region has one.
_COMMON = " or ".join(f"armSkuName eq 'Standard_D2s_v{version}'" for version in (3, 4, 5, 6))
# (service, what else is asked, whether its prices hold in all regions)
_SERVICES = (
    ("Virtual Machines", "", False),
    ("Storage", f" and ({_DISKS})", False),
    ("Bandwidth", "", False),
    ("Virtual Network", " and productName eq 'IP Addresses'", False),
    ("Load Balancer", "", True),
)


class AzureProvider:
    """Signs in nowhere: everybody may read the list."""

    def __init__(self, client: RetailPrices, regions: Sequence[str], currency: str) -> None:
        self._client, self._regions, self._currency = client, tuple(regions), currency
        self._left_out: Counter[str] = Counter()

    @classmethod
    def connect(cls, form: ConnectionForm, context: CallContext) -> Self:
        regions = list(dict.fromkeys(form.items("regions")))
        currency, endpoint = form.text("currency", "USD").upper(), form.text("endpoint", "https://prices.azure.com")
        for region in regions:
            if not (region.isascii() and region.isalnum() and region == region.lower() and len(region) <= 40):
                raise InvalidRequest(f"'{region[:40]}' is no region as Azure writes them, such as westeurope")
        if not regions:
            raise InvalidRequest("configuration key 'regions' is required")
        if not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
            raise InvalidRequest(f"'{currency[:20]}' is no currency, such as USD")
        context.allow_url(endpoint)
        return cls(RetailPrices(context, endpoint, currency), regions, currency)

    def check(self) -> AccountIdentity:
        """One size in the first region; what Azure has no prices for is a region that it does not know."""
        region = self._regions[0]
        query = f"serviceName eq 'Virtual Machines' and armRegionName eq '{region}' and ({_COMMON})"
        if not any(self._client.items(query, "checking the price list")):
            raise InvalidRequest(f"Azure's price list does not know the region '{region}': check its spelling")
        return AccountIdentity(realm="azure:retail-prices", principal="everybody", scope_name=_SOURCE)

    def close(self) -> None:
        self._client.close()

    def price_sources(self) -> Sequence[PriceSource]:
        return [PriceSource(_SOURCE, self._currency, self._regions)]

    def prices(self, source: PriceSource, regions: Sequence[str]) -> Iterator[PricePoint]:
        self._left_out.clear()
        today = datetime.now(UTC).date()
        for region in regions:
            if source.name != _SOURCE or region not in self._regions:
                raise InvalidRequest(f"'{region[:40]}' is no region of this account")
            found = 0
            for service, more, everywhere in _SERVICES:
                place = "" if everywhere else f" and armRegionName eq '{region}'"
                for page in self._client.items(f"serviceName eq '{service}'{place}{more}", f"{service} in {region}"):
                    for item in page:
                        found += not everywhere
                        yield from points(item, region, today, self._left_out)
            if not found:
                raise InvalidRequest(f"Azure's price list does not know the region '{region}': check its spelling")

    def left_out(self) -> Mapping[str, int]:
        return dict(self._left_out)
