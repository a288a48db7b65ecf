"""Oracle's list prices: public, one answer for all regions."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Self

from mcm.contract import AccountIdentity, CallContext, ConnectionForm, InvalidRequest, PricePoint, PriceSource
from mcm_providers.oci.client import ListPrices
from mcm_providers.oci.points import Reading

_SOURCE = "OCI list prices"
_PROBE = "B91961"


class OciProvider:
    """Signs in nowhere: everybody may read the list."""

    def __init__(self, client: ListPrices, regions: Sequence[str], currency: str) -> None:
        self._client, self._regions, self._currency = client, tuple(regions), currency
        self._left_out: Counter[str] = Counter()

    @classmethod
    def connect(cls, form: ConnectionForm, context: CallContext) -> Self:
        regions, currency = list(dict.fromkeys(form.items("regions"))), form.text("currency", "USD").upper()
        endpoint = form.text("endpoint")
        if not regions:
            raise InvalidRequest("configuration key 'regions' is required")
        for region in regions:
            # The list does not name them: what is spelled otherwise would be priced all the same.
            parts = region.split("-")
            if len(parts) != 3 or not (parts[0].isalpha() and parts[1].isalnum() and parts[2].isdigit()):
                raise InvalidRequest(f"'{region[:40]}' is no region as Oracle writes them, such as eu-frankfurt-1")
        if not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
            raise InvalidRequest(f"'{currency[:20]}' is no currency, such as USD")
        context.allow_url(endpoint)
        return cls(ListPrices(context, endpoint, currency), regions, currency)

    def check(self) -> AccountIdentity:
        """One product."""
        self._client.items(_PROBE)
        return AccountIdentity(realm="oci:list-prices", principal="everybody", scope_name=_SOURCE)

    def close(self) -> None:
        self._client.close()

    def price_sources(self) -> Sequence[PriceSource]:
        return [PriceSource(_SOURCE, self._currency, self._regions)]

    def prices(self, source: PriceSource, regions: Sequence[str]) -> Iterator[PricePoint]:
        self._left_out.clear()
        if strange := [region for region in regions if source.name != _SOURCE or region not in self._regions]:
            raise InvalidRequest(f"'{strange[0][:40]}' is no region of this account")
        yield from Reading(self._client.items(), self._currency, self._left_out).points(regions)

    def left_out(self) -> Mapping[str, int]:
        return {code: number for code, number in self._left_out.items() if number}
