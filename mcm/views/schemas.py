"""Saved views in the HTTP API."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from mcm.kit.ids import is_id

ViewPage = Literal["inventory"]
Shared = Literal["private", "tenant", "everyone"]


def _readable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("a name holds no control or hidden characters")
    if is_id("viw", text):
        raise ValueError("this looks like an id")
    return text


ViewName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), AfterValidator(_readable)
]


class ViewQuery(BaseModel):
    """As in the address of the page, and as `GET /resources` takes them. What is absent is as the page begins."""

    model_config = ConfigDict(extra="forbid")

    filter: str | None = Field(None, max_length=4000)
    search: str | None = Field(None, max_length=200)
    order_by: str | None = Field(None, max_length=500)
    columns: str | None = Field(None, max_length=4000, description="comma separated")


class ViewWrite(BaseModel):
    """shared: `tenant` for all who see that tenant (default: the caller's own), `everyone` for all who see the page."""

    model_config = ConfigDict(extra="forbid")

    name: ViewName
    page: ViewPage = "inventory"
    query: ViewQuery
    shared: Shared = "private"
    tenant: str | None = Field(None, max_length=200, description="id, path or name")


class ViewItem(BaseModel):
    """owner: who may change it. may_remove: the owner, and whoever may share where it is shared."""

    id: str
    name: str
    page: str
    query: ViewQuery
    shared: Shared
    tenant_id: str | None
    owner: str
    mine: bool
    may_remove: bool
    version: int = Field(description="the ETag")
    created_at: datetime
    changed_at: datetime


class ViewRemoved(BaseModel):
    dry_run: bool = False
    view: str
