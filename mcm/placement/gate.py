"""Hard policies for what is asked of a cloud without a decision: nothing goes around them.

Where a new instance is to be, and where one would be after a move, is judged as a place of a decision is. What nobody
says about its data is unclassified, which counts as restricted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from mcm.kit import clock
from mcm.models import Account, ResourceRow
from mcm.placement.errors import PolicyDenies
from mcm.placement.locations import current
from mcm.placement.ruling import private_used
from mcm.policies import running
from mcm.policies import service as policies
from mcm.policies.compiled import CompiledPolicies
from mcm.policies.facts import UNCLASSIFIED, Facts
from mcm.policies.judging import Judgement, Reason, judge

JUDGED = ("instance.create", "instance.migrate")
# What is measured, for which the whole estate is looked at.
_MEASURED = {"location.used", "location.gpus", "private_used"}
_CLASSES = ("public", "internal", "confidential", "restricted", UNCLASSIFIED)


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be, and where. row: what is there already, for what moves or grows."""

    action: str
    account: Account
    region: str
    params: Mapping[str, Any]
    row: ResourceRow | None = None


def asked_already(tenant: str, theirs: str) -> bool:
    """Whether a decision for `tenant` has asked the policies of an account of `theirs` too: both are paths, and what
    binds a tenant binds all below it. Who may use the account of another tenant brings its policies on themselves."""
    return not theirs or f"{tenant}/".startswith(f"{theirs}/")


def require(session: Session, target: Target) -> None:
    """Raises PolicyDenies with the policy, its message and how to ask for an exception. Two statements where there are
    no policies."""
    if target.action not in JUDGED:
        return
    found = policies.active(session)
    if not any(one.denies for one in found):
        return
    zone = target.params.get("zone")
    if target.row is not None:
        zone = _zone_of_host(session, target)
        if zone in (None, target.row.zone):
            # It stays where it is: whether it may be there at all is another question.
            return
    judgement = _judged(session, found, target, zone)
    if judgement.allowed[0][0]:
        return
    reasons = [one for one in judgement.reasons(0, 0) if one.denies]
    raise _denied(target, reasons)


def _judged(session: Session, found: CompiledPolicies, target: Target, zone: str | None) -> Judgement:
    places = running.places(session)
    place: dict[str, Any] = dict(places.facts(target.account.id, target.region, zone))
    context: dict[str, Any] = {"now": clock.now().isoformat()}
    asked = {name for one in found if one.denies for name in one.program.names}
    if asked & _MEASURED:
        measured = current(session)
        used = private_used(measured)
        if used is not None:
            context["private_used"] = used
        ids = (place.get("location.id"), f"{target.account.name}/{target.region}")
        here = next((one for one in measured if one.id in ids), None)
        place = dict(here.facts() if here is not None else {}) | place
    return judge(found, [_subject(target, places.tenants)], [place], context)


def _zone_of_host(session: Session, target: Target) -> str | None:
    host = target.params.get("host")
    if not host:
        return None
    # Some clouds take a host by its name. Other accounts may lead to the same hosts, and have others of that name.
    query = select(ResourceRow.zone).where(
        ResourceRow.kind == "host",
        or_(ResourceRow.native_id == host, ResourceRow.name == host),
        ResourceRow.region == target.region,
        or_(ResourceRow.account_id == target.account.id, ResourceRow.realm == target.account.realm),
    )
    return session.scalar(query.order_by(ResourceRow.native_id != host, ResourceRow.id).limit(1))


def _subject(target: Target, tenants: Mapping[str, str]) -> Facts:
    params, row, account = target.params, target.row, target.account
    tags = dict(params.get("tags") or {}) if row is None else dict(row.tags or {})
    said = tags.get("data_class", "")
    made = running.Resource(
        id=row.id if row is not None else "",
        kind="instance",
        # By the name of the workload an exception is found, also where it goes through a decision.
        name=tags.get("workload") or (row.name if row is not None else str(params.get("name", ""))),
        tenant_id=row.tenant_id if row is not None else account.tenant_id,
        account_id=account.id,
        region=target.region,
        zone=None,
        project=None,
        state="",
        tags=tags,
        labels=dict(row.labels or {}) if row is not None else {},
        owner=row.owner if row is not None else None,
        data_class=(row.data_class if row is not None else None) or (said if said in _CLASSES else UNCLASSIFIED),
        attributes=_attributes(target),
    )
    return running.subject(made, tenants)


def _attributes(target: Target) -> dict[str, Any]:
    found = dict(target.row.attributes or {}) if target.row is not None else {}
    given = {"vcpus": "vcpus", "memory_mib": "memory_mib", "disk_gib": "disk_gib", "image": "image", "flavor": "flavor"}
    return found | {name: value for key, name in given.items() if (value := target.params.get(key)) is not None}


def _denied(target: Target, reasons: list[Reason]) -> PolicyDenies:
    what = target.row.name if target.row is not None else str(target.params.get("name", ""))
    first = reasons[0] if reasons else None
    name = first.policy if first is not None else "?"
    message = (first.message or first.error) if first is not None else "no policy says that it may be there"
    more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
    account, region = target.account.name, target.region
    zh = (first.message_zh or first.message) if first is not None else message
    return PolicyDenies(
        f"policy '{name}' does not allow {target.action} of '{what}' in account '{account}', region '{region}': "
        f"{message}{more}",
        message_zh=f"策略“{name}”不允许在账号“{account}”、区域“{region}”执行 {target.action}（“{what}”）：{zh}",
        next_step="choose another place (mcm place --explain), say what its data is (tag data_class), or ask for an "
        f"exception: mcm policy exceptions ask {name}",
        next_step_zh=f"请选择其他位置（mcm place --explain）、用标签 data_class 说明数据级别，或申请例外："
        f"mcm policy exceptions ask {name}",
        details={
            "policies": [
                {"policy": one.policy, "version": one.version, "severity": one.severity, "message": one.message}
                | {"values": {key: value for key, value in one.values.items() if not key.startswith("now")}}
                for one in reasons
            ],
            "location": f"{target.account.name}/{target.region}",
        },
    )
