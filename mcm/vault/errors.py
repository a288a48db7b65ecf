"""What the vault refuses."""

from mcm.errors import Unavailable


class VaultError(Unavailable):
    """Secrets cannot be read or written. Listings go on; whatever needs credentials does not."""

    code = "vault"


class StaleKey(VaultError):
    """A value was sealed with a key that is no longer in use, mostly as a rotation ended meanwhile: seal it again."""
