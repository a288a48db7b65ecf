"""One account's answers to the connection form, checked without any network."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mcm.contract import GLOBAL_REGION, ConnectionForm, InvalidRequest

_SECRET_OPTIONS = ("secret", "password", "token", "key")


@dataclass(frozen=True, slots=True)
class Settings:
    """region: as configured, or "". options: further arguments of the driver's constructor, by name."""

    driver: str
    key: str = field(repr=False)
    secret: str = field(repr=False)
    host: str = ""
    port: int | None = None
    path: str = ""
    secure: bool = True
    region: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    allow_unproven: bool = False

    @property
    def region_id(self) -> str:
        """The one region of the connection."""
        return self.region or GLOBAL_REGION


def read_settings(form: ConnectionForm) -> Settings:
    """Raises InvalidRequest naming the key that cannot work. Whether there is such a driver is not looked at."""
    driver = form.text("driver").strip().lower()
    if not driver:
        raise InvalidRequest("configuration key 'driver' is required")
    if not form.secret("key").strip():
        raise InvalidRequest("secret key 'key' is required")
    port = form.integer("port", 0)
    if not 0 <= port < 65_536:
        raise InvalidRequest(f"'port' must be between 1 and 65535, not {port}")
    path = form.text("path").strip()
    if path and (not path.startswith("/") or any(sign in path for sign in "?#@ \\")):
        raise InvalidRequest(f"'path' must be a path such as /client/api, not '{path}'")
    return Settings(
        driver=driver,
        key=form.secret("key").strip(),
        secret=form.secret("secret").strip(),
        host=form.text("host").strip(),
        port=port or None,
        path=path,
        secure=form.boolean("secure", True),
        region=form.text("region").strip(),
        options=dict(_option(text) for text in form.items("options")),
        allow_unproven=form.boolean("allow_unproven", False),
    )


def _option(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    name = name.strip()
    if not sign or not name.isidentifier():
        raise InvalidRequest(f"'options' takes name=value, not '{name}'")
    if any(word in name.lower() for word in _SECRET_OPTIONS):
        # Options are shown and stored in the open.
        raise InvalidRequest(f"'options' must not hold secrets; '{name}' belongs to the secrets key and secret")
    return name, value.strip()
