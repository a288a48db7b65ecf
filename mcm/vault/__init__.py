"""Keeps secrets: envelope encryption with a master key that is never in the database."""

from mcm.vault.vault import Vault, VaultError

__all__ = ["Vault", "VaultError"]
