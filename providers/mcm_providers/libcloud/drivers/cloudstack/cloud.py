"""CloudStack behind the bridge: what can be read, reading it, and asking for single resources again."""

import re
from collections.abc import Iterator, Mapping, Sequence

from mcm.contract import (
    AccountIdentity,
    InvalidRequest,
    Reason,
    Resource,
    ResourceKind,
    ResourceNotFound,
    ResourceRef,
)
from mcm_providers.libcloud.client import Line
from mcm_providers.libcloud.drivers.cloud import Offer
from mcm_providers.libcloud.drivers.cloudstack.api import Api
from mcm_providers.libcloud.drivers.cloudstack.identity import Identity
from mcm_providers.libcloud.drivers.cloudstack.listings import LISTINGS, Listing
from mcm_providers.libcloud.drivers.cloudstack.paging import Pages
from mcm_providers.libcloud.settings import Settings

# 36 characters each, in a URL that servers take up to 8 KiB of.
_IDS_AT_ONCE = 50
_ID = re.compile(r"[0-9A-Za-z-]{1,64}")
_Key = tuple[str, str]


class CloudStack:
    sweepable = True

    def __init__(self, settings: Settings, line: Line) -> None:
        self._api = Api(settings, line)
        self._pages = Pages(self._api)
        self._identity = Identity(self._api, self._pages, settings)
        self._region = settings.region_id

    def check(self) -> AccountIdentity:
        return self._identity.check()

    def offer(self) -> Offer:
        """A kind with several commands is read whole or not at all."""
        allowed = self._identity.allowed
        absent: dict[ResourceKind, Reason] = {}
        for kind, listings in LISTINGS.items():
            refused = [one.command for one in listings if allowed is not None and one.command not in allowed]
            if refused:
                absent[kind] = Reason("command_not_allowed", {"command": refused[0]})
        return Offer(frozenset(LISTINGS) - absent.keys(), absent)

    def collect(self, kind: ResourceKind) -> Iterator[Sequence[Resource]]:
        for listing in LISTINGS[kind]:
            yield from self._read(listing)

    def observe(self, kind: ResourceKind, refs: Sequence[ResourceRef]) -> Mapping[ResourceRef, Resource | None]:
        wanted = {(ref.native_id, ref.native_scope) for ref in refs}
        found: dict[_Key, Resource] = {}
        for listing in LISTINGS[kind]:
            missing = wanted - found.keys()
            if missing:
                found.update(self._find(listing, missing))
        return {ref: found.get((ref.native_id, ref.native_scope)) for ref in refs}

    def _find(self, listing: Listing, wanted: set[_Key]) -> dict[_Key, Resource]:
        """Those of `wanted` that the listing has. Where single ones cannot be asked for, the whole list is the answer:
        these lists are short."""
        if listing.ids and all(_ID.fullmatch(native_id) for native_id, _ in wanted):
            ids = sorted({native_id for native_id, _ in wanted})
            found: dict[_Key, Resource] = {}
            for start in range(0, len(ids), _IDS_AT_ONCE):
                found.update(self._asked(listing, ids[start : start + _IDS_AT_ONCE]))
            return found
        if listing.ids:
            raise InvalidRequest(f"CloudStack {listing.command}: what was asked for is not the id of anything")
        return self._among(self._read(listing), wanted)

    def _asked(self, listing: Listing, ids: Sequence[str]) -> dict[_Key, Resource]:
        """By their ids. What once was is left out of the answer; an id that never was spoils the question for all. A
        version that does not know the parameter lists everything, which holds them too."""
        try:
            pages = self._read(listing, ",".join(ids))
            return {(one.native_id, one.native_scope): one for page in pages for one in page}
        except ResourceNotFound:
            if len(ids) == 1:
                return {}
            half = len(ids) // 2
            return {**self._asked(listing, ids[:half]), **self._asked(listing, ids[half:])}

    def _among(self, pages: Iterator[Sequence[Resource]], wanted: set[_Key]) -> dict[_Key, Resource]:
        return {key: one for page in pages for one in page if (key := (one.native_id, one.native_scope)) in wanted}

    def _read(self, listing: Listing, native_ids: str = "") -> Iterator[Sequence[Resource]]:
        """Templates that everybody may use come for accounts and for projects; the first time counts."""
        seen: set[_Key] = set()
        queries = list(listing.queries(self._identity.is_root_admin if listing.as_admin else False, native_ids))
        for query in queries:
            for page in self._pages.read(query):
                made = [listing.translate(document, self._region) for document in page]
                if len(queries) > 1:
                    made = [one for one in made if (one.native_id, one.native_scope) not in seen]
                    seen.update((one.native_id, one.native_scope) for one in made)
                yield made
