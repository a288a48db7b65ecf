"""What an account's row keeps of who the cloud says we are."""

from datetime import datetime

from mcm.contract import AccountIdentity
from mcm.events import telling
from mcm.models import Account


def note_identity(account: Account, identity: AccountIdentity, at: datetime) -> None:
    account.realm = identity.realm
    account.identity = {
        "principal": identity.principal,
        "scope_name": identity.scope_name,
        "version": identity.version,
        "missing": list(identity.missing),
        "grants": identity.grants,
    }
    account.checked_at = at
    note_success(account)


def note_success(account: Account) -> None:
    before = account.status
    if before in ("new", "failing"):
        account.status = "ok"
        account.failing_since = account.error_code = account.error_message = None
        telling.account_changed(account, before)


def note_failure(account: Account, code: str, message: str, at: datetime) -> None:
    """The account as a whole fails: it cannot sign in, or nothing of it answers."""
    if account.status == "paused":
        return
    before, account.status = account.status, "failing"
    account.failing_since = account.failing_since or at
    account.error_code, account.error_message = code, message
    telling.account_changed(account, before)
