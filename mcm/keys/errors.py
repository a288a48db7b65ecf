"""What the keys room refuses."""

from mcm.errors import Conflict
from mcm.vault import VaultError


class KeyNotAtHand(VaultError):
    """Values are sealed with a key that this process does not have."""


class NothingLost(Conflict):
    """A key may be given up only when it is not at hand."""

    code = "nothing_lost"
