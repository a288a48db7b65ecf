"""Keeps secrets: envelope encryption with a master key that is never in the database."""

from mcm.vault.errors import StaleKey, VaultError
from mcm.vault.vault import Vault

__all__ = ["StaleKey", "Vault", "VaultError"]
