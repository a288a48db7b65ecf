"""Follows a CloudStack listing to its end and refuses what is not one whole, once-through listing.

libcloud asks for no page and gets the first 500 (the cloud's `default.page.size`), without a word about the rest.
CloudStack pages by position: `page` and `pagesize`, and `count` is how many there are in all. So what is deleted while
a listing is read moves the rest, and one may slip through between two pages; the changed count tells, and it is read
again. (One deleted and one made between two pages leave the count as it was: what slips through then is missing until
`observe` finds it.)
"""

import re
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mcm.contract import InvalidRequest, UnexpectedResponse
from mcm_providers.libcloud.drivers.cloudstack.api import Api, Document
from mcm_providers.libcloud.errors import PAGE_TOO_LARGE

# The cloud's own default, and the most it takes unless its operator said otherwise.
PAGE_SIZE = 500
_PASSES = 3
_MAX_PAGES = 10_000
_NUMBER = re.compile(r"(\d{1,6})\D*$")


@dataclass(frozen=True, slots=True)
class Query:
    """member: the list in the answer. identity: what no two entries have in common. counts_all: whether `count` is the
    whole number in every version; 4.13 and 4.14 give that of the page for some listings (CloudStack issue 3890)."""

    command: str
    member: str
    identity: Callable[[Document], Hashable]
    params: Mapping[str, object] = field(default_factory=dict)
    counts_all: bool = True


class Pages:
    """Page sizes are learnt once for each connection."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._size = PAGE_SIZE

    def read(self, query: Query) -> Iterator[list[Document]]:
        """Every entry once, page by page. Raises UnexpectedResponse when pages are missing, repeated or cut."""
        given: set[Hashable] = set()
        for _ in range(_PASSES):
            reading = _Reading(query)
            for number in range(1, _MAX_PAGES):
                entries, count = self._page(query, number)
                keys = reading.take(entries, count)
                yield [entry for entry, key in zip(entries, keys, strict=True) if key not in given]
                given.update(keys)
                if len(entries) < self._size:
                    break
            else:
                raise UnexpectedResponse(f"CloudStack {query.command}: more than {_MAX_PAGES} pages")
            if reading.finished():
                return
        raise UnexpectedResponse(
            f"CloudStack {query.command}: the list changed while it was read, {_PASSES} times over"
        )

    def _page(self, query: Query, number: int) -> tuple[list[Document], int]:
        try:
            answer = self._ask(query, number)
        except InvalidRequest as error:
            found = _NUMBER.search(error.message) if error.native_code == PAGE_TOO_LARGE else None
            # Only at the first page: with another size the pages so far would not fit.
            if found is None or number > 1 or not 0 < int(found[1]) < self._size:
                raise
            self._size = int(found[1])
            answer = self._ask(query, number)
        entries = answer.get(query.member, [])
        # Neither stands in an answer without entries.
        count = answer.get("count", 0)
        whole = isinstance(count, int) and not isinstance(count, bool) and count >= 0
        if not whole or not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise UnexpectedResponse(f"CloudStack {query.command}: page {number} is not what the API promises")
        if len(entries) > self._size or (entries and not count):
            raise UnexpectedResponse(
                f"CloudStack {query.command}: page {number} has {len(entries)} entries of {count}, "
                f"{self._size} were asked for"
            )
        return entries, count

    def _ask(self, query: Query, number: int) -> Document:
        return self._api.ask(query.command, {**query.params, "page": number, "pagesize": self._size})


class _Reading:
    """One pass over a listing, and whether it can have been all of it."""

    def __init__(self, query: Query) -> None:
        self._query = query
        self._seen: set[Hashable] = set()
        self._total: int | None = None
        self._steady = True
        self._by_page = False

    def take(self, entries: Sequence[Document], count: int) -> list[Hashable]:
        """The entries' identities. Raises UnexpectedResponse when one comes twice though the list did not change."""
        if self._total is None:
            self._total = count
        elif count != self._total:
            if not self._query.counts_all and count == len(entries):
                self._by_page = True
            else:
                self._steady = False
        keys = [self._identity(entry) for entry in entries]
        before = len(self._seen)
        self._seen.update(keys)
        if self._steady and len(self._seen) != before + len(keys):
            raise UnexpectedResponse(f"CloudStack {self._query.command}: an entry is listed twice")
        return keys

    def finished(self) -> bool:
        """False: the list changed meanwhile, read it again. Raises UnexpectedResponse when entries are missing."""
        if self._steady and not self._by_page and len(self._seen) != self._total:
            raise UnexpectedResponse(
                f"CloudStack {self._query.command}: {len(self._seen)} entries came, {self._total} were announced"
            )
        return self._steady

    def _identity(self, entry: Document) -> Hashable:
        key: Hashable = self._query.identity(entry)
        if not key or (isinstance(key, tuple) and not key[0]):
            raise UnexpectedResponse(f"CloudStack {self._query.command}: an entry without an id")
        return key
