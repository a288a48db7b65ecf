"""What can be chosen for something new, in the HTTP API."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field


class Told(BaseModel):
    """Why not, and what would help; empty where nothing stands in the way."""

    reason_code: str = ""
    reason: str = ""
    reason_zh: str = ""
    how_to_fix: str = ""
    how_to_fix_zh: str = ""


class SubnetChoice(BaseModel):
    id: str | None
    native_id: str
    name: str
    zone: str | None
    attributes: dict[str, Any]


class Choice(Told):
    """One thing that can be given for the parameter, by `native_id` (or by name, where only one has it).

    id: of the resource; null where it lies outside what the caller may see, and the cloud offers it to all."""

    id: str | None
    native_id: str
    name: str
    zone: str | None = None
    project: str | None = None
    project_name: str | None = None
    state: str | None = None
    attributes: dict[str, Any] = Field(default_factory=dict, description="typed, by kind; what is unknown is absent")
    subnets: list[SubnetChoice] | None = Field(None, description="of a network: at most 50")
    usable: bool = True


class ChoiceList(BaseModel):
    """What there is for one parameter, by name, as the inventory knows it.

    total: all there are; found: those that the search finds. as_of: when the oldest read behind it began; null: it was
    never read. stale: it may no longer be true; stale_reason says why. absent: why this cloud has none to list."""

    param: str
    kind: str
    many: bool
    total: int
    found: int
    items: list[Choice]
    next_cursor: str | None = Field(description="with `only` this parameter: the next page")
    as_of: datetime | None
    stale: bool
    stale_reason: str | None
    stale_reason_zh: str | None
    absent: str | None


class FieldItem(BaseModel):
    """required: this cloud cannot do without. ignored: it has no use for it and refuses it. unlisted: what the
    inventory does not know is passed on to the cloud. kind: what the value names; null: nothing of the inventory."""

    name: str
    kind: str | None
    required: bool
    ignored: bool
    unlisted: bool


class RoomItem(BaseModel):
    """What a quota leaves. basis: mcm (the tightest limit of the tenant and those above) or cloud (of the project).

    left, limit and whose are null for a limit that the caller may not see."""

    basis: Literal["mcm", "cloud"]
    resource: str
    left: int | None
    limit: int | None
    whose: str | None
    as_of: datetime | None


class ChoicesAnswer(Told):
    """Everything that a form for something new needs.

    allowed: whether the caller may ask for it in this account at all. region: where; null until one of several is
    chosen, and then there are no lists."""

    action: str
    account: str
    account_id: str
    provider: str
    region: str | None
    allowed: bool
    home: str | None = Field(description="native id of the project that it will be in; null: not known, or none")
    regions: list[Choice]
    projects: list[Choice]
    params: dict[str, Any] = Field(description="JSON schema of the action's parameters")
    fields: list[FieldItem]
    quota: list[RoomItem]
    lists: list[ChoiceList]
