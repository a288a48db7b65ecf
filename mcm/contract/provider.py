"""The provider contract, on one page. The docstrings are obligations; the conformance suite checks them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, Self, runtime_checkable

from mcm.contract.capabilities import Reason
from mcm.contract.connection import ConnectionForm
from mcm.contract.context import CallContext
from mcm.contract.kinds import ResourceKind
from mcm.contract.resources import Resource, ResourceRef

GLOBAL_REGION = "global"


@dataclass(frozen=True, slots=True)
class AccountIdentity:
    """Who we are at the cloud.

    realm: the cloud itself ("<provider>:<the cloud's own id>"); equal for all accounts that see one machine.
    principal: the user or role, in the cloud's words. scope_name: project, tenant or account name, for people.
    grants: a text that changes when the principal's rights change (roles, privileges); "" when it cannot be known.
    missing: permissions this adapter would use and does not have, in the cloud's words.
    """

    realm: str
    principal: str
    scope_name: str = ""
    grants: str = ""
    version: str = ""
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Region:
    """native_id: what `collect` is given. kinds: what can be read there. absent: kinds that cannot, and why."""

    native_id: str
    name: str
    kinds: frozenset[ResourceKind]
    absent: Mapping[ResourceKind, Reason] = field(default_factory=dict)


class Provider(Protocol):
    """A live connection to one account. Cheap to build, safe to close twice, used by one thread at a time.

    Every method raises only ProviderError. No method waits for the cloud to finish something.
    """

    @classmethod
    def connect(cls, form: ConnectionForm, context: CallContext) -> Self:
        """No network. Raises InvalidRequest when the form cannot work."""
        ...

    def check(self) -> AccountIdentity:
        """Signs in and says who we are. One or a few calls; wrong credentials raise AuthenticationFailed."""
        ...

    def close(self) -> None: ...


@runtime_checkable
class InventoryReader(Protocol):
    def regions(self) -> Sequence[Region]:
        """At least one; what has no region lives in "global". A region that is down is still listed."""
        ...

    def collect(self, kind: ResourceKind, region: Region) -> Iterator[Resource]:
        """Every resource of `kind` in `region`, page by page, each exactly once, in any order.

        Finishing normally means "this is all of them". Anything else (a page missing, cut or repeated, a partial
        permission, a deadline) must raise: then the scope is unknown and nothing is swept. Never holds all pages.
        An adapter that cannot promise completeness says `sweepable = False` and never starts a disappearance.
        """
        ...

    def observe(self, refs: Sequence[ResourceRef]) -> Mapping[ResourceRef, Resource | None]:
        """Ask the cloud about these, now. One key for each ref; None means it no longer exists, as said by the cloud
        itself (404, or an answer that lists it not), never "could not find out" (that raises)."""
        ...


@dataclass(frozen=True, slots=True)
class ChangeBatch:
    """changed: new or altered resources, whole. removed: what the feed says is gone (a hint; mcm confirms by
    `observe`). cursor: where to go on; opaque, at most 1,000 characters."""

    changed: Sequence[Resource]
    removed: Sequence[ResourceRef]
    cursor: str


@runtime_checkable
class ChangeFeed(Protocol):
    """durable: whether a cursor outlives this connection (one kept in a session does not, a timestamp does)."""

    durable: bool

    def open_feed(self, kind: ResourceKind, region: Region) -> str:
        """A cursor for "from now on"; taken *before* the full read it follows, so that nothing falls between."""
        ...

    def changes(self, kind: ResourceKind, region: Region, cursor: str) -> ChangeBatch:
        """What changed since `cursor`, without waiting. Raises FeedExpired when only a full read can tell."""
        ...
