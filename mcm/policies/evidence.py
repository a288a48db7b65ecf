"""Evidence for auditors: which version of a rule was asked of what, as of when, with which result, under one hash."""

import hashlib
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mcm.errors import InvalidInput
from mcm.kit import clock
from mcm.models import Policy, PolicyException, PolicyVersion, ResourceRow, Violation
from mcm.policies import checking, repository, service, showing, violations
from mcm.tenancy import sight

_MOST = 5_000


def pack(session: Session, framework: str | None) -> dict[str, Any]:
    """Of the policies that answer to a framework (all whose tag begins so), or of all. Of what the session may see.

    Raises InvalidInput for a framework that no policy names."""
    rows = list(repository.page(session, None, _MOST, mode=None, severity=None, search=None))
    if framework is not None:
        known = sorted({tag for row in rows for tag in row.framework})
        rows = [row for row in rows if any(tag.lower().startswith(framework.lower()) for tag in row.framework)]
        if not rows:
            raise InvalidInput(
                f"no policy answers to '{framework}'",
                next_step=f"there are: {', '.join(known)}" if known else "name it in a policy's `framework`",
            )
    as_of = checking.as_of(session)
    instances = session.scalar(
        select(func.count()).where(
            ResourceRow.kind == "instance", ResourceRow.presence != "gone", *sight.resources_of(session)
        )
    )
    made: dict[str, Any] = {
        "kind": "ComplianceEvidence",
        "framework": framework,
        "made_at": clock.to_text(clock.now()),
        "inventory_as_of": _time(as_of),
        "instances": instances,
        "policies": [_policy(session, row, as_of) for row in rows],
    }
    return made | {"hash": digest(made)}


def digest(made: dict[str, Any]) -> str:
    """Of everything but itself, as JSON with sorted names and no spaces."""
    said = {name: value for name, value in made.items() if name != "hash"}
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _policy(session: Session, row: Policy, as_of: datetime | None) -> dict[str, Any]:
    version = session.get_one(PolicyVersion, (row.id, row.version))
    policy = service.compiled_of(version)
    found = violations.page(session, None, _MOST, [Violation.policy_id == row.id, Violation.resolved_at.is_(None)])
    exempt, names = _exceptions(session, [one[0].exception_id for one in found]), showing.Names(session)
    broken = [one for one in found if one[0].status == "open"]
    return {
        "id": row.id,
        "title": row.title,
        "title_zh": row.title_zh,
        "framework": list(row.framework),
        "severity": row.severity,
        "mode": row.mode,
        "version": row.version,
        "hash": version.hash,
        "author": version.author,
        "since": clock.to_text(version.created_at),
        "rule": policy.cel,
        "document": version.text,
        "applies": list(policy.document.applies),
        "result": _result(policy.document.applies, policy.soft, as_of, len(broken), len(found) - len(broken)),
        "open": len(broken),
        "excepted": len(found) - len(broken),
        "violations": [_violation(one, exempt, names) for one in found],
    }


def _result(applies: list[Any], soft: bool, as_of: datetime | None, broken: int, excepted: int) -> str:
    if soft:
        return "preference"
    if "running" not in applies:
        # It is asked when a place is sought; what runs is not asked.
        return "at_placement"
    if as_of is None:
        return "not_checked"
    return "not_met" if broken else "met_with_exceptions" if excepted else "met"


def _violation(found: Any, exempt: dict[str, PolicyException], names: showing.Names) -> dict[str, Any]:
    row: Violation = found[0]
    exception = exempt.get(row.exception_id or "")
    return {
        "id": row.id,
        "resource": row.resource_id,
        "name": found[1],
        "account": found[4],
        "region": found[5],
        "policy_version": row.policy_version,
        "status": row.status,
        "outcome": row.outcome,
        "owner": row.owner,
        "since": clock.to_text(row.since),
        "last_checked": clock.to_text(row.last_checked),
        "values": names.told(row.values),
        "exposure": row.exposure,
        "hash": row.hash,
        "exception_withheld": exception is None and row.exception_id is not None,
        "exception": None
        if exception is None
        else {
            "id": exception.id,
            "reason": exception.reason,
            "requested_by": exception.requested_by,
            "decided_by": exception.decided_by,
            "decided_at": _time(exception.decided_at),
            "expires_at": _time(exception.expires_at),
        },
    }


def _exceptions(session: Session, ids: list[str | None]) -> dict[str, PolicyException]:
    wanted = sorted({one for one in ids if one})
    found: dict[str, PolicyException] = {}
    for start in range(0, len(wanted), 500):
        # One that is asked for a name or an application may be another tenant's: who asked and why is theirs.
        query = select(PolicyException).where(
            PolicyException.id.in_(wanted[start : start + 500]), *repository.exceptions_seen(session)
        )
        found |= {one.id: one for one in session.scalars(query)}
    return found


def _time(value: datetime | None) -> str | None:
    return None if value is None else clock.to_text(value)
