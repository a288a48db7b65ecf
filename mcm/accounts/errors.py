"""What the accounts room refuses."""

from mcm.errors import Conflict, InvalidInput, NotFound


class AccountNotFound(NotFound):
    code = "account_not_found"


class AccountExists(Conflict):
    code = "account_exists"


class ProviderNotInstalled(InvalidInput):
    """The adapter is there, what it speaks through is not."""

    code = "provider_not_installed"
