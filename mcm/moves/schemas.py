"""Moves in the HTTP API."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Status = Literal["queued", "running", "undoing", "succeeded", "failed", "cancelled"]
StepStatus = Literal["new", "running", "done", "skipped", "failed", "undone", "left"]
_Named = Annotated[str, Field(min_length=1, max_length=255)]


class MoveCreate(BaseModel):
    """params: of the new instance as for instance.create, without image; what is left out follows the source. stop:
    stop the source first, so that its disks are whole. retire: into the recycle bin once the new one is verified.
    leave_volumes: its further volumes stay behind with what is on them."""

    model_config = ConfigDict(extra="forbid")

    resource: _Named = Field(description="id of the instance")
    account: _Named = Field(description="where to: name or id of an account")
    region: _Named | None = Field(None, description="needed where the account has several")
    params: dict[str, Any] = Field(default_factory=dict)
    stop: bool = False
    retire: bool = False
    days: int = Field(7, ge=1, le=365, description="how long the recycle bin keeps the source")
    leave_volumes: bool = False


class Told(BaseModel):
    """A code with parameters, and what it says."""

    code: str
    params: dict[str, Any]
    text: str
    text_zh: str


class MovePreview(BaseModel):
    """What a move would do; nothing was sent or stored. how: cold (by mcm) or person.

    against: why mcm cannot. steps: in their order; what a step did is undone when a later one fails. person: what is
    left for a person, of all of it or besides. staging_bytes: what the copies take in the data directory at most; null:
    not known."""

    dry_run: bool = True
    resource_id: str
    resource_name: str
    account: str
    region: str
    how: Literal["cold", "person"]
    against: list[Told]
    steps: list[Told]
    person: list[Told]
    warnings: list[Told]
    params: dict[str, Any] = Field(description="of the new instance, without its image")
    disk_gib: float | None
    staging_bytes: int | None
    staging_free_bytes: int
    downtime: Told


class MoveStepItem(BaseModel):
    """name: of a step for a further volume followed by a colon and which one that is; volume: what that is called.
    note: why it failed, or what is left of it and has to be removed by hand. bytes: of copies; null: none."""

    number: int
    name: str
    volume: str | None
    text: str
    text_zh: str
    status: StepStatus
    operation_id: str | None
    undo_operation_id: str | None
    done_bytes: int | None
    total_bytes: int | None
    note: str | None
    note_zh: str | None
    started_at: datetime | None
    finished_at: datetime | None


class MoveItem(BaseModel):
    """step: the one that is current. made_id: the new instance."""

    id: str
    status: Status
    step: str | None
    resource_id: str
    resource_name: str
    account: str
    region: str
    target_account: str
    target_region: str
    stop: bool
    retire: bool
    made_id: str | None
    attempt: int
    error_code: str | None
    error_message: str | None
    next_step: str | None
    requested_by: str
    cancel_requested: bool
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    version: int


class MoveDetail(MoveItem):
    """image: what was copied: formats, sizes and checksums at each end, and in `volumes` the same of each further one
    that went with it. person: what is left for a person once it has
    succeeded; empty of one that failed or was cancelled."""

    params: dict[str, Any]
    steps: list[MoveStepItem]
    image: dict[str, Any]
    person: list[Told]
