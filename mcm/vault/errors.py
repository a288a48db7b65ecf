"""What the vault refuses."""

from mcm.errors import Unavailable


class VaultError(Unavailable):
    """Secrets cannot be read or written. Listings go on; whatever needs credentials does not."""

    code = "vault"
