"""Violations as they are kept: since when, of which version, resolved when nothing is wrong any more. Never commits."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, case, delete, func, insert, or_, select, tuple_, update
from sqlalchemy.orm import Session

from mcm.kit.ids import new_id
from mcm.models import Account, ResourceRow, Violation
from mcm.policies.errors import ViolationNotFound
from mcm.policies.judging import Reason
from mcm.policies.telling import Turned, tell
from mcm.tenancy import sight

_BATCH = 500
_RANK = {"critical": 3, "high": 2, "medium": 1, "low": 0}
# What may change of a violation that goes on.
_CONTENT = (
    *("policy_version", "policy_hash", "severity", "mode", "outcome", "status", "exception_id", "owner", "message"),
    *("message_zh", "values", "exposure", "hash"),
)


@dataclass(frozen=True, slots=True)
class Found:
    resource_id: str
    reason: Reason
    policy_hash: str
    owner: str
    exposure: Mapping[str, Any]


def record(session: Session, ids: Sequence[str], found: Sequence[Found], now: datetime, counts: dict[str, int]) -> None:
    """ids: those that were looked at; what is not found of them is resolved. A fixed number of statements for each."""
    there = {
        (row.resource_id, row.policy_id): row
        for row in session.scalars(
            select(Violation).where(Violation.resource_id.in_(ids), Violation.resolved_at.is_(None))
        )
    }
    new: list[dict[str, Any]] = []
    seen: set[str] = set()
    turned: list[Turned] = []
    for one in found:
        values = _values(one)
        row = there.pop((one.resource_id, one.reason.policy), None)
        if row is None:
            fixed = {"id": new_id("vio"), "policy_id": one.reason.policy, "resource_id": one.resource_id}
            new.append(values | fixed | {"since": now, "last_checked": now, "resolved_at": None})
            if values["status"] == "open":
                turned.append(_turned(new[-1]))
            continue
        if row.status != values["status"]:
            # An exception began or ended.
            turned.append(_turned(values | {"id": row.id, "resource_id": row.resource_id, "policy_id": row.policy_id}))
        if any(getattr(row, name) != values[name] for name in _CONTENT):
            for name in _CONTENT:
                setattr(row, name, values[name])
            counts["changed"] = counts.get("changed", 0) + 1
        seen.add(row.id)
    for row in there.values():
        if row.status == "open":
            turned.append(_gone(row))
        row.status, row.resolved_at, row.last_checked = "resolved", now, now
    session.flush()
    for start in range(0, len(seen), _BATCH):
        few = sorted(seen)[start : start + _BATCH]
        session.execute(
            update(Violation)
            .where(Violation.id.in_(few))
            .values(last_checked=now)
            .execution_options(synchronize_session=False)
        )
    if new:
        session.execute(insert(Violation), new)
    tell(session, turned)
    counts["opened"] = counts.get("opened", 0) + len(new)
    counts["resolved"] = counts.get("resolved", 0) + len(there)


def forget_unseen(session: Session, began: datetime, counts: dict[str, int]) -> None:
    """After everything was looked at: what was not seen is not there any more."""
    unseen = select(Violation).where(
        Violation.resolved_at.is_(None), Violation.last_checked < began, Violation.status == "open"
    )
    tell(session, [_gone(row) for row in session.scalars(unseen)])
    done = session.execute(
        update(Violation)
        .where(Violation.resolved_at.is_(None), Violation.last_checked < began)
        .values(status="resolved", resolved_at=began)
        .execution_options(synchronize_session=False)
    )
    counts["resolved"] = counts.get("resolved", 0) + int(done.rowcount)  # type: ignore[attr-defined]


def prune(session: Session, kept_since: datetime) -> None:
    """What is over for so long that the audit trail does not know of it either."""
    session.execute(delete(Violation).where(Violation.resolved_at < kept_since))


def page(
    session: Session, after: tuple[datetime, str] | None, limit: int, conditions: Sequence[ColumnElement[bool]]
) -> Sequence[Any]:
    """(violation, resource name, kind, state, account name, region, tenant id), newest first."""
    query = _joined(session).where(*conditions)
    if after is not None:
        query = query.where(tuple_(Violation.since, Violation.id) < after)
    return session.execute(query.order_by(Violation.since.desc(), Violation.id.desc()).limit(limit)).all()


def get(session: Session, violation_id: str) -> Any:
    found = session.execute(_joined(session).where(Violation.id == violation_id)).first()
    if found is None:
        raise ViolationNotFound(
            "there is no violation with this id", next_step="`mcm policy violations` shows those there are"
        )
    return found


def summary(session: Session) -> dict[str, Any]:
    """Of what is not resolved and can be seen: how many by policy and status, and who has no class."""
    columns = (Violation.policy_id, Violation.severity, Violation.mode, Violation.status)
    grouped = (
        select(*columns, func.count(), func.min(Violation.since))
        .join(ResourceRow, ResourceRow.id == Violation.resource_id)
        .where(Violation.resolved_at.is_(None), *sight.resources_of(session))
        .group_by(*columns)
    )
    rows = session.execute(grouped).all()
    none = case((ResourceRow.data_class.is_(None), 1), (ResourceRow.data_class == "unclassified", 1), else_=0)
    living = select(func.count(), func.coalesce(func.sum(none), 0)).where(
        ResourceRow.kind == "instance", ResourceRow.presence != "gone", *sight.resources_of(session)
    )
    instances, unclassified = session.execute(living).one()
    return {
        "open": sum(row[4] for row in rows if row[3] == "open"),
        "excepted": sum(row[4] for row in rows if row[3] == "excepted"),
        "instances": instances,
        "unclassified": int(unclassified),
        "policies": [
            {"policy": row[0], "severity": row[1], "mode": row[2], "status": row[3], "count": row[4], "oldest": row[5]}
            for row in sorted(rows, key=lambda one: (-_RANK.get(one[1], 0), -one[4], one[0]))
        ],
    }


def wanted(status: str, equal: Mapping[str, str | None], account: str | None) -> list[ColumnElement[bool]]:
    """status: current, or one of theirs. equal: columns and what they must be; None: anything. account: name or id."""
    found = [Violation.resolved_at.is_(None) if status == "current" else Violation.status == status]
    found += [getattr(Violation, name) == value for name, value in equal.items() if value is not None]
    if account is not None:
        found.append(or_(Account.name == account, ResourceRow.account_id == account))
    return found


def _joined(session: Session) -> Any:
    return (
        select(
            Violation, ResourceRow.name, ResourceRow.kind, ResourceRow.state, Account.name, ResourceRow.region,
            ResourceRow.tenant_id, ResourceRow.presence,
        )
        .join(ResourceRow, ResourceRow.id == Violation.resource_id)
        .outerjoin(Account, Account.id == ResourceRow.account_id)
        .where(*sight.resources_of(session))
    )  # fmt: skip


def _turned(values: Mapping[str, Any]) -> Turned:
    names = ("id", "resource_id", "severity", "mode", "owner", "status")
    return Turned(policy=values["policy_id"], **{name: values[name] for name in names})


def _gone(row: Violation) -> Turned:
    return Turned(row.id, row.resource_id, row.policy_id, row.severity, row.mode, row.owner, "resolved")


def _values(one: Found) -> dict[str, Any]:
    reason = one.reason
    # The instant of a look is no content: a violation that goes on would change at each.
    values = {name: value for name, value in reason.values.items() if not isinstance(value, datetime)}
    proof = [reason.policy, reason.version, one.policy_hash, one.resource_id, reason.outcome, values]
    return {
        "policy_version": reason.version,
        "policy_hash": one.policy_hash,
        "severity": reason.severity,
        "mode": reason.mode,
        "outcome": reason.outcome,
        "status": "excepted" if reason.outcome == "exempt" else "open",
        "exception_id": reason.exemption,
        "owner": one.owner,
        "message": reason.message if not reason.error else f"{reason.message} ({reason.error})",
        "message_zh": reason.message_zh if not reason.error else f"{reason.message_zh}（{reason.error}）",
        "values": values,
        "exposure": dict(one.exposure),
        "hash": hashlib.sha256(orjson.dumps(proof, option=orjson.OPT_SORT_KEYS)).hexdigest(),
    }
