"""The rules of accounts: what may be stored, when secrets may be reused, what removing one means. Never commits."""

from collections.abc import Sequence

from pydantic import SecretStr
from sqlalchemy.orm import Session

from mcm.accounts import repository
from mcm.accounts.access import account_access, opened, place
from mcm.accounts.errors import AccountExists, AccountNotFound, ProviderNotInstalled
from mcm.accounts.schemas import AccountCreate, AccountDetail, AccountItem, AccountUpdate, ScopeItem
from mcm.audit import service as audit
from mcm.auth.permissions import Permission
from mcm.auth.service import Caller
from mcm.contract import AccountIdentity, InvalidRequest, ProviderError
from mcm.errors import InvalidInput, PreconditionFailed
from mcm.events import telling
from mcm.gateway import AccountAccess
from mcm.kit import clock
from mcm.kit.ids import new_id
from mcm.models import Account, Secret
from mcm.registry import Registry
from mcm.settings import Settings
from mcm.sync import service as sync
from mcm.sync.identity import note_identity
from mcm.tenancy import assignment, sight
from mcm.tenancy import service as tenancy
from mcm.tenancy.locks import take_over
from mcm.vault import Vault
from mcm.vault.prepared import Prepared

# Set by `mcm keys abandon`: without its secrets an account would be read as whoever the machine itself is.
SECRETS_LOST = "secrets_lost"


def get(session: Session, name_or_id: str) -> Account:
    found = repository.find(session, name_or_id)
    if found is None:
        raise AccountNotFound(f"there is no account '{name_or_id}'", next_step="`mcm account list` shows all")
    return found


def to_change(session: Session, caller: Caller, name_or_id: str) -> Account:
    """As `get`, under the view of a change. Raises Forbidden for what the caller may see, or see a part of, only."""

    def whole() -> Account:
        found = get(session, name_or_id)
        if not sight.holds_whole(session, found):
            raise AccountNotFound(f"there is no account '{name_or_id}'")
        return found

    return sight.changeable(session, caller, Permission.ACCOUNT_READ, whole, lambda: get(session, name_or_id))


def draft(registry: Registry, wanted: AccountCreate) -> AccountAccess:
    """The connection of an account that is not stored yet, for trying it. Raises InvalidInput for a bad form."""
    descriptor = registry.descriptor(wanted.provider)
    if sentence := registry.missing_sdk(descriptor):
        raise ProviderNotInstalled(sentence, next_step=f"pip install 'mcm[{descriptor.extra}]'")
    try:
        form = descriptor.connection.validated(wanted.config, _plain(wanted.secrets))
    except InvalidRequest as error:
        raise InvalidInput(
            error.message, next_step=f"`mcm provider show {wanted.provider}` lists the keys and what they mean"
        ) from error
    return AccountAccess(new_id("acc"), wanted.name, wanted.provider, 1, form)


def prepared(vault: Vault, account_id: str, stored: Sequence[Secret], given: dict[str, SecretStr]) -> Prepared:
    """Opens and seals now, with no transaction open, what `create` or `update` will want. Raises VaultError."""
    ready = opened(vault, account_id, stored)
    for key, value in _plain(given).items():
        ready.seal_ahead(value, place(account_id, key))
    return ready


def stored_secrets(session: Session, account: Account) -> Sequence[Secret]:
    """Sealed."""
    return repository.secrets(session, account.id)


def create(
    session: Session, caller: Caller, settings: Settings, vault: Vault, wanted: AccountCreate, access: AccountAccess
) -> Account:
    """Stores the account and makes its discovery due at once."""
    require_free_name(session, wanted.name)
    now = clock.now()
    account = Account(
        id=access.id,
        tenant_id=tenancy.home(session, caller, wanted.tenant),
        name=wanted.name,
        provider=wanted.provider,
        ownership=wanted.ownership,
        labels=sorted(set(wanted.labels)),
        config=access.form.config,
        site=wanted.site,
        city=wanted.city,
        jurisdiction=wanted.jurisdiction,
        status="new",
        version=1,
        created_at=now,
    )
    session.add(account)
    session.flush()
    _store(session, vault, account.id, _plain(wanted.secrets))
    sync.add_account(session, account, settings, now)
    audit.record(session, caller, "account.create", "account", account.id, details=_told(account))
    return account


def note_refused(
    session: Session, caller: Caller, wanted: AccountCreate, access: AccountAccess, error: ProviderError
) -> None:
    """The cloud did not let the new account in; nothing of it is stored."""
    said = {"name": wanted.name, "provider": wanted.provider, "error": error.code}
    audit.record(
        session, caller, "account.create", "account", access.id, outcome="failed", details=said,
        provider_request_id=error.request_id,
    )  # fmt: skip


def update(
    session: Session,
    caller: Caller,
    vault: Vault,
    registry: Registry,
    account: Account,
    wanted: AccountUpdate,
    if_match: str | None,
) -> Account:
    """Secrets must be entered again when the configuration changes: else they could be sent to another host."""
    require_version(account, if_match)
    if wanted.tenant is not None:
        _hand_over(session, account, tenancy.home(session, caller, wanted.tenant))
    if wanted.name is not None and wanted.name != account.name:
        require_free_name(session, wanted.name)
        account.name = wanted.name
    for key in ("ownership", "labels", "site", "city", "jurisdiction"):
        value = getattr(wanted, key)
        if value is not None:
            setattr(account, key, sorted(set(value)) if key == "labels" else value)
    if wanted.config is not None or wanted.secrets is not None:
        stored = {row.key for row in repository.secrets(session, account.id)}
        given = _plain(wanted.secrets or {})
        config = account.config if wanted.config is None else wanted.config
        if wanted.config is not None and config != account.config and stored - set(given):
            raise InvalidInput(
                "a changed configuration needs the secrets again: they were entered for the old one",
                next_step=f"send {', '.join(sorted(stored))} with the change",
            )
        opened = {row.key: vault.open(row.sealed, place(account.id, row.key)) for row in
                  repository.secrets(session, account.id)}  # fmt: skip
        try:
            form = registry.descriptor(account.provider).connection.validated(config, opened | given)
        except InvalidRequest as error:
            raise InvalidInput(
                error.message, next_step=f"`mcm provider show {account.provider}` lists the keys and what they mean"
            ) from error
        account.config = form.config
        _store(session, vault, account.id, given)
        if account.error_code == SECRETS_LOST:
            before, account.status = account.status, "new" if account.checked_at is None else "ok"
            account.failing_since = account.error_code = account.error_message = None
            telling.account_changed(account, before)
        sync.refresh_account(session, account.id)
    account.version += 1
    audit.record(session, caller, "account.update", "account", account.id, details=_told(account))
    return account


def pause(session: Session, caller: Caller, account: Account) -> Account:
    """Nothing is read until `resume`; what is known stays and ages."""
    account.status = "paused"
    account.version += 1
    audit.record(session, caller, "account.pause", "account", account.id, details=_told(account))
    return account


def resume(session: Session, caller: Caller, account: Account) -> Account:
    if account.error_code == SECRETS_LOST:
        raise InvalidInput(account.error_message or "its secrets are lost", next_step="enter them; that resumes it")
    if account.status == "paused":
        # One that failed before still does, as far as anybody knows: its next read tells.
        account.status = "failing" if account.failing_since else "new" if account.checked_at is None else "ok"
        account.version += 1
        sync.refresh_account(session, account.id)
        audit.record(session, caller, "account.resume", "account", account.id, details=_told(account))
    return account


def remove(session: Session, caller: Caller, account: Account) -> int:
    """Forgets credentials, scopes and sightings. What only this account saw becomes gone and is kept as a tombstone.

    Returns how many resources that were. A read under way finds its scope gone and writes nothing."""
    number = sync.forget_account(session, account.id)
    telling.inventory(session, account.id, None, None, {"gone": number})
    audit.record(
        session, caller, "account.remove", "account", account.id, details=_told(account) | {"resources": number}
    )
    session.delete(account)
    session.flush()
    return number


def page(session: Session, after: tuple[str, ...] | None, limit: int) -> Sequence[Account]:
    return repository.page(session, (after[0], after[1]) if after else None, limit)


def everyone(session: Session) -> Sequence[Account]:
    return repository.everyone(session)


def require_free_name(session: Session, name: str) -> None:
    if repository.taken(session, name):
        # Of one that the caller must not know of, this tells no more than that the name cannot be had.
        raise AccountExists(f"the name '{name}' is taken", next_step="choose another name")


def note_checked(session: Session, account: Account, identity: AccountIdentity) -> None:
    """Keeps who we are. A realm once known is never replaced: that would mix two clouds in one account."""
    if account.realm in (None, identity.realm):
        note_identity(account, identity, clock.now())
        session.flush()


def only_seen_by(session: Session, account: Account) -> int:
    return repository.only_seen_by(session, account.id)


def access(session: Session, vault: Vault, registry: Registry, account: Account) -> AccountAccess:
    return account_access(session, account, vault, registry)


def items(session: Session, accounts: Sequence[Account]) -> list[AccountItem]:
    ids = [account.id for account in accounts]
    keys = repository.secret_keys(session, ids)
    summaries = repository.scope_summary(session, ids)
    visible = repository.visible_resources(session, ids)
    if visible is not None:
        for summary in summaries.values():
            summary["resources"] = 0
        for scope_id, account_id in repository.scope_accounts(session, list(visible)).items():
            summary = summaries.setdefault(account_id, {"scopes": {}, "resources": 0, "as_of": None})
            summary["resources"] += visible[scope_id]
    return [
        _item(account, keys.get(account.id, []), summaries.get(account.id, {}))
        if sight.holds_whole(session, account)
        else _part(account, summaries.get(account.id, {}))
        for account in accounts
    ]


def detail(session: Session, account: Account) -> AccountDetail:
    item = items(session, [account])[0]
    scopes = repository.scopes(session, account.id)
    listed = [ScopeItem.model_validate(scope, from_attributes=True) for scope in scopes]
    visible = repository.visible_resources(session, [account.id])
    for scope in listed:
        if visible is not None:
            scope.resources = visible.get(scope.id, 0)
        if item.partial:
            scope.error_code = scope.error_message = scope.held_run = None
    return AccountDetail(**item.model_dump(), scope_list=listed)


def realm_warnings(session: Session, realm: str, account_id: str) -> list[str]:
    """Two accounts at one cloud are allowed (different rights); whoever adds the second is told."""
    others = repository.realm_siblings(session, realm, account_id)
    if not others:
        return []
    return [f"this cloud is already connected as {', '.join(others)}; what both see is shown once"]


def etag(account: Account) -> str:
    return f'"{account.version}"'


def require_version(account: Account, if_match: str | None) -> None:
    if if_match is not None and if_match.strip() not in ("*", etag(account)):
        raise PreconditionFailed(
            f"the account was changed in the meantime (it is at version {account.version})",
            next_step="read it again and repeat the change",
        )


def _item(account: Account, keys: list[str], summary: dict[str, object]) -> AccountItem:
    columns = {
        name: getattr(account, name)
        for name in AccountItem.model_fields
        if name in Account.__table__.columns.keys()  # noqa: SIM118
    }
    return AccountItem.model_validate(columns | summary | {"secrets_set": keys})


def _hand_over(session: Session, account: Account, tenant_id: str) -> None:
    """What the rules do not give to somebody goes along."""
    take_over(session)
    account.tenant_id = tenant_id
    session.flush()
    assignment.assign_account(session.connection(), account.id)


def _part(account: Account, summary: dict[str, object]) -> AccountItem:
    return AccountItem.model_validate(
        {
            "id": account.id, "name": account.name, "provider": account.provider, "ownership": account.ownership,
            "labels": [], "site": None, "city": None, "jurisdiction": None, "status": account.status, "realm": None,
            "identity": None, "config": {}, "secrets_set": [], "created_at": account.created_at, "checked_at": None,
            "failing_since": account.failing_since, "error_code": None, "error_message": None, "version": 0,
            "partial": True,
        }
        | summary
    )  # fmt: skip


def _store(session: Session, vault: Vault, account_id: str, secrets: dict[str, str]) -> None:
    for key, value in secrets.items():
        sealed = vault.seal(value, place(account_id, key))
        session.merge(Secret(account_id=account_id, key=key, master_key_id=vault.key_of(sealed), sealed=sealed))
    session.flush()


def _plain(secrets: dict[str, SecretStr]) -> dict[str, str]:
    return {key: value.get_secret_value() for key, value in secrets.items()}


def _told(account: Account) -> dict[str, object]:
    return {
        "name": account.name,
        "tenant": account.tenant_id,
        "provider": account.provider,
        "ownership": account.ownership,
        "version": account.version,
    }
