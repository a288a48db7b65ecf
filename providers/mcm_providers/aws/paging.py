"""Follows the pages of a listing to their end and refuses what is not one whole, once-through listing."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from mcm.contract import CallContext, UnexpectedResponse
from mcm_providers.aws.client import Clients
from mcm_providers.aws.documents import Document, read_page


class _Paging(NamedTuple):
    """What a service calls the token it is given, the one it gives, and the size of a page."""

    given: str
    answered: str
    size: str


_PAGING = {
    "ec2": _Paging("NextToken", "NextToken", "MaxResults"),
    "elbv2": _Paging("Marker", "NextMarker", "PageSize"),
    "elb": _Paging("Marker", "NextMarker", "PageSize"),
    "rds": _Paging("Marker", "Marker", "MaxRecords"),
    "s3": _Paging("ContinuationToken", "ContinuationToken", "MaxBuckets"),
}
_MAX_PAGES = 100_000


def pages(
    clients: Clients,
    context: CallContext,
    service: str,
    region: str,
    operation: str,
    members: str,
    params: Mapping[str, Any],
    page_size: int | None = None,
) -> Iterator[Iterator[Document]]:
    """The records of the lists called `members` in the answers, page by page; each page is read before the next.

    page_size: what the operation takes at most, None for one that does not page. Raises UnexpectedResponse when a
    token comes a second time: the service would go round in circles.
    """
    paging = _PAGING[service]
    asked = dict(params) if page_size is None else {**params, paging.size: page_size}
    seen: set[str] = set()
    while len(seen) < _MAX_PAGES:
        page = read_page(clients.call(service, region, operation, asked), service, operation, members)
        token = page.rest.get(paging.answered)
        yield page.records
        del page
        if not token:
            return
        if token in seen:
            raise UnexpectedResponse(f"{service} {operation} in {region}: a page came twice (the same token again)")
        seen.add(token)
        asked[paging.given] = token
        context.check()
    raise UnexpectedResponse(f"{service} {operation} in {region}: more than {_MAX_PAGES} pages")
