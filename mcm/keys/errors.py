"""What the keys room refuses."""

from mcm.vault import VaultError


class KeyNotAtHand(VaultError):
    """Values are sealed with a key that this process does not have."""
