"""The rules of decisions: who may ask, what is kept of them, what may be done with one. Never commits."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth.permissions import Permission
from mcm.auth.service import Caller
from mcm.kit import clock
from mcm.kit.ids import new_id
from mcm.models import CapacityReservation, Placement
from mcm.placement import outcomes, repository, reserving
from mcm.placement.demand import data_class
from mcm.placement.errors import (
    CapacityReservationNotFound,
    InvalidPlacement,
    OwnPlacement,
    PlacementHashDiffers,
    PlacementNeedsApproval,
    PlacementNotFound,
    PlacementNotOpen,
)
from mcm.placement.gathering import CHOSEN, Asked, asked_of, inputs
from mcm.placement.schemas import PlacementCreate
from mcm.plans import acting_as, approval
from mcm.registry import Registry
from mcm.settings import Settings
from mcm.tenancy import repository as tenants
from mcm.tenancy import service as tenancy
from mcm.tenancy import sight
from mcm.workloads import service as workloads
from mcm.workloads.documents import Workload

_SENSITIVE = ("confidential", "restricted")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A decision that is asked for. tenant: (id, path)."""

    workload: Workload
    version: int | None
    tenant: tuple[str, str]
    asked: Asked


def wanted(session: Session, caller: Caller, body: PlacementCreate) -> Wanted:
    """Raises InvalidDocument, WorkloadNotFound, InvalidPlacement, Forbidden."""
    if (body.text is None) == (body.workload is None):
        raise InvalidPlacement("a placement is of a stored workload or of a text: give one of `workload` and `text`")
    version = None
    if body.workload is not None:
        stored = workloads.get(session, body.workload)
        workload, version, tenant_id = stored.document, stored.version, stored.tenant_id
    else:
        workload = workloads.parsed(body.text or "")
        tenant_id = tenancy.home(session, caller, workload.tenant)
    _require_known_params(body.params)
    asked = Asked(
        tuple(body.groups), body.weights.model_dump(), body.users_at, body.currency, body.params, tuple(body.only),
        tuple(body.besides),
    )  # fmt: skip
    paths = tenancy.paths({one.id: one for one in tenants.everyone(session)})
    return Wanted(workload, version, (tenant_id, paths.get(tenant_id, "")), asked)


def preview(session: Session, registry: Registry, found: Wanted) -> tuple[dict[str, Any], outcomes.Outcome]:
    """(inputs, outcome), of now. Raises Contradiction."""
    return reserving.decided(session, registry, found.workload, found.tenant, found.asked)


def create(
    session: Session, registry: Registry, settings: Settings, caller: Caller, found: Wanted,
    made: tuple[dict[str, Any], outcomes.Outcome], minutes: int,
) -> Placement:  # fmt: skip
    """Keeps the decision and holds its room, or that of the next candidate where somebody was faster."""
    now = clock.now()
    needed = _needs(found.workload, settings)
    row = Placement(
        id=new_id("plc"), tenant_id=found.tenant[0], workload=found.workload.name, workload_version=found.version,
        workload_hash=outcomes.digest(made[0]["workload"]), status="impossible", reason=None,
        params={key: dict(one) for key, one in found.asked.params.items()}, needs=needed,
        alone=bool(needed) and approval.alone(session, caller), principal_id=caller.principal_id,
        requested_by=caller.name, caller=acting_as.packed(caller), created_at=now,
        expires_at=now + timedelta(minutes=minutes), version=1,
    )  # fmt: skip
    reserving.take_up(row, *made)
    session.add(row)
    session.flush()
    reserving.hold_or_next(session, registry, row, found.asked, row.expires_at)
    if row.chosen:
        row.status = "awaiting_approval" if needed and not row.alone else "reserved"
    else:
        row.finished_at = now
    session.flush()
    details = {"workload": row.workload, "hash": row.hash, "status": row.status, "at": sorted(places_of(row))}
    audit.record(session, caller, "placement.decide", "placement", row.id, details=details)
    return row


def get(session: Session, placement_id: str) -> Placement:
    found = repository.find(session, placement_id) if "\0" not in placement_id else None
    if found is None:
        raise PlacementNotFound(
            f"there is no placement '{placement_id}'", next_step="`mcm placement list` shows those there are"
        )
    return found


def to_change(session: Session, caller: Caller, placement_id: str) -> Placement:
    """Locked. Raises PlacementNotFound, Forbidden."""
    found = sight.changeable(session, caller, Permission.PLACEMENT_READ, lambda: get(session, placement_id))
    return repository.locked(session, found.id) or found


def status_of(row: Placement) -> str:
    """As it is now: one whose time is over is expired also before anybody has written so."""
    late = row.status in ("reserved", "awaiting_approval") and row.expires_at <= clock.now()
    return "expired" if late else row.status


def require(row: Placement, *statuses: str, doing: str) -> None:
    now = status_of(row)
    if now == "awaiting_approval" and "awaiting_approval" not in statuses:
        raise PlacementNeedsApproval(
            f"placement {row.id} waits for the approval of somebody else; nothing was asked for",
            next_step=f"they look at it and say so: mcm placement approve {row.id}",
        )
    if now not in statuses:
        raise PlacementNotOpen(
            f"placement {row.id} is {now.replace('_', ' ')} and cannot be {doing}",
            next_step="decide anew: mcm place -f FILE" if now != "binding" else f"mcm placement show {row.id}",
            details={"status": now},
        )


def cancel(session: Session, caller: Caller, placement_id: str) -> Placement:
    """Gives back what is held. What is being made cannot be taken back here."""
    row = to_change(session, caller, placement_id)
    require(row, "reserved", "awaiting_approval", doing="cancelled")
    held = reserving.release(session, row, "released")
    _end(row, "cancelled", None)
    _record(session, caller, row, "placement.cancel", {"released": held})
    return row


def approve(session: Session, caller: Caller, placement_id: str, given: str) -> Placement:
    """By somebody else, of exactly what they saw. Raises OwnPlacement, PlacementHashDiffers, PlacementNotOpen."""
    row = _to_decide(session, caller, placement_id, "approved")
    if not hmac.compare_digest(given.encode(), row.hash.encode()):
        raise PlacementHashDiffers(
            "this is not the decision's hash: you have seen another one; nothing was approved",
            next_step=f"look at it again: mcm placement show {row.id}",
        )
    row.status, row.decided_by, row.decided_at = "reserved", caller.name, clock.now()
    row.version += 1
    _record(session, caller, row, "placement.approve", {})
    return row


def reject(session: Session, caller: Caller, placement_id: str, reason: str) -> Placement:
    row = _to_decide(session, caller, placement_id, "rejected")
    reserving.release(session, row, "released")
    _end(row, "rejected", reason)
    row.decided_by, row.decided_at = caller.name, row.finished_at
    _record(session, caller, row, "placement.reject", {"reason": reason})
    return row


def replayed(
    session: Session, registry: Registry, row: Placement
) -> tuple[outcomes.Outcome, outcomes.Outcome, dict[str, Any]]:
    """(the outcome of the inputs that were kept, the outcome of what is known now, what is known now)."""
    again = outcomes.decide(row.inputs)
    workload = Workload.model_validate(row.inputs["workload"])
    asked = asked_of(row.inputs)
    now = inputs(session, registry, workload, (row.tenant_id, str(row.inputs["tenant"])), replace(asked, unheld=row.id))
    return again, outcomes.decide(now), now


def note_replay(session: Session, caller: Caller, placement_id: str, same: bool) -> None:
    row = sight.changeable(session, caller, Permission.PLACEMENT_READ, lambda: get(session, placement_id))
    audit.record(session, caller, "placement.replay", "placement", row.id, details={"hash": row.hash, "same": same})


def reservation(session: Session, reservation_id: str) -> CapacityReservation:
    found = repository.reservation(session, reservation_id) if "\0" not in reservation_id else None
    if found is None:
        raise CapacityReservationNotFound(
            f"there is no reservation '{reservation_id}'", next_step="`mcm reservation list` shows those there are"
        )
    return found


def release(session: Session, caller: Caller, reservation_id: str) -> CapacityReservation:
    """One for all: a decision of which a part has no room is none."""
    found = sight.changeable(
        session, caller, Permission.PLACEMENT_READ, lambda: reservation(session, reservation_id)
    )  # fmt: skip
    row = repository.locked(session, found.placement_id)
    session.refresh(found)
    if row is None or found.status != "reserved" or row.status == "binding":
        said = "it belongs to instances that are being made" if found.status == "reserved" else f"it is {found.status}"
        raise PlacementNotOpen(
            f"reservation {found.id} cannot be released: {said}",
            next_step=f"mcm placement show {found.placement_id}",
            details={"status": found.status},
        )
    reserving.release(session, row, "released")
    _end(row, "cancelled", "its room was given back")
    _record(session, caller, row, "placement.release", {"reservation": found.id})
    session.refresh(found)
    return found


def places_of(row: Placement) -> set[str]:
    return {str(one["location"]) for one in row.chosen}


def end(row: Placement, status: str, reason: str | None) -> None:
    _end(row, status, reason)


def _to_decide(session: Session, caller: Caller, placement_id: str, doing: str) -> Placement:
    row = to_change(session, caller, placement_id)
    if row.principal_id == caller.principal_id:
        raise OwnPlacement(
            "you asked for this placement yourself: somebody else has to decide",
            next_step=f"ask somebody with the role approver to look at placement {row.id}",
        )
    require(row, "awaiting_approval", doing=doing)
    return row


def _needs(workload: Workload, settings: Settings) -> list[str]:
    """Why somebody else has to approve, by the codes that plans have."""
    found = []
    if sum(tier.count for tier in workload.tiers) > settings.approval_above:
        found.append("many")
    if any(data_class(workload, tier) in _SENSITIVE for tier in workload.tiers):
        found.append("sensitive")
    return found


def _require_known_params(params: Mapping[str, Mapping[str, Any]]) -> None:
    for key, one in params.items():
        if unknown := sorted(set(one) - set(CHOSEN)):
            raise InvalidPlacement(
                f"params of '{key}': {', '.join(unknown)} cannot be given here",
                next_step=f"known: {', '.join(CHOSEN)}",
                details={"params": unknown},
            )


def _end(row: Placement, status: str, reason: str | None) -> None:
    row.status, row.reason, row.finished_at = status, reason, clock.now()
    row.version += 1


def _record(session: Session, caller: Caller, row: Placement, action: str, more: Mapping[str, Any]) -> None:
    session.flush()
    details = {"workload": row.workload, "hash": row.hash, "status": row.status, **more}
    audit.record(session, caller, action, "placement", row.id, details=details)
