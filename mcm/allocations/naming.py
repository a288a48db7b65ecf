"""From names in rules, reports and budgets to ids, and where each tenant is in the tree."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy.orm import Session

from mcm.allocations import repository
from mcm.allocations.documents import RuleDocument, Target
from mcm.allocations.resolved import Payer, Rule
from mcm.models import Tenant
from mcm.tenancy import service as tenancy


class Names:
    """Read once for a question: tenants, accounts, and what is above what."""

    def __init__(self, session: Session) -> None:
        self._tenants = repository.tenants(session)
        self._accounts = repository.accounts(session)
        self.paths: Mapping[str, str] = tenancy.paths(dict(self._tenants))
        self._by_path = {path: ident for ident, path in self.paths.items()}
        self._by_name: dict[str, list[str]] = {}
        for ident, tenant in self._tenants.items():
            self._by_name.setdefault(tenant.name, []).append(ident)
        self.tree = {ident: _above(ident, self._tenants) for ident in self._tenants}
        self._account_ids = {account.name: account.id for account in self._accounts.values()}
        self.labels = {account.id: tuple(account.labels) for account in self._accounts.values()}
        self.providers = {account.id: account.provider for account in self._accounts.values()}
        self.owners = {account.id: account.tenant_id for account in self._accounts.values()}
        self.private = {account.id for account in self._accounts.values() if account.ownership == "private"}

    def tenant(self, given: str) -> str | None:
        """By id, by path, or by a name that only one has."""
        if given in self._tenants:
            return given
        named = self._by_name.get(given, [])
        return self._by_path.get(given) or (named[0] if len(named) == 1 else None)

    def account(self, given: str) -> str | None:
        return given if given in self._accounts else self._account_ids.get(given)

    def known_tenants(self) -> Sequence[str]:
        return sorted(self._by_path)

    def known_accounts(self) -> Sequence[str]:
        return sorted(self._account_ids)

    def resolved(self, document: RuleDocument) -> Rule:
        match, share, missing = document.match, document.share, list[str]()
        tenant_ids = self._ids(match.tenant, "tenant", missing)
        account_ids = self._ids(match.account, "account", missing)
        payers = None if isinstance(share.to, str) else tuple(self._payer(one, missing) for one in share.to)
        excluded = self._ids(share.excluded, "tenant", missing) or frozenset()
        return Rule(document, tenant_ids, account_ids, payers, excluded, tuple(missing), self.labels)

    def _payer(self, target: Target, missing: list[str]) -> Payer:
        tenant_id = None
        if target.tenant is not None:
            tenant_id = self.tenant(target.tenant)
            if tenant_id is None:
                missing.append(f"tenant {target.tenant}")
        weight = target.percent if target.percent is not None else target.value
        return Payer(tenant_id, target.application, target.cost_center, weight)

    def _ids(self, given: Iterable[str] | None, what: str, missing: list[str]) -> frozenset[str] | None:
        if given is None:
            return None
        found = set()
        for one in given:
            ident = self.tenant(one) if what == "tenant" else self.account(one)
            if ident is None:
                missing.append(f"{what} {one}")
            else:
                found.add(ident)
        return frozenset(found)


def _above(ident: str, tenants: Mapping[str, Tenant]) -> tuple[str, ...]:
    found: list[str] = []
    current: str | None = ident
    while current is not None and current in tenants and current not in found:
        found.append(current)
        current = tenants[current].parent_id
    return tuple(found)
