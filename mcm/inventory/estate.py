"""Accounts and scopes as small maps: how fresh each scope is, and the sentence that says why it is not.

Loaded once for each request. For a past instant the freshness of then is read from the ledger of reads.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Literal

from mcm.contract import GLOBAL_REGION
from mcm.filters import Expression, possibility
from mcm.filters.compile import AccountFacts
from mcm.inventory import doubts
from mcm.inventory.doubts import Doubt

STALE_AFTER_INTERVALS = 3
Freshness = Literal["fresh", "stale", "unreachable"]


@dataclass(frozen=True)
class AccountState(AccountFacts):
    realm: str | None = None
    status: str = "ok"
    failing_since: datetime | None = None
    error_message: str | None = None
    error_code: str | None = None


@dataclass(frozen=True, slots=True)
class ScopeState:
    """resources: how many the scope had at its last read; an estimate for planning, not a count to show."""

    id: int
    account_id: str
    region: str
    kind: str
    status: str
    reason: str | None
    as_of: datetime | None
    interval_s: int
    resources: int
    failing_since: datetime | None
    error_message: str | None
    error_code: str | None = None


class Estate:
    """at: now, or the past instant that is asked about. outside: how many resources the scopes had that are not here,
    as whoever asks may not see them; an estimate for planning. None: everything is here."""

    def __init__(
        self,
        at: datetime,
        accounts: Iterable[AccountState],
        scopes: Iterable[ScopeState],
        *,
        past: bool = False,
        outside: int | None = None,
    ) -> None:
        self.at, self.past, self.outside = at, past, outside
        self.accounts = {account.id: account for account in accounts}
        self.scopes = {scope.id: scope for scope in scopes}

    def freshness(self, scope: ScopeState) -> Freshness:
        """unreachable goes before stale: it names a cause."""
        account = self.accounts.get(scope.account_id)
        if scope.status == "failing" or (account is not None and account.status == "failing"):
            return "unreachable"
        if scope.as_of is None:
            return "stale"
        age = (self.at - scope.as_of).total_seconds()
        return "stale" if age > STALE_AFTER_INTERVALS * scope.interval_s else "fresh"

    @cached_property
    def _by_freshness(self) -> dict[int, Freshness]:
        return {scope.id: self.freshness(scope) for scope in self.scopes.values()}

    @cached_property
    def fresh(self) -> frozenset[int]:
        return frozenset(ident for ident, found in self._by_freshness.items() if found == "fresh")

    @cached_property
    def unreachable(self) -> frozenset[int]:
        return frozenset(ident for ident, found in self._by_freshness.items() if found == "unreachable")

    @property
    def limited(self) -> bool:
        return self.outside is not None

    @cached_property
    def resources(self) -> int:
        return sum(scope.resources for scope in self.scopes.values())

    def concerned(
        self, expression: Expression | None, unsure: Collection[str] = (), of_accounts: Collection[str] = ()
    ) -> list[ScopeState]:
        """The scopes that can hold matches. `unsure`: fields that are not known for the scopes `of_accounts`."""
        possible = possibility(expression)
        found = []
        for scope, facts in self._facts:
            known = facts
            if scope.account_id in of_accounts:
                known = {name: value for name, value in facts.items() if name not in unsure}
            if possible(known):
                found.append(scope)
        return found

    @cached_property
    def _facts(self) -> list[tuple[ScopeState, dict[str, str]]]:
        return [(scope, self.facts(scope)) for scope in self.scopes.values()]

    def facts(self, scope: ScopeState) -> dict[str, str]:
        """What holds for everything read through the scope, by field of the filters."""
        known = {"kind": scope.kind, "account_id": scope.account_id}
        account = self.accounts.get(scope.account_id)
        if account is not None:
            known |= {"account": account.name, "provider": account.provider, "ownership": account.ownership}
        if scope.region != GLOBAL_REGION:
            known["region"] = scope.region
        return known

    def presence(self, stored: str, scope_id: int) -> str:
        """missing and gone are what a complete read found out; only what counts as present can be stale."""
        if stored != "present":
            return stored
        found = self._by_freshness.get(scope_id, "stale")
        return "present" if found == "fresh" else found

    def as_of(self, scope_id: int) -> datetime | None:
        scope = self.scopes.get(scope_id)
        return scope.as_of if scope else None

    def account_name(self, account_id: str) -> str | None:
        account = self.accounts.get(account_id)
        return account.name if account else None

    def stale_reason(self, scope_id: int) -> str:
        """One sentence for what is not fresh: which read, since when, and why."""
        return self._doubt(scope_id).en

    def stale_reasons(self, scope_id: int, presence: str) -> tuple[str, str] | tuple[None, None]:
        """In English and Chinese; nothing of what is as it should be."""
        return self._doubt(scope_id) if presence in ("stale", "unreachable") else (None, None)

    def reason(self, scope: ScopeState) -> str:
        return self.doubt(scope).en

    def doubt(self, scope: ScopeState) -> Doubt:
        account = self.accounts.get(scope.account_id)
        name = account.name if account else scope.account_id
        place = doubts.Place(scope.kind, scope.region, name)
        if account is not None and account.status == "failing":
            return doubts.account_fails(name, account.failing_since, account.error_message, account.error_code)
        if scope.status == "failing":
            return doubts.scope_fails(place, scope.failing_since, scope.error_message, scope.error_code)
        if scope.status == "unsupported":
            return doubts.not_read(place, scope.reason)
        if scope.status == "quarantined":
            return doubts.quarantined(place, scope.error_message, scope.error_code)
        paused = account is not None and account.status == "paused"
        if scope.as_of is None:
            return doubts.never_read(place, past=self.past, paused=paused)
        age_s = (self.at - scope.as_of).total_seconds()
        return doubts.old(place, age_s, STALE_AFTER_INTERVALS * scope.interval_s, paused=paused)

    def _doubt(self, scope_id: int) -> Doubt:
        scope = self.scopes.get(scope_id)
        if scope is not None:
            return self.doubt(scope)
        if self.limited:
            return doubts.UNKNOWN_HERE
        return doubts.UNKNOWN_THEN if self.past else doubts.NO_ACCOUNT
