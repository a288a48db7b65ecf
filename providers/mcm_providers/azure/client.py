"""The only file that asks Azure's price list: pages that lead to each other by NextPageLink."""

from collections.abc import Iterator
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from mcm.contract import CallContext, UnexpectedResponse
from mcm_providers._transport.json_line import JsonLine
from mcm_providers._transport.refusals import patiently
from mcm_providers.azure.errors import refusal

# The only version that names savings plans.
_VERSION = "2023-01-01-preview"
_PATH = "/api/retail/prices"
_MOST_PAGES = 5000


class RetailPrices:
    def __init__(self, context: CallContext, endpoint: str, currency: str) -> None:
        self._context, self._currency = context, currency
        self._endpoint = endpoint.rstrip("/")
        self._line = JsonLine(context, "prices")

    def items(self, query: str, doing: str) -> Iterator[list[dict[str, Any]]]:
        """Page by page. Raises UnexpectedResponse for a page that is cut, repeated or leads elsewhere."""
        url, seen, first = self._endpoint + _PATH, set[str](), ""
        params: dict[str, str] | None = {
            "api-version": _VERSION, "currencyCode": f"'{self._currency}'", "$filter": query,
        }  # fmt: skip
        while True:
            self._context.check()
            page = patiently(partial(self._page, url, params, doing))
            found, link = page["Items"], page.get("NextPageLink")
            mark = repr(found[0]) if found else ""
            if mark and mark == first:
                raise UnexpectedResponse(f"{doing}: the same page came twice")
            first = first or mark
            yield found
            if link in (None, ""):
                return
            url, params = self._next(link, doing), None
            if url in seen or len(seen) >= _MOST_PAGES:
                raise UnexpectedResponse(f"{doing}: the pages lead in a circle")
            seen.add(url)

    def close(self) -> None:
        self._line.close()

    def _page(self, url: str, params: dict[str, str] | None, doing: str) -> dict[str, Any]:
        answer = self._line.get(url, params=params, doing=doing)
        if answer.status >= 400:
            raise refusal(answer, doing)
        page = answer.document
        items = page.get("Items") if isinstance(page, dict) else None
        if not isinstance(items, list) or not all(isinstance(one, dict) for one in items):
            raise UnexpectedResponse(f"{doing}: the answer is no page of a price list")
        if page.get("Count") != len(items):
            raise UnexpectedResponse(f"{doing}: a page holds {len(items)} of {page.get('Count')} prices: it is cut")
        if page.get("BillingCurrency") != self._currency:
            raise UnexpectedResponse(f"{doing}: prices came in {page.get('BillingCurrency')}, not in {self._currency}")
        return dict(page)

    def _next(self, link: object, doing: str) -> str:
        """On the host that was asked: another one is not this price list."""
        try:
            parts = urlsplit(link if isinstance(link, str) else "")
            named = (parts.scheme, parts.hostname, parts.port)
        except ValueError:
            parts, named = urlsplit(""), ("", None, None)
        here = urlsplit(self._endpoint)
        port = {"https": 443, "http": 80}
        if (named[0], named[1], named[2] or port.get(named[0])) != (
            here.scheme, here.hostname, here.port or port.get(here.scheme)
        ) or parts.path != _PATH:  # fmt: skip
            raise UnexpectedResponse(f"{doing}: the next page is said to be somewhere else")
        return str(link)
