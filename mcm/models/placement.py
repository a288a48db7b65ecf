"""Where work may run: what people say about places, decisions with their inputs, room held for them, what was made."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Boolean, Float, ForeignKey, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from mcm.db.types import Exact, Json, UtcTime, key_text
from mcm.models.base import Base

_BIG = BigInteger().with_variant(Integer, "sqlite")


class LocationSetting(Base):
    """What people say of an account (region and zone empty), of a region of it (zone empty) or of a zone; the narrower
    holds. None: not said.

    cpu_overcommit, memory_overcommit: how much may be given away for one that is there. vcpus, memory_gib, disk_gib,
    gpus: the whole, where the cloud does not tell it. closed: nothing new may come there. sla_percent,
    sla_source: the availability that somebody was promised, as 99.95, and where that is written."""

    __tablename__ = "location_setting"

    account_id: Mapped[str] = mapped_column(key_text(), ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    region: Mapped[str] = mapped_column(key_text(), primary_key=True)
    zone: Mapped[str] = mapped_column(key_text(), primary_key=True)
    site: Mapped[str | None] = mapped_column(key_text())
    city: Mapped[str | None] = mapped_column(key_text())
    jurisdiction: Mapped[str | None] = mapped_column(key_text())
    cpu_overcommit: Mapped[float | None] = mapped_column(Float(53))
    memory_overcommit: Mapped[float | None] = mapped_column(Float(53))
    vcpus: Mapped[float | None] = mapped_column(Float(53))
    memory_gib: Mapped[float | None] = mapped_column(Float(53))
    disk_gib: Mapped[float | None] = mapped_column(Float(53))
    gpus: Mapped[float | None] = mapped_column(Float(53))
    closed: Mapped[bool] = mapped_column(Boolean)
    sla_percent: Mapped[Decimal | None] = mapped_column(Exact)
    sla_source: Mapped[str | None] = mapped_column(key_text())
    version: Mapped[int] = mapped_column(Integer)
    set_by: Mapped[str] = mapped_column(key_text())
    set_at: Mapped[datetime] = mapped_column(UtcTime)


class Latency(Base):
    """Round trip between two sites or two cities, whichever way; `one` sorts before `other`, or is the same."""

    __tablename__ = "latency"

    level: Mapped[str] = mapped_column(key_text(), primary_key=True)
    one: Mapped[str] = mapped_column(key_text(), primary_key=True)
    other: Mapped[str] = mapped_column(key_text(), primary_key=True)
    ms: Mapped[float] = mapped_column(Float(53))
    source: Mapped[str] = mapped_column(key_text())
    set_by: Mapped[str] = mapped_column(key_text())
    set_at: Mapped[datetime] = mapped_column(UtcTime)


class LocationGeneration(Base):
    """Counts what was held or given back in a region. Locked by whoever holds more of it, so that two do not both take
    the last of it. place: realm and region, as several accounts may lead to the same hosts."""

    __tablename__ = "location_generation"

    place: Mapped[str] = mapped_column(key_text(), primary_key=True)
    generation: Mapped[int] = mapped_column(_BIG)


class Placement(Base):
    """One decision with everything it was made of, and what became of it.

    status      impossible, reserved, awaiting_approval, binding, bound, partial, failed, rejected, cancelled, expired
    inputs      what was known then: the same again gives the same outcome
    outcome     candidates, rules, scores, chosen, runner-up; hash: of it
    chosen      what holds now: of the outcome, or a later candidate after one of them failed
    caller      as whom it is bound in the background
    """

    __tablename__ = "placement"
    __table_args__ = (
        Index("ix_placement_created", "created_at", "id"),
        Index("ix_placement_status", "status"),
        Index("ix_placement_workload", "workload"),
    )

    id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(key_text(), ForeignKey("tenant.id", ondelete="CASCADE"), index=True)
    workload: Mapped[str] = mapped_column(key_text())
    workload_version: Mapped[int | None] = mapped_column(Integer)
    workload_hash: Mapped[str] = mapped_column(key_text())
    status: Mapped[str] = mapped_column(key_text())
    reason: Mapped[str | None] = mapped_column(Text)
    inputs: Mapped[dict[str, Any]] = mapped_column(Json)
    outcome: Mapped[dict[str, Any]] = mapped_column(Json)
    hash: Mapped[str] = mapped_column(key_text())
    chosen: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    params: Mapped[dict[str, Any]] = mapped_column(Json)
    spilled: Mapped[bool] = mapped_column(Boolean)
    needs: Mapped[list[str]] = mapped_column(Json)
    alone: Mapped[bool] = mapped_column(Boolean)
    principal_id: Mapped[str] = mapped_column(key_text(), ForeignKey("principal.id"))
    requested_by: Mapped[str] = mapped_column(key_text())
    caller: Mapped[dict[str, Any]] = mapped_column(Json)
    decided_by: Mapped[str | None] = mapped_column(key_text())
    decided_at: Mapped[datetime | None] = mapped_column(UtcTime)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)
    applied_at: Mapped[datetime | None] = mapped_column(UtcTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcTime)
    version: Mapped[int] = mapped_column(Integer)


class PlacementInstance(Base):
    """One instance of a tier that is being made. status: asked, made, failed, moved (another candidate took its place).

    tried: locations where it failed."""

    __tablename__ = "placement_instance"
    __table_args__ = (Index("ix_placement_instance_operation", "operation_id"),)

    placement_id: Mapped[str] = mapped_column(
        key_text(), ForeignKey("placement.id", ondelete="CASCADE"), primary_key=True
    )
    tier: Mapped[str] = mapped_column(key_text(), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    location: Mapped[str] = mapped_column(key_text())
    name: Mapped[str] = mapped_column(key_text())
    status: Mapped[str] = mapped_column(key_text())
    operation_id: Mapped[str | None] = mapped_column(key_text())
    tried: Mapped[list[str]] = mapped_column(Json)
    reason: Mapped[str | None] = mapped_column(Text)


class CapacityReservation(Base):
    """Room held in a place for a tier of a placement. status: reserved, committed, released, expired.

    place: realm, region and zone; area: without the zone, as of LocationGeneration. generation: of the area once it was
    held. settled_at: when it was committed: it counts until the place was measured after that."""

    __tablename__ = "capacity_reservation"
    __table_args__ = (
        Index("ix_capacity_reservation_status", "status", "until"),
        Index("ix_capacity_reservation_placement", "placement_id"),
    )

    id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    placement_id: Mapped[str] = mapped_column(key_text(), ForeignKey("placement.id", ondelete="CASCADE"))
    tenant_id: Mapped[str] = mapped_column(key_text(), ForeignKey("tenant.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[str] = mapped_column(key_text(), ForeignKey("account.id", ondelete="CASCADE"), index=True)
    location: Mapped[str] = mapped_column(key_text())
    place: Mapped[str] = mapped_column(key_text())
    area: Mapped[str] = mapped_column(key_text())
    tier: Mapped[str] = mapped_column(key_text())
    instances: Mapped[int] = mapped_column(Integer)
    vcpus: Mapped[float] = mapped_column(Float(53))
    memory_gib: Mapped[float] = mapped_column(Float(53))
    disk_gib: Mapped[float] = mapped_column(Float(53))
    gpus: Mapped[float] = mapped_column(Float(53))
    generation: Mapped[int] = mapped_column(_BIG)
    status: Mapped[str] = mapped_column(key_text())
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    until: Mapped[datetime] = mapped_column(UtcTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcTime)
