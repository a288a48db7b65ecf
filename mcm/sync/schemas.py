"""Reads and their ledger in the HTTP API."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class SyncOrder(BaseModel):
    """What to read now. No accounts: all. No kinds: all. full: everything, not only changes."""

    model_config = ConfigDict(extra="forbid")

    accounts: list[str] = Field(default=[], max_length=1000)
    kinds: list[str] = Field(default=[], max_length=50)
    full: bool = False


class RunItem(BaseModel):
    """One row of the ledger. Times in milliseconds. A running read shows what it has listed so far.

    mode: full lists everything; changes follows the cloud's change feed, and lists what it told."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    scope_id: int
    account: str
    account_id: str
    region: str
    kind: str
    mode: str
    outcome: str
    phase: str | None = None
    started_at: datetime
    finished_at: datetime | None
    listed: int
    added: int
    changed: int
    unchanged: int
    returned: int
    missing: int
    gone: int
    unknown_states: int
    calls: int
    received_bytes: int
    api_ms: int
    db_ms: int
    waited_ms: int
    error_code: str | None
    error_message: str | None
    missing_permission: str | None
    request_id: str | None


class RequestScope(BaseModel):
    """outcome: waiting, running, complete, quarantined, failed, unsupported.

    mode of what has ended: full lists everything; changes follows the cloud's change feed, and lists what it told."""

    scope_id: int
    account: str
    region: str
    kind: str
    outcome: str
    mode: str | None = None
    listed: int = 0
    added: int = 0
    changed: int = 0
    missing: int = 0
    gone: int = 0
    error_code: str | None = None
    error_message: str | None = None


class RequestItem(BaseModel):
    """outcome: running, complete, partial (something failed), failed (everything did)."""

    id: str
    at: datetime
    full: bool
    outcome: Literal["running", "complete", "partial", "failed"]
    waiting: int
    scopes: list[RequestScope]


class Decision(BaseModel):
    model_config = ConfigDict(extra="forbid")

    decision: Literal["accept", "reject"]


class Undone(BaseModel):
    """resources: how many were brought back, or would be."""

    run: str
    resources: int
    dry_run: bool = False
