"""Where something is to be made, for one request: an account's region, what it has there, what names mean there."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy.orm import Session

from mcm.contract import GLOBAL_REGION, ActionSupport, ProviderDescriptor, ResourceKind
from mcm.contract.actions import Action
from mcm.inventory.estate import AccountState, Estate, ScopeState
from mcm.kit import clock
from mcm.models import Account, Scope
from mcm.operations.choices import repository
from mcm.operations.choices.reasons import Hindrance, hindrance
from mcm.operations.choices.repository import Offered
from mcm.operations.choices.rules import Asked, Room, cloud_rooms, judged
from mcm.tenancy import sight

# Parameter → the kind it names. What is not listed names nothing of the inventory.
NAMES = {
    "image": ResourceKind.IMAGE,
    "flavor": ResourceKind.FLAVOR,
    "networks": ResourceKind.NETWORK,
    "security_groups": ResourceKind.SECURITY_GROUP,
    "keypair": ResourceKind.KEYPAIR,
    "zone": ResourceKind.ZONE,
    "folder": ResourceKind.FOLDER,
    "resource_pool": ResourceKind.RESOURCE_POOL,
    "datastore": ResourceKind.DATASTORE,
    "instance": ResourceKind.INSTANCE,
    "snapshot": ResourceKind.SNAPSHOT,
    "volume": ResourceKind.VOLUME,
    "network": ResourceKind.NETWORK,
    "host": ResourceKind.HOST,
}
# A project's own things, never lent out by the cloud: only what the session sees.
_OWN = (ResourceKind.INSTANCE, ResourceKind.VOLUME, ResourceKind.SNAPSHOT)
# What is acted on or with, rather than chosen for something new: `mcm account choices` has no list of it.
_UNLISTED = (ResourceKind.INSTANCE, ResourceKind.VOLUME, ResourceKind.HOST)


@dataclass(frozen=True)
class Place:
    """common: whether what the cloud offers to everybody counts, though it may be outside the session's view."""

    session: Session
    account: Account
    descriptor: ProviderDescriptor
    action: Action
    region: str
    common: bool = True

    @property
    def support(self) -> ActionSupport:
        return self.descriptor.actions[self.action.id]

    @cached_property
    def scopes(self) -> Sequence[Scope]:
        return repository.scopes(self.session, self.account.id, every=self.common)

    def scopes_of(self, *kinds: str) -> list[Scope]:
        """Those that hold such things of this region."""
        return [one for one in self.scopes if one.kind in kinds and one.region in (self.region, GLOBAL_REGION)]

    def ids_of(self, *kinds: str) -> list[int]:
        return [one.id for one in self.scopes_of(*kinds)]

    def unread(self, kind: str) -> str | None:
        """Why the account has no list of a kind at all; None where there is one, or will be."""
        found = self.scopes_of(kind)
        if any(one.status != "unsupported" for one in found):
            return None
        if found:
            return found[0].reason or "the cloud has none"
        known = any(one.region == self.region for one in self.scopes)
        return "the cloud has none in this region" if known else None

    @cached_property
    def estate(self) -> Estate:
        """How fresh the account's scopes are. Whoever sees the account in part is not told what its cloud says."""
        whole = sight.holds_whole(self.session, self.account)
        account = self.account
        state = AccountState(
            account.id, account.name, account.ownership, account.provider, account.realm, account.status,
            account.failing_since, account.error_message if whole else None, account.error_code if whole else None,
        )  # fmt: skip
        scopes = [
            ScopeState(
                one.id, one.account_id, one.region, one.kind, one.status, one.reason, one.as_of, one.interval_s,
                one.resources, one.failing_since, one.error_message if whole else None,
                one.error_code if whole else None,
            )
            for one in self.scopes
        ]  # fmt: skip
        return Estate(clock.now(), [state], scopes)

    @cached_property
    def home(self) -> tuple[str, str] | None:
        """(native id, name) of the project that the account's credentials belong to, and so all that it makes."""
        name = (self.account.identity or {}).get("scope_name") or ""
        found = self.projects([name]) if name else []
        return (found[0].native_id, found[0].name) if len(found) == 1 else None

    def projects(self, values: Collection[str]) -> list[Offered]:
        ids = self.ids_of(ResourceKind.PROJECT)
        return repository.named(
            self.session, ids, GLOBAL_REGION, ResourceKind.PROJECT, values, common=self.common
        )  # fmt: skip

    def cloud_rooms(self, home: tuple[str, str] | None) -> list[Room]:
        """What the cloud's own quotas leave. Old numbers are none: the cloud will say."""
        scopes = self.scopes_of(ResourceKind.QUOTA)
        if (
            home is None
            or not scopes
            or any(self.estate.freshness(self.estate.scopes[one.id]) != "fresh" for one in scopes)
        ):
            return []
        rows = repository.quotas(self.session, [one.id for one in scopes], self.region, home[0])
        return cloud_rooms(rows, home[1], min(one.as_of for one in scopes if one.as_of is not None))

    def asked(self, home: tuple[str, str] | None = None) -> Asked:
        return Asked(self.action, self.support, self.account.name, self.region, home or self.home)

    def found(self, param: str, values: Collection[str], asked: Asked) -> dict[str, Offered | Hindrance | None]:
        """What each value means, by native id or else by name; None: it is for the cloud to say."""
        kinds: tuple[ResourceKind, ...] = (NAMES[param],)
        if self.action.id == "instance.revert":
            # Where snapshots are images, an image is meant.
            kinds = (*kinds, ResourceKind.IMAGE)
        left, told = dict.fromkeys(values), dict[str, Offered | Hindrance | None]()
        for kind in kinds:
            common = self.common and kind not in _OWN
            rows = repository.named(self.session, self.ids_of(kind), self.region, kind, list(left), common=common)
            for value in list(left):
                meant = [row for row in rows if row.native_id == value] or [row for row in rows if row.name == value]
                if meant:
                    told[value] = self._one_of(meant, value, asked)
                    del left[value]
        for value in left:
            told[value] = self._unknown(param, kinds, value)
        return told

    def _one_of(self, rows: Sequence[Offered], value: str, asked: Asked) -> Offered | Hindrance:
        """Of several with one name the one that can be chosen: every project has its own 'default'."""
        if len(rows) > 1:
            rows = [row for row in rows if judged(row, asked) is None] or rows
        if len(rows) == 1:
            return rows[0]
        return hindrance(
            "ambiguous", kind=rows[0].kind, value=value, account=self.account.name, region=self.region
        )  # fmt: skip

    def _unknown(self, param: str, kinds: Sequence[ResourceKind], value: str) -> Hindrance | None:
        told = {"kind": kinds[0].value, "value": value, "account": self.account.name, "region": self.region}
        why = "not_found" if kinds[0] in _UNLISTED else "unknown"
        where = repository.elsewhere(self.session, self.account.id, [kind.value for kind in kinds], value)
        if where is not None and not where[1]:
            if where[0] == self.region:
                # Its own, and no longer seen by it.
                return hindrance(why, **told)
            return hindrance("other_region", where=where[0], **told)
        if param in self.support.unlisted:
            return None
        return hindrance(why, **told) if where is None else hindrance("other_account", where=where[1], **told)
