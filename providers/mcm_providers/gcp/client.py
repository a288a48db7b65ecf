"""The only file that asks Google's catalogue: https://cloud.google.com/billing/v1/how-tos/catalog-api."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from mcm.contract import CallContext, UnexpectedResponse
from mcm_providers._transport.json_line import JsonLine
from mcm_providers._transport.refusals import patiently
from mcm_providers.gcp.errors import refusal

# Compute Engine, everywhere the same.
_SERVICE = "6F81-5844-456A"
_MOST_PAGES = 1000


class Catalogue:
    def __init__(self, context: CallContext, endpoint: str, currency: str, api_key: str) -> None:
        self._context, self._currency = context, currency
        self._url = f"{endpoint.rstrip('/')}/v1/services/{_SERVICE}/skus"
        # Not into the URL, where proxies would log it.
        self._headers = {"X-Goog-Api-Key": api_key}
        self._line = JsonLine(context, "cloudbilling")

    def pages(self, size: int, doing: str) -> Iterator[list[dict[str, Any]]]:
        """Raises UnexpectedResponse for a page that is cut or comes again."""
        token, seen = "", set[str]()
        while True:
            self._context.check()
            page = patiently(partial(self._page, size, token, doing))
            yield page["skus"]
            token = page.get("nextPageToken") or ""
            if not token:
                return
            if not isinstance(token, str) or token in seen or len(seen) >= _MOST_PAGES:
                raise UnexpectedResponse(f"{doing}: the pages lead in a circle")
            seen.add(token)

    def close(self) -> None:
        self._line.close()

    def _page(self, size: int, token: str, doing: str) -> dict[str, Any]:
        params = {"currencyCode": self._currency, "pageSize": str(size)}
        params |= {"pageToken": token} if token else {}
        answer = self._line.get(self._url, params=params, headers=self._headers, doing=doing)
        if answer.status >= 400:
            raise refusal(answer, doing)
        page = answer.document
        skus = page.get("skus") if isinstance(page, dict) else None
        if not isinstance(skus, list) or not skus or not all(isinstance(one, dict) for one in skus):
            raise UnexpectedResponse(f"{doing}: the answer is no page of the catalogue")
        return dict(page)
