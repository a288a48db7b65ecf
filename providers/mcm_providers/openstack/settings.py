"""One account's answers, checked and typed. Nothing here needs the network."""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from mcm.contract import ConnectionForm, InvalidRequest
from mcm_providers.openstack.fields import canonical

_INTERFACES = {"public", "internal", "admin"}
# service type → the key that overrides its endpoint
OVERRIDES = {
    "compute": "compute_endpoint_override",
    "network": "network_endpoint_override",
    "image": "image_endpoint_override",
    "block-storage": "block_storage_endpoint_override",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """auth: the options below `auth`, without prefix and secrets. regions: empty means all of the catalogue."""

    auth_url: str
    auth: dict[str, str]
    secrets: dict[str, str] = field(repr=False)
    auth_type: str = ""
    regions: tuple[str, ...] = ()
    interface: str = "public"
    verify: bool = True
    ca_file: str | None = None
    overrides: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_form(cls, form: ConnectionForm) -> "Settings":
        """Raises InvalidRequest naming the key, the cause and the cure."""
        answers = ConnectionForm(canonical(form.config), {})
        auth = {
            key.removeprefix("auth."): str(value).strip()
            for key, value in answers.config.items()
            if key.startswith("auth.") and value not in (None, "")
        }
        return cls(
            auth_url=_auth_url(auth.pop("auth_url", ""), answers.text("identity_api_version")),
            auth=auth,
            secrets={
                key: found
                for key in ("password", "application_credential_secret", "token")
                if (found := form.secret(f"auth.{key}") or form.secret(key))
            },
            auth_type=answers.text("auth_type").strip().lower(),
            regions=tuple(dict.fromkeys(answers.items("region_name"))),
            interface=_interface(answers.text("interface", "public")),
            verify=answers.boolean("verify", True),
            ca_file=_ca_file(answers.text("cacert")),
            overrides={service: answers.text(key) for service, key in OVERRIDES.items() if answers.text(key)},
        )


def _auth_url(given: str, version: str) -> str:
    if version and version.lstrip("v").split(".")[0] != "3":
        raise InvalidRequest(f"'identity_api_version' is '{version}'; only version 3 is spoken, leave the key out")
    if not given:
        raise InvalidRequest("configuration key 'auth.auth_url' is required: the address of keystone")
    url = given.strip().rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InvalidRequest(f"'auth.auth_url' must be a URL that begins with https:// or http://, not '{given}'")
    if parts.username or parts.password:
        raise InvalidRequest("'auth.auth_url' must not hold a user or password; give them by their own keys")
    if parts.path.endswith("/v2.0"):
        raise InvalidRequest("'auth.auth_url' names identity version 2.0, which is gone; end it with /v3")
    return url if parts.path.endswith("/v3") else f"{url}/v3"


def _interface(given: str) -> str:
    interface = given.strip().removesuffix("URL") or "public"
    if interface not in _INTERFACES:
        raise InvalidRequest(f"'interface' must be one of {', '.join(sorted(_INTERFACES))}, not '{given}'")
    return interface


def _ca_file(given: str) -> str | None:
    if not given:
        return None
    path = Path(given).expanduser()
    if not path.is_file():
        raise InvalidRequest(f"'cacert' names '{given}', which is not a file here")
    return str(path)


def realm_of_address(auth_url: str) -> str:
    """The identity of a cloud whose catalogue does not name its keystone: the address, in one way of writing it."""
    parts = urlsplit(auth_url.lower())
    port = {("http", 80): "", ("https", 443): ""}.get(
        (parts.scheme, parts.port or 0), f":{parts.port}" if parts.port else ""
    )
    return f"{parts.hostname}{port}{parts.path.removesuffix('/v3').rstrip('/')}"
