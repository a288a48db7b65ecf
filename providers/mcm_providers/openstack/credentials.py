"""Builds the keystoneauth plugin for an account's credentials.

The version 3 plugins are used directly: the generic ones first ask which versions there are, and would then send the
password to whatever address the answer names.
"""

from typing import Any

from keystoneauth1.identity import v3

from mcm.contract import InvalidRequest
from mcm_providers.openstack.settings import Settings

_TYPES = {
    "": "",
    "password": "password",
    "v3password": "password",
    "token": "token",
    "v3token": "token",
    "applicationcredential": "application_credential",
    "v3applicationcredential": "application_credential",
}
_DEFAULT_DOMAIN = "default"
_SCOPES = (
    ("project_id", "project_name"),
    ("domain_id", "domain_name"),
    ("system_scope",),
    ("trust_id",),
)


def plugin(settings: Settings) -> Any:
    """Raises InvalidRequest when the answers do not make up one kind of credentials with one scope."""
    kind = _kind(settings)
    if kind == "application_credential":
        return _application_credential(settings)
    scope = _scope(settings)
    if kind == "token":
        return v3.Token(settings.auth_url, token=_secret(settings, "token", kind), **scope)
    return v3.Password(settings.auth_url, password=_secret(settings, "password", kind), **_user(settings), **scope)


def _kind(settings: Settings) -> str:
    if settings.auth_type not in _TYPES:
        known = ", ".join(sorted(name for name in _TYPES if name))
        raise InvalidRequest(f"'auth_type' {settings.auth_type} is not supported; known: {known}")
    if kind := _TYPES[settings.auth_type]:
        return kind
    if any(key.startswith("application_credential") for key in (*settings.auth, *settings.secrets)):
        return "application_credential"
    return "token" if "token" in settings.secrets and "password" not in settings.secrets else "password"


def _secret(settings: Settings, key: str, kind: str) -> str:
    if key not in settings.secrets:
        raise InvalidRequest(f"secret key 'auth.{key}' is required for credentials of the kind {kind}")
    return settings.secrets[key]


def _application_credential(settings: Settings) -> Any:
    secret = _secret(settings, "application_credential_secret", "v3applicationcredential")
    if found := settings.auth.get("application_credential_id"):
        return v3.ApplicationCredential(
            settings.auth_url, application_credential_id=found, application_credential_secret=secret
        )
    if found := settings.auth.get("application_credential_name"):
        return v3.ApplicationCredential(
            settings.auth_url,
            application_credential_name=found,
            application_credential_secret=secret,
            **_user(settings),
        )
    raise InvalidRequest("configuration key 'auth.application_credential_id' is required with its secret")


def _user(settings: Settings) -> dict[str, Any]:
    if found := settings.auth.get("user_id"):
        return {"user_id": found}
    if found := settings.auth.get("username"):
        return {"username": found, **_domain(settings, "user_domain")}
    raise InvalidRequest("configuration key 'auth.username' (or 'auth.user_id') is required")


def _scope(settings: Settings) -> dict[str, Any]:
    auth = settings.auth
    named = [next(key for key in keys if key in auth) for keys in _SCOPES if any(key in auth for key in keys)]
    if len(named) > 1:
        keys = " and ".join(f"'auth.{key}'" for key in named)
        raise InvalidRequest(f"{keys} cannot be given together: credentials act in one project, domain or system")
    if not named:
        return {}
    scope = {named[0]: auth[named[0]]}
    return scope | _domain(settings, "project_domain") if named[0] == "project_name" else scope


def _domain(settings: Settings, which: str) -> dict[str, str]:
    """The domain a name stands in. Without one keystone would refuse the request as malformed."""
    for key, answer in (
        (f"{which}_id", f"{which}_id"),
        (f"{which}_name", f"{which}_name"),
        (f"{which}_id", "default_domain_id"),
        (f"{which}_name", "default_domain_name"),
    ):
        if found := settings.auth.get(answer):
            return {key: found}
    return {f"{which}_id": _DEFAULT_DOMAIN}
