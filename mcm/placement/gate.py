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
# What differs from zone to zone of a region.
_OF_A_ZONE = {"location.id", "location.zone", "location.used", "location.gpus"}
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
    zone, told = target.params.get("zone"), True
    if target.row is not None:
        host = target.params.get("host")
        known, zone = _host(session, target, str(host)) if host else (True, target.row.zone)
        if known and zone == target.row.zone:
            # It stays where it is: whether it may be there at all is another question. Without a host the cloud
            # chooses one in the zone it is in.
            return
        told = known and zone is not None
    judgement = _judged(session, found, target, zone) if told else _judged_anywhere(session, found, target)
    if judgement is None:
        return
    if judgement.allowed[0][0]:
        return
    reasons = [one for one in judgement.reasons(0, 0) if one.denies]
    raise _denied(target, reasons, told)


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


def _judged_anywhere(session: Session, found: CompiledPolicies, target: Target) -> Judgement | None:
    """For a host that mcm does not know, or of which no zone is known: nobody can say where in the region it is. A
    policy that asks for what hangs on that is not answered and denies; the others say of the region what they said
    before. None: no policy asks."""
    places = running.places(session)
    place: dict[str, Any] = dict(places.facts(target.account.id, target.region, None))
    hangs = _OF_A_ZONE | places.differing(target.account.id, target.region)
    asking = tuple(one for one in found if one.denies and hangs & set(one.program.names))
    if not asking:
        return None
    place = {name: value for name, value in place.items() if name not in hangs}
    context: dict[str, Any] = {"now": clock.now().isoformat()}
    if (
        any("private_used" in one.program.names for one in asking)
        and (used := private_used(current(session))) is not None
    ):
        context["private_used"] = used
    few = CompiledPolicies(asking, found.at, found.stage)
    return judge(few, [_subject(target, places.tenants)], [place], context)


def _host(session: Session, target: Target, host: str) -> tuple[bool, str | None]:
    """(whether mcm knows the host, its zone as far as the cloud tells it)."""
    # Some clouds take a host by its name. Other accounts may lead to the same hosts, and have others of that name.
    query = select(ResourceRow.zone).where(
        ResourceRow.kind == "host",
        ResourceRow.presence != "gone",
        or_(ResourceRow.native_id == host, ResourceRow.name == host),
        ResourceRow.region == target.region,
        or_(ResourceRow.account_id == target.account.id, ResourceRow.realm == target.account.realm),
    )
    found = session.execute(query.order_by(ResourceRow.native_id != host, ResourceRow.id).limit(1)).first()
    return found is not None, found[0] if found is not None else None


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


def _denied(target: Target, reasons: list[Reason], told: bool) -> PolicyDenies:
    """told: whether it is known where in the region it would be."""
    what = target.row.name if target.row is not None else str(target.params.get("name", ""))
    first = reasons[0] if reasons else None
    name = first.policy if first is not None else "?"
    message = (first.message or first.error) if first is not None else "no policy says that it may be there"
    more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
    account, region = target.account.name, target.region
    zh = (first.message_zh or first.message) if first is not None else message
    if not told:
        host = target.params.get("host")
        more += f"; mcm does not know where in region '{region}' host '{host}' is"
        zh += f"；mcm 不知道主机“{host}”在区域“{region}”中的位置"
    return PolicyDenies(
        f"policy '{name}' does not allow {target.action} of '{what}' in account '{account}', region '{region}': "
        f"{message}{more}",
        message_zh=f"策略“{name}”不允许在账号“{account}”、区域“{region}”执行 {target.action}（“{what}”）：{zh}",
        next_step="choose another place (mcm place --explain)"
        + (", or a host that `mcm host list` shows with its zone" if not told else "")
        + f", say what its data is (tag data_class), or ask for an exception: mcm policy exceptions ask {name}",
        next_step_zh="请选择其他位置（mcm place --explain）"
        + ("、选择 `mcm host list` 中带可用区的主机" if not told else "")
        + f"、用标签 data_class 说明数据级别，或申请例外："
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
