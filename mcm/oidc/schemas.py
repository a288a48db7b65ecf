"""OpenID providers in the HTTP API. The client secret goes in and never comes out."""

import re
from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from mcm.auth.roles import Role

_NAME = r"^[a-z0-9][a-z0-9-]{0,39}$"
_DOMAIN = r"^[a-z0-9.-]+\.[a-z0-9-]+$"
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


def _seen(text: str) -> str:
    if _UNSEEN.search(text):
        raise ValueError("control and invisible characters are not allowed here")
    return text


def _issuer(text: str) -> str:
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError("the issuer is no URL") from error
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError("an issuer is an https URL without a query")
    return _seen(text)


def _pem(text: str) -> str:
    if text and "-----BEGIN CERTIFICATE-----" not in text:
        raise ValueError("this holds no certificate in PEM form")
    if "PRIVATE KEY" in text:
        raise ValueError("this holds a private key, which belongs nowhere but to its owner")
    return text


Name = Annotated[str, Field(pattern=_NAME, description="in addresses: lower-case letters, digits, '-'")]
Text = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_seen)]
Issuer = Annotated[str, Field(min_length=8, max_length=500), AfterValidator(_issuer)]
Pem = Annotated[str, Field(max_length=50_000, description="certificates in PEM form"), AfterValidator(_pem)]
Scope = Annotated[str, Field(pattern=r"^[\x21\x23-\x5b\x5d-\x7e]{1,100}$")]
Scopes = Annotated[list[Scope], Field(max_length=20)]
Domain = Annotated[str, Field(max_length=200, pattern=_DOMAIN)]
Claim = Annotated[str, Field(max_length=200, description="the claim with a person's groups"), AfterValidator(_seen)]
SignUp = Annotated[bool, Field(description="whether somebody unknown becomes a user")]


class Mapping(BaseModel):
    """Whoever has `value` in the groups claim gets `role`, in the whole or in one tenant and all below it."""

    model_config = ConfigDict(extra="forbid")

    value: Text
    role: Role
    tenant_id: Text | None = None


Mappings = Annotated[list[Mapping], Field(max_length=100)]
Domains = Annotated[list[Domain], Field(max_length=50, description="e-mail domains whose people may come; none: all")]


class OidcProviderCreate(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Name
    title: Text | None = Field(default=None, description="what the login page shows")
    issuer: Issuer
    client_id: Text
    client_secret: SecretStr | None = Field(default=None, min_length=1, max_length=1000)
    scopes: Scopes = ["openid", "profile", "email"]
    ca_pem: Pem = ""
    domains: Domains = []
    groups_claim: Claim = ""
    mappings: Mappings = []
    userinfo: bool = False
    sign_up: SignUp = False
    enabled: bool = True


class OidcProviderUpdate(BaseModel):
    """What is absent stays. The name stays: it is part of the address that is registered at the provider."""

    model_config = ConfigDict(extra="forbid")

    title: Text | None = None
    issuer: Issuer | None = None
    client_id: Text | None = None
    client_secret: SecretStr | None = Field(default=None, min_length=1, max_length=1000)
    scopes: Scopes | None = None
    ca_pem: Pem | None = None
    domains: Domains | None = None
    groups_claim: Claim | None = None
    mappings: Mappings | None = None
    userinfo: bool | None = None
    sign_up: bool | None = None
    enabled: bool | None = None


class OidcProviderItem(BaseModel):
    """callback_path: what follows mcm's public address in the redirect URI to register at the provider."""

    id: str
    name: str
    title: str
    issuer: str
    client_id: str
    secret_set: bool
    scopes: list[str]
    ca_pem: str
    domains: list[str]
    groups_claim: str
    mappings: list[Mapping]
    userinfo: bool
    sign_up: bool
    enabled: bool
    callback_path: str
    version: int
    created_at: datetime


class OidcCheck(BaseModel):
    """What the provider published. keys: how many signing keys it has."""

    ok: bool
    issuer: str
    keys: int = 0
    problem: str | None = None


class LoginChoice(BaseModel):
    """One button of the login page."""

    name: str
    title: str
    start: str = Field(description="where the browser goes to sign in")
