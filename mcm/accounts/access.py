"""Opens an account's secrets for the gateway; the only place that does."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from mcm.accounts import repository
from mcm.gateway import AccountAccess
from mcm.models import Account, Secret
from mcm.registry import Registry
from mcm.vault import Vault
from mcm.vault.prepared import Prepared

_WITH_SECRETS = (
    select(Account, Secret)
    .outerjoin(Secret, Secret.account_id == Account.id)
    .where(Account.id == bindparam("account"))
    .execution_options(populate_existing=True)
)


def place(account_id: str, key: str) -> str:
    """What a sealed secret is bound to."""
    return f"secret/{account_id}/{key}/sealed"


def stored(session: Session, account_id: str) -> Sequence[Secret]:
    """Sealed."""
    return repository.secrets(session, account_id)


def with_secrets(session: Session, account_id: str) -> tuple[Account | None, list[Secret]]:
    """The account and its secrets, sealed, in one question: every turn of an operation asks it."""
    rows = session.execute(_WITH_SECRETS, {"account": account_id}).all()
    return (rows[0][0] if rows else None), [row[1] for row in rows if row[1] is not None]


def opened(vault: Vault, account_id: str, stored: Sequence[Secret]) -> Prepared:
    """For `account_access`, with no transaction open: the master key may be on a server. Raises VaultError."""
    ready = Prepared(vault)
    for row in stored:
        ready.open_ahead(row.sealed, place(account_id, row.key))
    return ready


def account_access(session: Session, account: Account, vault: Vault, registry: Registry) -> AccountAccess:
    """Raises VaultError, or InvalidRequest when a newer adapter no longer takes the stored configuration."""
    return access_of(account, stored(session, account.id), vault, registry)


def access_of(account: Account, sealed: Sequence[Secret], vault: Vault, registry: Registry) -> AccountAccess:
    """As `account_access`, of what was read in a transaction that has ended."""
    secrets = {row.key: vault.open(row.sealed, place(account.id, row.key)) for row in sealed}
    form = registry.descriptor(account.provider).connection.validated(account.config, secrets)
    return AccountAccess(account.id, account.name, account.provider, account.version, form)
