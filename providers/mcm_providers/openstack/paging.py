"""Reads a listing page by page, and tells a complete one from one that was cut, repeated or emptied.

All services page by marker: the next page begins after the id that is named. Where to go on stands in a link, of which
only the marker is used: behind a proxy its host and scheme are often not the ones that can be reached.
"""

from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

from mcm.contract import InvalidRequest, UnexpectedResponse
from mcm_providers.openstack.client import Answer, Client, Endpoint
from mcm_providers.openstack.documents import Document, identifier, mapping, mappings, rows, text

# The usual maximum of every service; a smaller one of theirs wins.
PAGE_SIZE = 1000


def pages(
    client: Client,
    endpoint: Endpoint,
    path: str,
    key: str,
    params: tuple[tuple[str, str | int], ...] = (),
    *,
    paged: bool = True,
    microversion: str | None = None,
    unwrap: str = "",
    marker_key: str = "id",
    first: Callable[[Answer], None] | None = None,
) -> Iterator[list[Document]]:
    """The rows under `key`, page by page, each row once.

    paged: whether to ask for pages of PAGE_SIZE; else the service decides. unwrap: the key each row is wrapped in.
    first: is shown the first answer. Raises UnexpectedResponse when the pages cannot be all and only all of the
    listing.
    """
    about = f"{endpoint.service} GET {path} in {endpoint.region}"
    seen: set[str] = set()
    limit = PAGE_SIZE if paged else 0
    marker = ""
    while True:
        client.context.check()
        asked = (*params, *((("limit", limit),) if limit else ()), *((("marker", marker),) if marker else ()))
        try:
            answer = client.get(endpoint, path, asked, microversion)
        except InvalidRequest as error:
            if marker and error.native_code in ("badRequest", "400", "InvalidInput", "MarkerNotFound"):
                raise UnexpectedResponse(
                    f"{about}: the page after {marker} is gone; the listing changed meanwhile"
                ) from error
            raise
        if first is not None:
            first(answer)
            first = None
        found = rows(answer.document, key, about)
        if unwrap:
            found = [dict(mapping(row.get(unwrap))) for row in found]
        following = _following(answer.document, key, about)
        page = [row for row in found if (row_id := identifier(row, marker_key)) not in seen and not seen.add(row_id)]  # type: ignore[func-returns-value]
        if found and not page:
            raise UnexpectedResponse(f"{about}: the same page came twice")
        if page:
            yield page
        if following is None and limit and len(found) >= limit:
            # A full page without a link to the next: a link that got lost looks just like this.
            following = identifier(found[-1], marker_key)
        if following is None:
            return
        if not found:
            raise UnexpectedResponse(f"{about}: an empty page leads on to another")
        if following == marker:
            raise UnexpectedResponse(f"{about}: the listing leads back to where it was")
        marker = following


def _following(document: Document, key: str, about: str) -> str | None:
    """The next page's marker; None on the last page."""
    # keystone cuts a listing that is longer than its list_limit, and only says so.
    if document.get("truncated") is True:
        raise UnexpectedResponse(f"{about}: the service says that its answer is not the whole list")
    links = [link for link in mappings(document.get(f"{key}_links")) if link.get("rel") == "next"]
    href = text(links[0].get("href")) if links else text(document.get("next"))
    if href is None:
        href = text(mapping(document.get("links")).get("next"))
    if href is None:
        return None
    marker = parse_qs(urlsplit(href).query).get("marker", [""])[0]
    if not marker:
        raise UnexpectedResponse(f"{about}: the link to the next page names no marker")
    return marker
