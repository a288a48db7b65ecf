"""What the adapter needs of a driver, proven or not."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from mcm.contract import AccountIdentity, Reason, Resource, ResourceKind, ResourceRef


class Offer(NamedTuple):
    """kinds: what can be read. absent: what cannot, and why."""

    kinds: frozenset[ResourceKind]
    absent: Mapping[ResourceKind, Reason]


class Cloud(Protocol):
    """One account, read through one libcloud driver. Every method raises only ProviderError.

    sweepable: whether a listing that ended normally is known to hold everything. Where it is false, what a listing
    lacks says nothing, and `observe` raises instead of calling anything gone.
    """

    sweepable: bool

    def check(self) -> AccountIdentity: ...

    def offer(self) -> Offer: ...

    def collect(self, kind: ResourceKind) -> Iterator[Sequence[Resource]]:
        """Page by page. The kind is one of the offer's."""
        ...

    def observe(self, kind: ResourceKind, refs: Sequence[ResourceRef]) -> Mapping[ResourceRef, Resource | None]: ...
