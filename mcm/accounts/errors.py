"""What the accounts room refuses."""

from mcm.errors import Conflict, NotFound


class AccountNotFound(NotFound):
    code = "account_not_found"


class AccountExists(Conflict):
    code = "account_exists"
