"""Notice targets and deliveries in the HTTP API. The secret goes in and never comes out."""

import re
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

_UNSEEN = re.compile(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
# One mailbox of plain ASCII: no name, no comment, no list, nothing that a header or the protocol would read otherwise.
_MAILBOX = r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]{0,180}[A-Za-z0-9])?$"


class NoticeKind(StrEnum):
    OPERATION_FAILED = "operation.failed"
    OPERATION_IN_DOUBT = "operation.in_doubt"
    PLAN_AWAITING_APPROVAL = "plan.awaiting_approval"
    ACCOUNT_FAILING = "account.failing"
    ACCOUNT_RECOVERED = "account.recovered"
    SCOPE_FAILING = "scope.failing"
    SCOPE_QUARANTINED = "scope.quarantined"
    SCOPE_RECOVERED = "scope.recovered"
    RETIREMENT_REMINDER = "retirement.reminder"
    NOTICE_TARGET_DISABLED = "notice_target.disabled"
    BUDGET_REACHED = "budget.reached"
    BUDGET_FORECAST = "budget.forecast"
    VIOLATION_OPENED = "violation.opened"
    VIOLATION_CLOSED = "violation.closed"


# Not what comes once for each kind and region when one cloud is away: its account tells that.
USUAL: list[NoticeKind] = [
    kind for kind in NoticeKind if kind not in (NoticeKind.SCOPE_FAILING, NoticeKind.SCOPE_RECOVERED)
]


def _url(text: str) -> str:
    if not text.isascii() or _UNSEEN.search(text):
        raise ValueError("a URL has no spaces, and nothing but ASCII")
    return text


def _mailbox(text: str) -> str:
    if not re.fullmatch(_MAILBOX, text):
        raise ValueError("an address is one plain mailbox in ASCII, such as ops@corp.example")
    return text


Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$", description="lower-case letters, digits, '-'")]
Url = Annotated[str, Field(min_length=8, max_length=1000, description="https://…"), AfterValidator(_url)]
Mailbox = Annotated[str, Field(max_length=254, json_schema_extra={"pattern": _MAILBOX}), AfterValidator(_mailbox)]
Kinds = Annotated[list[NoticeKind], Field(min_length=1, max_length=len(NoticeKind))]
Language = Literal["both", "en", "zh"]
Secret = Annotated[
    SecretStr,
    Field(min_length=32, max_length=200, description="of a webhook: 24 to 64 bytes in base64, with or without whsec_"),
]


class NoticeTargetCreate(BaseModel):
    """kinds: default all but those of single scopes. tenant: whose notices; none: all, which takes rights for all."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    type: Literal["webhook", "mail"]
    url: Url | None = None
    address: Mailbox | None = None
    kinds: Kinds = USUAL
    tenant: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    language: Language = "both"
    enabled: bool = True
    signing_secret: Secret | None = None


class NoticeTargetUpdate(BaseModel):
    """What is absent stays. Name, type and tenant stay always."""

    model_config = ConfigDict(extra="forbid")

    url: Url | None = None
    address: Mailbox | None = None
    kinds: Kinds | None = None
    language: Language | None = None
    enabled: bool | None = None
    signing_secret: Secret | None = None


class NoticeTargetItem(BaseModel):
    """disabled_reason: why mcm itself turned it off. failures: tries in a row that failed."""

    id: str
    name: str
    type: str
    url: str | None
    address: str | None
    kinds: list[str]
    tenant_id: str | None
    language: str
    enabled: bool
    disabled_reason: str | None
    secret_set: bool
    failures: int
    waiting: int
    dead: int
    version: int
    created_at: datetime


class NoticeTestResult(BaseModel):
    """answer: the HTTP status, or the code of the mail server."""

    ok: bool
    answer: int | None = None
    problem: str | None = None


class NoticeDeliveryItem(BaseModel):
    """id: what a webhook carries as webhook-id, at every try. body: what is told."""

    id: str
    kind: str
    status: str
    attempts: int
    created_at: datetime
    tried_at: datetime | None
    next_at: datetime | None
    answer: int | None
    problem: str | None
    body: dict[str, Any]
