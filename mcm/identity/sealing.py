"""Seals and opens the identity room's secrets, each bound to its row."""

from mcm.models import IdentitySecret
from mcm.vault import Vault


def place(owner: str, key: str) -> str:
    """What a sealed value is bound to."""
    return f"identity_secret/{owner}/{key}/sealed"


def seal(vault: Vault, row: IdentitySecret, text: str) -> None:
    row.sealed = vault.seal(text, place(row.owner, row.key))
    row.master_key_id = vault.key_of(row.sealed)


def opened(vault: Vault, row: IdentitySecret) -> str:
    """Raises VaultError."""
    return vault.open(row.sealed, place(row.owner, row.key))
