"""Policies, exceptions and violations as the API shows them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mcm.auth.service import view_of
from mcm.kit import clock
from mcm.models import Policy, PolicyException, PolicyVersion, ResourceRow, Violation
from mcm.policies import exceptions, repository, running, scoping, service
from mcm.policies.judging import Reason, judge
from mcm.policies.library import Starter
from mcm.policies.linting import Draft, Ran, excerpt, lint
from mcm.policies.schemas import (
    ExampleItem,
    ExceptionItem,
    Explained,
    FindingItem,
    Lint,
    PolicyDetail,
    PolicyItem,
    PolicyVersionItem,
    StarterItem,
    Verdict,
    ViolationItem,
    WarningItem,
)
from mcm.policies.standing import Warned
from mcm.tenancy import service as tenants
from mcm.tenancy import sight

_TENANTS = ("location.tenant", "workload.tenant")


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: clock.to_text(value) if isinstance(value, datetime) else value for name, value in values.items()}


def linted(draft: Draft, warned: Sequence[Warned] = ()) -> Lint:
    findings = [
        FindingItem(
            line=one.line, column=one.column, path=one.path,
            severity="warning" if one.severity == "warning" else "error", message=one.message,
            suggestion=one.suggestion, excerpt=excerpt(draft.text, one.line, one.column),
        )
        for one in draft.findings[:100]
    ]  # fmt: skip
    policy = draft.policy
    return Lint(
        ok=policy is not None,
        id=policy.id if policy else None,
        hash=policy.hash if policy else None,
        cel=policy.cel if policy else None,
        findings=findings,
        examples=[_example(one) for one in draft.examples],
        warnings=[
            WarningItem(
                code=one.code, message=one.message, message_zh=one.message_zh, policies=one.policies, count=one.count,
                subjects=one.subjects,
            )
            for one in warned
        ],
    )  # fmt: skip


def items(session: Session, rows: Sequence[Policy]) -> list[PolicyItem]:
    shown = tenants.paths(tenants.known(session))
    ids = [row.id for row in rows]
    newest = {
        one.policy_id: one
        for one in session.scalars(
            select(PolicyVersion)
            .join(Policy, (Policy.id == PolicyVersion.policy_id) & (Policy.version == PolicyVersion.version))
            .where(Policy.id.in_(ids))
        )
    }
    counted = (
        select(Violation.policy_id, func.count())
        .join(ResourceRow, ResourceRow.id == Violation.resource_id)
        .where(Violation.status == "open", Violation.policy_id.in_(ids), *sight.resources_of(session))
        .group_by(Violation.policy_id)
    )
    counts: dict[str, int] = {row[0]: row[1] for row in session.execute(counted)}
    return [
        PolicyItem.model_validate(
            {name: getattr(row, name) for name in ("id", "title", "title_zh", "owner", "severity", "mode", "framework")}
            | {
                # Somebody else's path is none of theirs, though the policy binds them.
                "tenant": shown.get(row.tenant_id or ""), "version": row.version, "hash": newest[row.id].hash,
                "author": newest[row.id].author, "changed_at": row.changed_at, "violations": counts.get(row.id, 0),
            }
        )
        for row in rows
    ]  # fmt: skip


def detail(session: Session, row: Policy) -> PolicyDetail:
    version = service.version(session, row.id)
    policy = service.compiled_of(version)
    return PolicyDetail(
        **items(session, [row])[0].model_dump(),
        document=version.text,
        cel=policy.cel,
        soft=policy.soft,
        applies=list(policy.document.applies),
        examples=[_example(one) for one in lint(version.text).examples],
    )


def version_item(row: PolicyVersion) -> PolicyVersionItem:
    return PolicyVersionItem(
        id=row.policy_id, version=row.version, removed=row.removed, hash=row.hash, author=row.author,
        created_at=row.created_at, document=row.text,
    )  # fmt: skip


def starters(session: Session, found: Iterable[Starter]) -> list[StarterItem]:
    # Ids are unique across tenants: what others have installed is theirs to know.
    there = repository.seen_ids(session)
    return [
        StarterItem(
            name=one.name, title=one.policy.document.title, title_zh=one.policy.document.title_zh,
            severity=one.policy.severity, mode=one.policy.mode, applies=list(one.policy.document.applies),
            framework=list(one.policy.document.framework), soft=one.policy.soft, installed=one.name in there,
            document=one.text,
        )
        for one in found
    ]  # fmt: skip


def exception_item(row: PolicyException) -> ExceptionItem:
    names = [name for name in ExceptionItem.model_fields if name not in ("policy", "status")]
    values = {name: getattr(row, name) for name in names}
    return ExceptionItem.model_validate(
        values | {"policy": row.policy_id, "status": exceptions.standing(row, clock.now())}
    )


class Names:
    """Which tenants a session may be told of, by their paths. Policies see all of them."""

    def __init__(self, session: Session) -> None:
        self._all = view_of(session).everything
        self._known: set[str] = set()
        if not self._all:
            seen = tenants.known(session)
            self._known = {path for ident, path in scoping.paths(session).items() if ident in seen}

    def hidden(self, values: Mapping[str, Any]) -> dict[str, str]:
        """Those of the values that name a tenant beyond sight."""
        if self._all:
            return {}
        given = {name: str(values[name]) for name in _TENANTS if values.get(name)}
        return {name: path for name, path in given.items() if path not in self._known}

    def told(self, values: Mapping[str, Any]) -> dict[str, Any]:
        gone = self.hidden(values)
        return {name: value for name, value in values.items() if name not in gone}

    def said(self, text: str, values: Mapping[str, Any]) -> str:
        """A message, that may have been filled in with the values."""
        for path in self.hidden(values).values():
            text = text.replace(path, "?")
        return text


def violation_item(found: Any, names: Names) -> ViolationItem:
    row: Violation = found[0]
    same = (
        *("id", "policy_version", "severity", "mode", "outcome", "status", "owner", "message", "message_zh", "values"),
        *("exposure", "hash", "since", "last_checked", "resolved_at"),
    )
    return ViolationItem.model_validate(
        {name: getattr(row, name) for name in same}
        | {
            "policy": row.policy_id, "resource": row.resource_id, "name": found[1], "state": found[3],
            "account": found[4], "region": found[5], "exception": row.exception_id,
            "values": names.told(row.values), "message": names.said(row.message, row.values),
            "message_zh": names.said(row.message_zh, row.values),
        }
    )  # fmt: skip


def explained(session: Session, resource_id: str) -> Explained | None:
    """None: there is no such resource, or the session does not see it."""
    found = running.resources(session, kinds=(running.KIND,), ids=[resource_id], limit=1, seen=True)
    if not found:
        return None
    places = running.places(session)
    (row,) = found
    subject, place = running.subject(row, places.tenants), places.facts(row.account_id, row.region, row.zone)
    policies = service.active(session, stage="running")
    judged = judge(policies, [subject], [place], {"now": policies.at})
    names = Names(session)
    subject, place = names.told(subject), names.told(place)
    return Explained(
        resource=row.id, name=row.name, allowed=judged.allowed[0][0], score=judged.score[0][0],
        facts=plain({name: value for name, value in subject.items() if "." in name}), location=plain(place),
        verdicts=[verdict(one, names) for one in judged.reasons(0, 0, passed=True)],
    )  # fmt: skip


def verdict(reason: Reason, names: Names) -> Verdict:
    return Verdict.model_validate(
        {
            name: getattr(reason, name)
            for name in (
                *("policy", "version", "title", "title_zh", "severity", "mode", "outcome", "denies", "message"),
                *("message_zh", "error"),
            )
        }
        | {
            "values": plain(names.told(reason.values)),
            "exception": reason.exemption,
            "message": names.said(reason.message, reason.values),
            "message_zh": names.said(reason.message_zh, reason.values),
        }
    )


def _example(one: Ran) -> ExampleItem:
    return ExampleItem(name=one.name, expect=one.expect, said=one.said, ok=one.ok, why=one.why)
