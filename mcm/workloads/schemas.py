"""Workloads in the HTTP API."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from mcm.kit.documents import MAX_CHARACTERS

WorkloadName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]


class WorkloadWrite(BaseModel):
    """text: the document as YAML or JSON, as somebody wrote it; its comments are kept."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=MAX_CHARACTERS)


class WorkloadFinding(BaseModel):
    """line, column: from 1. severity: error or warning."""

    line: int
    column: int
    path: str
    message: str
    suggestion: str | None
    severity: str


class WorkloadItem(BaseModel):
    """vcpus, memory_gib, instances: of all tiers together."""

    id: str
    name: str
    title: str
    owner: str | None
    application: str | None
    environment: str | None
    data_class: str
    tenant_id: str
    tiers: int
    instances: int
    vcpus: str
    memory_gib: str
    version: int = Field(description="the ETag")
    hash: str
    created_at: datetime
    changed_at: datetime


class WorkloadDetail(WorkloadItem):
    """findings: what is odd about it, and no error."""

    text: str
    document: dict[str, Any]
    findings: list[WorkloadFinding]


class WorkloadPreview(BaseModel):
    """What writing it would do. change: create, replace, or none where nothing would be different."""

    dry_run: bool = True
    name: str
    change: str
    document: dict[str, Any]
    findings: list[WorkloadFinding]


class WorkloadVersionItem(BaseModel):
    version: int
    hash: str
    written_by: str
    created_at: datetime
    text: str


class WorkloadRemoved(BaseModel):
    """versions: how many went with it."""

    dry_run: bool = False
    workload: str
    versions: int
