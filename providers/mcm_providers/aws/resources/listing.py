"""How a kind is listed: which operation, which list in its answers, which filter confirms single ones."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from mcm.contract import CallContext, Resource, UnexpectedResponse
from mcm_providers.aws.client import Clients
from mcm_providers.aws.documents import Document
from mcm_providers.aws.lookups import Lookups
from mcm_providers.aws.paging import pages

# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Query-Requests.html: at most 200 values in one filter.
FILTER_VALUES = 200
# Records are read and translated in small batches: documents that die young cost the garbage collector nothing.
_BATCH = 100
# The longest real ones, those of load balancers, have some 130 characters.
_MAX_ID = 512


@dataclass(slots=True)
class Scope:
    """What a read needs besides its listing: where, and through what."""

    clients: Clients
    context: CallContext
    region: str
    lookups: Lookups


def _as_they_are(records: Iterable[Document]) -> Iterable[Document]:
    return records


def _nothing(_: Sequence[Document], __: Scope) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Listing:
    """One list operation and the pure function that translates its records.

    page_size: the most the operation takes; None where it does not page. identity: the record's key that is the
    native id. id_filter: the EC2 filter on it, "" where single ones cannot be asked for without failing on missing
    ones. unfold: the records within those of the list (instances in reservations). prepare: look-ups for a batch
    of records before they are translated; it may complete them.
    """

    service: str
    operation: str
    members: str
    identity: str
    translate: Callable[[Document, Scope], Resource]
    page_size: int | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    id_filter: str = ""
    unfold: Callable[[Iterable[Document]], Iterable[Document]] = _as_they_are
    prepare: Callable[[Sequence[Document], Scope], None] = _nothing

    def read(self, scope: Scope, native_ids: Sequence[str] | None = None) -> Iterator[Resource]:
        """Every resource, or those of `native_ids` that exist.

        Raises UnexpectedResponse when one comes twice: then a page came twice, and another may be missing.
        """
        seen: set[str] = set()
        for params in self._requests(native_ids):
            for page in pages(
                scope.clients,
                scope.context,
                self.service,
                scope.region,
                self.operation,
                self.members,
                params,
                self.page_size,
            ):
                unfolded = iter(self.unfold(page))
                while batch := list(islice(unfolded, _BATCH)):
                    self.prepare(batch, scope)
                    for record in batch:
                        native_id = record.get(self.identity)
                        if not native_id or len(native_id) > _MAX_ID or native_id in seen:
                            raise self._fault(native_id, scope.region)
                        seen.add(native_id)
                        yield self.translate(record, scope)

    def _fault(self, native_id: str | None, region: str) -> UnexpectedResponse:
        known = native_id and len(native_id) <= _MAX_ID
        fault = f"'{native_id}' is listed twice" if known else f"a record without a usable {self.identity}"
        return UnexpectedResponse(f"{self.service} {self.operation} in {region}: {fault}")

    def _requests(self, native_ids: Sequence[str] | None) -> Iterator[Mapping[str, Any]]:
        if native_ids is None or not self.id_filter:
            yield self.params
            return
        for start in range(0, len(native_ids), FILTER_VALUES):
            values = list(native_ids[start : start + FILTER_VALUES])
            yield {**self.params, "Filters": [{"Name": self.id_filter, "Values": values}]}
