"""The rules of OpenID providers: what may be stored, when a secret may be reused, who may map groups. Never commits."""

from collections.abc import Sequence

from pydantic import SecretStr
from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth.permissions import Permission
from mcm.auth.service import Caller, view, view_of
from mcm.errors import Forbidden, InvalidInput, PreconditionFailed
from mcm.identity import roles
from mcm.kit import clock
from mcm.kit.ids import new_id
from mcm.models import OidcProvider, Tenant
from mcm.oidc import repository
from mcm.oidc.errors import OidcProviderExists, OidcProviderNotFound
from mcm.oidc.schemas import LoginChoice, Mapping, OidcProviderCreate, OidcProviderItem, OidcProviderUpdate
from mcm.vault import Vault
from mcm.vault.prepared import Prepared

_KIND = "oidc_provider"
MOST_CHOICES = 50
_PLAIN = ("title", "issuer", "client_id", "scopes", "ca_pem", "domains", "groups_claim", "userinfo", "sign_up",
          "enabled")  # fmt: skip


def page(session: Session, after: str | None, limit: int) -> Sequence[OidcProvider]:
    """Providers are of the installation as a whole: whoever sees one tenant only sees none."""
    return repository.page(session, after, limit) if view_of(session).everything else ()


def get(session: Session, name_or_id: str) -> OidcProvider:
    found = repository.find(session, name_or_id) if view_of(session).everything else None
    if found is None:
        raise OidcProviderNotFound(f"there is no OpenID provider '{name_or_id}'", next_step="`mcm oidc list` shows all")
    return found


def prepared(vault: Vault, provider_id: str, given: SecretStr | None) -> Prepared:
    """Seals now, with no transaction open, what `create` or `update` will want: the master key may be on a server."""
    ready = Prepared(vault)
    if given is not None:
        ready.seal_ahead(given.get_secret_value(), place(provider_id))
    return ready


def new_provider_id() -> str:
    return new_id("oip")


def create(
    session: Session, caller: Caller, vault: Vault, wanted: OidcProviderCreate, provider_id: str = ""
) -> OidcProvider:
    """provider_id: of `new_provider_id`, where the secret was sealed ahead."""
    _require_whole(session, caller)
    _require_mapping_right(session, caller, wanted.mappings)
    if repository.find(session, wanted.name) is not None:
        raise OidcProviderExists(
            f"there is already an OpenID provider '{wanted.name}'", next_step="choose another name"
        )
    values = {key: getattr(wanted, key) for key in _PLAIN}
    provider = OidcProvider(
        id=provider_id or new_provider_id(),
        name=wanted.name,
        **values | {"title": wanted.title or wanted.name, "scopes": _scopes(wanted.scopes)},
        mappings=[mapping.model_dump(mode="json") for mapping in wanted.mappings],
        version=1,
        created_at=clock.now(),
    )
    _seal(vault, provider, wanted.client_secret)
    session.add(provider)
    session.flush()
    audit.record(session, caller, "oidc_provider.create", _KIND, provider.id, details=_told(provider))
    return provider


def update(
    session: Session,
    caller: Caller,
    vault: Vault,
    provider: OidcProvider,
    wanted: OidcProviderUpdate,
    if_match: str | None,
) -> OidcProvider:
    """The secret must be entered again when the issuer or its authorities change: else it could be sent elsewhere.

    Disabled, or led to another issuer, it takes along what its groups gave."""
    _require_version(provider, if_match)
    issuer, enabled = provider.issuer, provider.enabled
    moved = any(getattr(wanted, key) not in (None, getattr(provider, key)) for key in ("issuer", "ca_pem", "client_id"))
    other_claim = wanted.groups_claim not in (None, provider.groups_claim)
    if moved or other_claim or wanted.mappings is not None:
        kept = [Mapping.model_validate(mapping) for mapping in provider.mappings]
        _require_mapping_right(session, caller, [*kept, *(wanted.mappings or ())])
    if moved and provider.sealed is not None and wanted.client_secret is None:
        raise InvalidInput(
            "another issuer, client or authority needs the client secret again: it was entered for the old one",
            next_step="send client_secret with the change",
        )
    for key in _PLAIN:
        value = getattr(wanted, key)
        if value is not None:
            setattr(provider, key, _scopes(value) if key == "scopes" else value)
    if wanted.mappings is not None:
        provider.mappings = [mapping.model_dump(mode="json") for mapping in wanted.mappings]
    if wanted.client_secret is not None:
        _seal(vault, provider, wanted.client_secret)
    provider.version += 1
    session.flush()
    told = _told(provider)
    if (enabled and not provider.enabled) or provider.issuer != issuer:
        told["taken"] = roles.take_given_by(session, caller, issuer)
    audit.record(session, caller, "oidc_provider.update", _KIND, provider.id, details=told)
    return provider


def remove(session: Session, caller: Caller, provider: OidcProvider) -> None:
    """Users who came through it stay, without what its groups gave, and cannot sign in by it any more."""
    told = _told(provider) | {"taken": roles.take_given_by(session, caller, provider.issuer)}
    audit.record(session, caller, "oidc_provider.remove", _KIND, provider.id, details=told)
    session.delete(provider)
    session.flush()


def choices(session: Session) -> list[LoginChoice]:
    """What a login page offers."""
    return [
        LoginChoice(name=each.name, title=each.title, start=f"/api/v1/auth/oidc/{each.name}/start")
        for each in repository.enabled(session, MOST_CHOICES)
    ]


def secret(vault: Vault, provider: OidcProvider) -> str:
    """Empty for a public client. Raises VaultError."""
    return "" if provider.sealed is None else vault.open(provider.sealed, place(provider.id))


def place(provider_id: str) -> str:
    """What a sealed client secret is bound to."""
    return f"oidc_provider/{provider_id}/sealed"


def item(provider: OidcProvider) -> OidcProviderItem:
    columns = {
        name: getattr(provider, name)
        for name in OidcProviderItem.model_fields
        if name in OidcProvider.__table__.columns.keys()  # noqa: SIM118
    }
    told = {"secret_set": provider.sealed is not None, "callback_path": callback_path(provider.name)}
    return OidcProviderItem.model_validate(columns | told)


def callback_path(name: str) -> str:
    return f"/api/v1/auth/oidc/{name}/callback"


def etag(provider: OidcProvider) -> str:
    return f'"{provider.version}"'


def _require_version(provider: OidcProvider, if_match: str | None) -> None:
    if if_match is not None and if_match.strip() not in ("*", etag(provider)):
        raise PreconditionFailed(
            f"the provider was changed in the meantime (it is at version {provider.version})",
            next_step="read it again and repeat the change",
        )


def _require_whole(session: Session, caller: Caller) -> None:
    if not view_of(session).everything:
        raise Forbidden(
            f"{caller.name} may manage users of some tenants only, and an OpenID provider is for all",
            next_step="ask an administrator of the whole installation",
        )


def _require_mapping_right(session: Session, caller: Caller, mappings: Sequence[Mapping] | None) -> None:
    """A mapping gives roles, so it takes the right to give them."""
    if not mappings:
        return
    if not view(caller, Permission.ROLE_WRITE).everything:
        raise Forbidden(
            f"{caller.name} may not give roles, and so may not map groups to them",
            next_step="leave the mappings out, or ask a security administrator",
        )
    for tenant_id in {mapping.tenant_id for mapping in mappings if mapping.tenant_id}:
        if session.get(Tenant, tenant_id) is None:
            raise InvalidInput(f"there is no tenant with the id '{tenant_id}'", next_step="`mcm tenant list`")


def _seal(vault: Vault, provider: OidcProvider, given: SecretStr | None) -> None:
    if given is not None:
        # Which key that was, the vault notes by itself when the row is written.
        provider.sealed = vault.seal(given.get_secret_value(), place(provider.id))


def _scopes(wanted: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(["openid", *wanted]))


def _told(provider: OidcProvider) -> dict[str, object]:
    return {
        "name": provider.name, "issuer": provider.issuer, "enabled": provider.enabled, "sign_up": provider.sign_up,
        "mappings": provider.mappings, "version": provider.version,
    }  # fmt: skip
