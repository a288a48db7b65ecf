"""One account's answers to the connection form, checked without any network."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from mcm.contract import ConnectionForm, InvalidRequest

# A region becomes part of a host name, so nothing but these characters may pass.
_REGION = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Credentials:
    access_key_id: str = field(repr=False)
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False, default="")


@dataclass(frozen=True, slots=True)
class AwsSettings:
    """regions: the configured ones, in order; empty: all that are enabled. endpoint_url: for every service, or "".
    price_list_url: "" for AWS's own."""

    credentials: Credentials
    regions: tuple[str, ...]
    endpoint_url: str
    partition: str
    verify_tls: bool = True
    ca_file: str | None = None
    price_list_url: str = ""


def read_settings(form: ConnectionForm) -> AwsSettings:
    """Raises InvalidRequest naming the key that cannot work."""
    regions = tuple(dict.fromkeys([*form.items("region"), *form.items("regions")]))
    for region in regions:
        if not _REGION.fullmatch(region):
            raise InvalidRequest(f"'{region}' is not the name of a region (such as eu-central-1)")
    for key in ("access_key_id", "secret_access_key"):
        if not form.secret(key).strip():
            raise InvalidRequest(f"secret key '{key}' is required")
    return AwsSettings(
        credentials=Credentials(
            form.secret("access_key_id").strip(),
            form.secret("secret_access_key").strip(),
            form.secret("session_token").strip(),
        ),
        regions=regions,
        endpoint_url=_endpoint(form.text("endpoint_url")),
        partition=form.text("partition"),
        verify_tls=form.boolean("verify_tls", True),
        ca_file=_ca_file(form.text("ca_file")),
        price_list_url=form.text("price_list_url").rstrip("/"),
    )


def _endpoint(url: str) -> str:
    if "@" in urlsplit(url).netloc:
        raise InvalidRequest("'endpoint_url' must not hold a user or password")
    return url.rstrip("/")


def _ca_file(path: str) -> str | None:
    if not path:
        return None
    if not Path(path).is_file():
        raise InvalidRequest(f"there is no file '{path}' (configuration key 'ca_file')")
    return path
