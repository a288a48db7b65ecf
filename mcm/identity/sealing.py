"""Seals and opens the identity room's secrets, each bound to its row."""

from mcm.models import IdentitySecret
from mcm.vault import Vault
from mcm.vault.prepared import Prepared


def place(owner: str, key: str) -> str:
    """What a sealed value is bound to."""
    return f"identity_secret/{owner}/{key}/sealed"


def seal(vault: Vault, row: IdentitySecret, text: str) -> None:
    row.sealed = vault.seal(text, place(row.owner, row.key))
    row.master_key_id = vault.key_of(row.sealed)


def open_ahead(ready: Prepared, row: IdentitySecret) -> None:
    """Raises VaultError."""
    ready.open_ahead(row.sealed, place(row.owner, row.key))


def opened(vault: Vault, row: IdentitySecret) -> str:
    """Raises VaultError."""
    return vault.open(row.sealed, place(row.owner, row.key))
