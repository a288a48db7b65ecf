"""What the audit routes answer."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

ExportFormat = Literal["json", "cadf"]


class AuditItem(BaseModel):
    """One row. phase: intent (before something left mcm) or result. An intent without a result was interrupted."""

    seq: int
    at: datetime
    tenant_id: str
    principal_id: str
    principal_name: str = Field(description="what the principal was called then")
    method: str = Field(description="how the principal was identified: local, system, session or token")
    token_id: str | None
    source: str = Field(description='where it came from: an address, "cli" or "job"')
    action: str
    target_kind: str
    target_id: str
    phase: str
    outcome: str
    request_id: str
    provider_request_id: str | None
    details: dict[str, Any]
    segment: int
    mac: str | None = Field(description="the row's code in the chain; null before there was one")


class SegmentItem(BaseModel):
    """state: open takes new rows; sealed; pruned: retention has deleted the rows, the seal is left; lost: its key is
    lost with a master key, so its rows can be read and not proven. first_seq and last_seq: null while it has no rows.

    Segment 0 holds what was written before there was a chain: nothing, in a database that began with one."""

    number: int
    state: Literal["open", "sealed", "pruned", "lost"]
    first_seq: int | None
    last_seq: int | None
    rows: int
    created_at: datetime
    last_at: datetime | None
    sealed_at: datetime | None
    pruned_at: datetime | None
    head: str
    seal: str | None
    master_key_id: str


class HeadAnswer(BaseModel):
    """line: what to keep outside; null before the first audited change."""

    line: str | None
    segment: int | None = None
    seq: int | None = None


class FindingItem(BaseModel):
    kind: str
    segment: int
    seq: int | None
    message: str


class VerifyAnswer(BaseModel):
    """ok: everything fits. finding: the first thing that does not.

    rows: proven by the chain. past: from before the chain, unchanged since it began. pruned: segments of which
    retention has left the seal. lost: rows whose key went with a lost master key, unchanged since. heads: exported ones
    that were compared; unreadable: numbers of lines that are none.
    guarded: the database's triggers against change are in place.
    """

    ok: bool
    finding: FindingItem | None
    rows: int
    past: int
    segments: int
    pruned: int
    lost: int
    last_seq: int
    heads: int
    unreadable: list[int]
    guarded: bool
