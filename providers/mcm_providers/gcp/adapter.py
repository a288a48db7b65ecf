"""Google Cloud's price catalogue, of Compute Engine."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Self

from mcm.contract import AccountIdentity, CallContext, ConnectionForm, InvalidRequest, PricePoint, PriceSource
from mcm_providers.gcp.client import Catalogue
from mcm_providers.gcp.points import Reading

_SOURCE, _PAGE = "Google Cloud Billing Catalog", 5000


class GcpProvider:
    def __init__(self, client: Catalogue, regions: Sequence[str], currency: str) -> None:
        self._client, self._regions, self._currency = client, tuple(regions), currency
        self._left_out: Counter[str] = Counter()

    @classmethod
    def connect(cls, form: ConnectionForm, context: CallContext) -> Self:
        regions = list(dict.fromkeys(form.items("regions")))
        currency = form.text("currency", "USD").upper()
        endpoint = form.text("endpoint", "https://cloudbilling.googleapis.com")
        key = form.secret("api_key").strip()
        if not regions:
            raise InvalidRequest("configuration key 'regions' is required")
        if not key or not key.isascii() or not key.isprintable():
            raise InvalidRequest("secret key 'api_key' is required, in printable ASCII")
        if not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
            raise InvalidRequest(f"'{currency[:20]}' is no currency, such as USD")
        context.allow_url(endpoint)
        return cls(Catalogue(context, endpoint, currency, key), regions, currency)

    def check(self) -> AccountIdentity:
        """One SKU: whether the key opens the catalogue."""
        next(self._client.pages(1, "checking the API key"))
        return AccountIdentity(realm="gcp:billing-catalog", principal="API key", scope_name=_SOURCE)

    def close(self) -> None:
        self._client.close()

    def price_sources(self) -> Sequence[PriceSource]:
        return [PriceSource(_SOURCE, self._currency, self._regions)]

    def prices(self, source: PriceSource, regions: Sequence[str]) -> Iterator[PricePoint]:
        self._left_out.clear()
        if strange := [region for region in regions if source.name != _SOURCE or region not in self._regions]:
            raise InvalidRequest(f"'{strange[0][:40]}' is no region of this account")
        reading, found = Reading(regions, self._currency, datetime.now(UTC).date(), self._left_out), set[str]()
        for page in self._client.pages(_PAGE, "the catalogue of Compute Engine"):
            for sku in page:
                for point in reading.take(sku):
                    found.add(point.region)
                    yield point
        for point in reading.rest():
            found.add(point.region)
            yield point
        if unknown := [region for region in regions if region not in found]:
            raise InvalidRequest(f"Google's catalogue does not know the region '{unknown[0]}': check its spelling")

    def left_out(self) -> Mapping[str, int]:
        return dict(self._left_out)
