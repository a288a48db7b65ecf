"""What a draft would have said to what was asked for lately, and what it would say to what runs now."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from mcm.kit import clock
from mcm.models import Operation, ResourceRow
from mcm.policies import checking, running, scoping, service
from mcm.policies.compiled import CompiledPolicies, CompiledPolicy
from mcm.policies.facts import UNCLASSIFIED, Facts
from mcm.policies.judging import judge
from mcm.policies.running import Places
from mcm.policies.schemas import SimulatedItem, SimulatedRequests, SimulatedRunning, Simulation
from mcm.policies.showing import plain
from mcm.tenancy import sight

_SHOWN, _CHUNK, _MOST_REQUESTS = 100, 1_000, 10_000
_COLUMNS = {
    "tenant_id": Operation.tenant_id,
    "account_id": Operation.account_id,
    "project": Operation.project,
}


def simulated(session: Session, policy: CompiledPolicy, days: int) -> Simulation:
    """Of what the session may see. The mode does not count: this is what enforcing it would do."""
    asked = replace(policy, document=policy.document.model_copy(update={"mode": "enforce"}))
    places = running.places(session)
    asked = scoping.placed(asked, places.tenants)
    since = clock.now() - timedelta(days=days)
    now = next((one for one in service.active(session, stage=None).policies if one.id == policy.id), None)
    if now is not None:
        # Exceptions are of the policy, whatever its version.
        asked = replace(asked, exemptions=now.exemptions)
    return Simulation(
        days=days,
        requests=_requests(session, asked, places, since),
        running=_running(session, asked, now, places),
    )


def _running(session: Session, asked: CompiledPolicy, now: CompiledPolicy | None, places: Places) -> SimulatedRunning:
    found = SimulatedRunning(total=0, violating=0, new=0, items=[])
    if "running" not in asked.document.applies:
        return found
    at, after = clock.now(), ""
    while rows := running.resources(session, after=after, limit=_CHUNK, seen=True):
        after = rows[-1].id
        found.total += len(rows)
        before = set()
        if now is not None and "running" in now.document.applies:
            old = CompiledPolicies((now,), at, "running")
            before = {one.resource_id for one in checking.judged(old, rows, places) if one.reason.outcome != "exempt"}
        for one in checking.judged(CompiledPolicies((asked,), at, "running"), rows, places):
            if one.reason.outcome == "exempt":
                continue
            found.violating += 1
            found.new += one.resource_id not in before
            if len(found.items) < _SHOWN:
                row = next(each for each in rows if each.id == one.resource_id)
                found.items.append(_item(row.id, row.name, places, row.account_id, None, one.reason))
    return found


def _requests(session: Session, asked: CompiledPolicy, places: Places, since: datetime) -> SimulatedRequests:
    rows = session.scalars(
        select(Operation)
        .where(
            Operation.action == "instance.create", Operation.created_at >= since,
            *sight.resources_of(session, _COLUMNS),
        )
        .order_by(Operation.created_at.desc())
        .limit(_MOST_REQUESTS)
    ).all()  # fmt: skip
    found = SimulatedRequests(total=len(rows), refused=0, items=[])
    if not rows:
        return found
    named, classes = _named(session, rows), _classes(session, rows)
    subjects = [_subject(one, places, named, classes) for one in rows]
    for row, subject in zip(rows, subjects, strict=True):
        place = places.facts(row.account_id, row.region, row.params.get("zone"))
        # At the time it was asked for; each has a time of its own.
        judged = judge(CompiledPolicies((asked,), row.created_at), [subject], [place], {"now": row.created_at})
        for reason in judged.reasons(0, 0):
            if reason.outcome in ("exempt", "pass"):
                continue
            found.refused += 1
            if len(found.items) < _SHOWN:
                found.items.append(_item(row.id, row.resource_name, places, row.account_id, row.created_at, reason))
    return found


def _subject(
    row: Operation,
    places: Places,
    named: Mapping[tuple[str, str, str], Any],
    classes: Mapping[str, str | None],
) -> Facts:
    params = row.params
    image = named.get((row.account_id, "image", str(params.get("image"))))
    flavor = named.get((row.account_id, "flavor", str(params.get("flavor"))))
    sized: Mapping[str, Any] = flavor.attributes if flavor is not None else params
    tags = {str(key): str(value) for key, value in (params.get("tags") or {}).items()}
    memory = sized.get("memory_mib")
    found: dict[str, Any] = {
        "workload.name": row.resource_name,
        "workload.tenant": places.tenants.get(row.tenant_id),
        "workload.owner": tags.get("owner"),
        "workload.application": tags.get("application") or tags.get("app"),
        "workload.environment": tags.get("environment") or tags.get("env"),
        "workload.tier": tags.get("tier"),
        "workload.criticality": tags.get("criticality"),
        "workload.data_class": classes.get(row.made_id or "") or UNCLASSIFIED,
        "workload.labels": tags,
        "workload.residency": [],
        "workload.trust_labels": [],
        "workload.count": 1.0,
        "workload.image": image.name if image is not None else None,
        "workload.flavor": flavor.name if flavor is not None else None,
        "workload.vcpus": sized.get("vcpus"),
        "workload.gpus": sized.get("gpu_count"),
        "workload.memory_gib": memory / 1024 if isinstance(memory, int | float) else None,
        "workload.disk_gib": params.get("disk_gib"),
    }
    return {name: value for name, value in found.items() if value is not None}


def _named(session: Session, rows: Sequence[Operation]) -> dict[tuple[str, str, str], Any]:
    """Images and flavors by account, kind and native id: requests name them by the last."""
    kinds = ("image", "flavor")
    wanted = {(row.account_id, str(row.params[kind])) for row in rows for kind in kinds if row.params.get(kind)}
    found: dict[tuple[str, str, str], Any] = {}
    for few in _parts(sorted(wanted), 200):
        query = select(
            ResourceRow.account_id, ResourceRow.kind, ResourceRow.native_id, ResourceRow.name, ResourceRow.attributes
        ).where(
            ResourceRow.kind.in_(kinds),
            or_(*(and_(ResourceRow.account_id == account, ResourceRow.native_id == native) for account, native in few)),
        )
        found |= {(one.account_id, one.kind, one.native_id): one for one in session.execute(query)}
    return found


def _classes(session: Session, rows: Sequence[Operation]) -> dict[str, str | None]:
    """Of what was made: what is known today of its data."""
    made = sorted({row.made_id for row in rows if row.made_id})
    found: dict[str, str | None] = {}
    for few in _parts(made, 500):
        query = select(ResourceRow.id, ResourceRow.data_class).where(ResourceRow.id.in_(few))
        found |= {one.id: one.data_class for one in session.execute(query)}
    return found


def _parts(found: Sequence[Any], size: int) -> list[Sequence[Any]]:
    return [found[start : start + size] for start in range(0, len(found), size)]


def _item(ident: str, name: str, places: Places, account_id: str, at: datetime | None, reason: Any) -> SimulatedItem:
    account = places.accounts.get(account_id)
    return SimulatedItem(
        id=ident, name=name, account=account.name if account is not None else None, at=at, outcome=reason.outcome,
        message=reason.message + (f" ({reason.error})" if reason.error else ""), message_zh=reason.message_zh,
        values=plain(reason.values),
    )  # fmt: skip
