"""Accounts in the HTTP API. Secrets go in and never come out: answers name the keys that are set."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

Ownership = Literal["private", "public", "hosted"]
# What cannot be seen could make two names look the same, or turn the text around them.
_UNSEEN = r"\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
_NAME, _WORDS = f"^[^/{_UNSEEN}]+$", f"^[^{_UNSEEN}]+$"


def _name(text: str) -> str:
    if not re.fullmatch(_NAME, text):
        raise ValueError("a name holds no '/' and no control or invisible characters")
    return text


def _words(text: str) -> str:
    if not re.fullmatch(_WORDS, text):
        raise ValueError("control and invisible characters are not allowed here")
    return text


Name = Annotated[
    str,
    Field(min_length=1, max_length=100, description="unique, for people", json_schema_extra={"pattern": _NAME}),
    AfterValidator(_name),
]
Words = Annotated[
    str, Field(min_length=1, max_length=100, json_schema_extra={"pattern": _WORDS}), AfterValidator(_words)
]
Tenant = Annotated[str, Field(min_length=1, max_length=1000)]
Labels = Annotated[list[Words], Field(max_length=50, description="trust labels: pci, mlps3, eu …")]


class AccountCreate(BaseModel):
    """config and secrets: the keys of the provider's connection form (`GET /providers/{name}`)."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    provider: str = Field(min_length=1, max_length=60)
    ownership: Ownership
    labels: Labels = []
    config: dict[str, Any] = Field(default={}, max_length=100)
    secrets: dict[str, SecretStr] = Field(default={}, max_length=20)
    site: Words | None = None
    city: Words | None = None
    jurisdiction: Words | None = None
    tenant: Tenant | None = Field(default=None, description="id, name or path; default the caller's own")


class AccountUpdate(BaseModel):
    """What is absent stays. `config` replaces the whole configuration; `secrets` replaces the named ones."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    ownership: Ownership | None = None
    labels: Labels | None = None
    config: dict[str, Any] | None = Field(default=None, max_length=100)
    secrets: dict[str, SecretStr] | None = Field(default=None, max_length=20)
    site: Words | None = None
    city: Words | None = None
    jurisdiction: Words | None = None
    tenant: Tenant | None = Field(default=None, description="hands the account over, with what is read through it")


class ScopeItem(BaseModel):
    """One scope: what was read of it and when, or why it was not."""

    id: int
    region: str
    kind: str
    status: str
    reason: str | None = None
    as_of: datetime | None = None
    interval_s: int
    next_due_at: datetime | None = None
    resources: int
    failing_since: datetime | None = None
    error_code: str | None = None
    error_message: str | None = None
    held_run: str | None = None


class AccountItem(BaseModel):
    """partial: the caller sees something that is read through the account, and not the account itself: only what tells
    where that is and how fresh it is."""

    id: str
    name: str
    tenant_id: str | None = None
    partial: bool = False
    provider: str
    ownership: str
    labels: list[str]
    site: str | None
    city: str | None
    jurisdiction: str | None
    status: str
    realm: str | None
    identity: dict[str, Any] | None
    config: dict[str, Any]
    secrets_set: list[str]
    resources: int = 0
    scopes: dict[str, int] = Field(default={}, description="number of scopes by status")
    as_of: datetime | None = Field(default=None, description="the oldest complete read among its scopes")
    created_at: datetime
    checked_at: datetime | None
    failing_since: datetime | None
    error_code: str | None
    error_message: str | None
    version: int


class AccountDetail(AccountItem):
    scope_list: list[ScopeItem] = []


class CheckAnswer(BaseModel):
    """What a check found. missing_permissions: rights mcm would use and this account lacks."""

    ok: bool
    realm: str | None = None
    principal: str | None = None
    scope_name: str | None = None
    cloud_version: str | None = None
    missing_permissions: list[str] = []
    warnings: list[str] = []
    error_code: str | None = None
    error_message: str | None = None


class AccountAnswer(AccountItem):
    check: CheckAnswer | None = None
