"""The rules of policies: what is in force, what is stored, by whom. Never commits."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth.permissions import Permission
from mcm.auth.service import Caller, view_of
from mcm.errors import Forbidden, PreconditionFailed, Unavailable
from mcm.kit import clock
from mcm.kit.documents import Finding
from mcm.models import Policy, PolicyVersion
from mcm.paging import Rows
from mcm.policies import repository, scoping
from mcm.policies.compiled import RESOURCE, CompiledPolicies, CompiledPolicy, Exemption, stored
from mcm.policies.documents import PlacementPolicy, Stage
from mcm.policies.errors import InvalidPolicy, PolicyExists, PolicyNotFound, PolicyWarned
from mcm.policies.linting import Draft, lint
from mcm.policies.standing import Warned, warnings
from mcm.tenancy import sight


def active(session: Session, on: datetime | None = None, *, stage: Stage | None = "placement") -> CompiledPolicies:
    """Every policy in force, now or at a past instant, with the exceptions that held then; whatever the session may
    see, as they bind everybody. stage None: of both. At most three statements."""
    at = on or clock.now()
    rows = repository.current(session) if on is None else repository.current_at(session, on)
    exempt: dict[str, list[Exemption]] = {}
    held = repository.exceptions_at(session, at)
    found = [compiled_of(row) for row in rows]
    named = any(one.field != RESOURCE for one in held)
    shown = scoping.paths(session) if named or any(one.document.scope.tenants for one in found) else {}
    for one in held:
        whose = "" if one.field == RESOURCE else shown.get(one.tenant_id or "", scoping.NOBODY)
        exempt.setdefault(one.policy_id, []).append(Exemption(one.id, one.field, one.value, one.expires_at, whose))
    return CompiledPolicies(
        tuple(
            scoping.placed(replace(one, exemptions=tuple(exempt.get(one.id, ()))), shown)
            for one in found
            if stage is None or stage in one.document.applies
        ),
        at,
        stage or "placement",
    )


def compiled_of(row: PolicyVersion) -> CompiledPolicy:
    """Raises Unavailable: a policy that cannot be asked is not one that says yes."""
    try:
        return stored(row.policy_id, row.version, row.hash, row.document)
    except ValueError as error:
        raise Unavailable(
            f"policy '{row.policy_id}' (version {row.version}) cannot be read by this version of mcm: {error}",
            next_step=f"write it anew (`mcm policy show {row.policy_id}`), or delete it",
        ) from error


def get(session: Session, policy_id: str) -> Policy:
    """Raises PolicyNotFound, also for what the session does not see."""
    return _found(repository.find(session, policy_id), policy_id)


def to_change(session: Session, caller: Caller, policy_id: str) -> Policy:
    return sight.changeable(
        session,
        caller,
        Permission.POLICY_READ,
        lambda: _found(repository.find(session, policy_id, inside=True), policy_id),
        lambda: get(session, policy_id),
    )


def page(
    session: Session, *, mode: str | None, severity: str | None, search: str | None, limit: int, cursor: str | None
) -> Rows[Policy]:
    (after,) = sight.after(session, cursor, str) or (None,)
    rows = repository.page(session, after, limit + 1, mode=mode, severity=severity, search=search)
    following = sight.cursor_of(session, [rows[limit - 1].id]) if len(rows) > limit else None
    return Rows(list(rows[:limit]), following)


def versions(session: Session, policy_id: str, limit: int, cursor: str | None) -> Rows[PolicyVersion]:
    get(session, policy_id)
    (before,) = sight.after(session, cursor, int) or (None,)
    rows = repository.versions(session, policy_id, before, limit + 1)
    following = sight.cursor_of(session, [rows[limit - 1].version]) if len(rows) > limit else None
    return Rows(list(rows[:limit]), following)


def version(session: Session, policy_id: str, number: int | None = None) -> PolicyVersion:
    """None: the current one."""
    row = get(session, policy_id)
    found = repository.version(session, policy_id, row.version if number is None else number)
    if found is None:
        raise PolicyNotFound(f"policy '{policy_id}' has no version {number}", next_step=f"it is at {row.version}")
    return found


def drafted(session: Session, text: str) -> tuple[Draft, list[Warned]]:
    """The text, checked against what is there: tenants and the other policies."""
    draft = lint(text)
    if draft.policy is None:
        return draft, []
    unknown, draft.policy = scoping.resolved(session, draft, draft.policy)
    draft.findings += unknown
    if draft.policy is None:
        return draft, []
    asked = scoping.placed(draft.policy, scoping.paths(session))
    # Of a policy that binds others only, neither the id nor the examples are told.
    visible = repository.seen_ids(session)
    others = [one for one in active(session, stage=None).policies if one.id in visible]
    return draft, warnings(session, asked, others)


def apply(session: Session, caller: Caller, text: str, if_match: str | None, *, accept: bool = False) -> Policy:
    """A new policy, or a new version of it; the same text again changes nothing. accept: although it was warned of.

    Raises InvalidPolicy, PolicyWarned, PolicyExists, Forbidden, PreconditionFailed."""
    draft, warned = drafted(session, text)
    if draft.policy is None:
        raise invalid(draft.findings)
    document = draft.policy.document
    # Whose it is: of the one tenant that it binds, else of all.
    tenant_id = document.scope.tenants[0] if len(document.scope.tenants) == 1 else None
    row = repository.anywhere(session, document.id)
    _require_rights(session, caller, row, document.id, tenant_id)
    require_version(row, if_match)
    newest = None if row is None else repository.version(session, row.id, row.version)
    if row is not None and newest is not None and not row.removed and newest.text == text:
        return row
    if warned and not accept:
        raise PolicyWarned(
            f"policy '{document.id}' was not stored: {warned[0].message}",
            message_zh=f"策略“{document.id}”未保存：{warned[0].message_zh}",
            next_step="change it, or say that it is meant: accept_warnings=true, --accept-warnings",
            next_step_zh="请修改，或确认接受警告（accept_warnings=true，--accept-warnings）",
            details={"warnings": [{"code": one.code, "policies": one.policies, "count": one.count} for one in warned]},
        )
    if row is None:
        row = Policy(id=document.id, version=0)
        session.add(row)
    _write(row, document, tenant_id)
    session.flush()
    _keep(session, caller, row, text, draft.policy, document)
    accepted = [one.code for one in warned]
    details = {"version": row.version, "hash": draft.policy.hash, "mode": row.mode, "accepted": accepted}
    audit.record(session, caller, "policy.apply", "policy", row.id, details=details)
    return row


def remove(session: Session, caller: Caller, policy_id: str, if_match: str | None) -> Policy:
    """It binds nobody from now on; its versions and what was decided with them stay."""
    row = to_change(session, caller, policy_id)
    require_version(row, if_match)
    last = repository.version(session, row.id, row.version)
    row.version, row.removed, row.changed_at = row.version + 1, True, clock.now()
    if last is not None:
        session.add(
            PolicyVersion(
                policy_id=row.id, version=row.version, removed=True, text=last.text, document=last.document,
                hash=last.hash, author_id=caller.principal_id, author=caller.name, created_at=row.changed_at,
            )
        )  # fmt: skip
    audit.record(session, caller, "policy.remove", "policy", row.id, details={"version": row.version})
    return row


def etag(row: Policy) -> str:
    return f'"{row.version}"'


def require_version(row: Policy | None, if_match: str | None) -> None:
    if if_match is None or if_match.strip() == "*":
        return
    if row is None or row.removed or if_match.strip() != etag(row):
        told = "there is none" if row is None or row.removed else f"it is at version {row.version}"
        raise PreconditionFailed(
            f"the policy was changed in the meantime ({told})", next_step="read it again and repeat the change"
        )


def invalid(findings: Sequence[Finding]) -> InvalidPolicy:
    errors = [one for one in findings if one.severity == "error"]
    further = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return InvalidPolicy(
        f"this is no policy that could be stored: {errors[0]}{further}",
        details={
            "findings": [
                {
                    "line": one.line, "column": one.column, "path": one.path, "message": one.message,
                    "suggestion": one.suggestion, "severity": one.severity,
                }
                for one in findings[:100]
            ]
        },
    )  # fmt: skip


def _write(row: Policy, document: PlacementPolicy, tenant_id: str | None) -> None:
    row.tenant_id, row.version, row.removed, row.changed_at = tenant_id, row.version + 1, False, clock.now()
    row.title, row.title_zh, row.owner = document.title, document.title_zh, document.owner
    row.severity, row.mode, row.framework = document.severity, document.mode, list(document.framework)


def _keep(
    session: Session, caller: Caller, row: Policy, text: str, policy: CompiledPolicy, document: PlacementPolicy
) -> None:
    """The version, and what it asks for as exceptions: those hold once somebody else has agreed."""
    session.add(
        PolicyVersion(
            policy_id=row.id, version=row.version, removed=False, text=text,
            document=document.model_dump_json(by_alias=True), hash=policy.hash, author_id=caller.principal_id,
            author=caller.name, created_at=row.changed_at,
        )
    )  # fmt: skip
    session.flush()
    # Here, as exceptions are made of policies.
    from mcm.policies import exceptions

    for one in document.exceptions:
        exceptions.ask_once(session, caller, row.id, one)


def _require_rights(
    session: Session, caller: Caller, row: Policy | None, policy_id: str, tenant_id: str | None
) -> None:
    inside = view_of(session)
    if row is not None and not row.removed and not inside.everything and row.tenant_id not in inside.tenants:
        if repository.find(session, policy_id) is None:
            raise PolicyExists(f"the id '{policy_id}' is taken", next_step="choose another one")
        to_change(session, caller, policy_id)
    if not inside.everything and tenant_id not in inside.tenants:
        raise Forbidden(
            f"{caller.name} may not make policies for everybody",
            next_step="name one of your tenants under scope.tenants, or ask somebody who holds the role in the whole",
        )


def _found(row: Policy | None, policy_id: str) -> Policy:
    if row is None:
        raise PolicyNotFound(
            f"there is no policy '{policy_id}'",
            message_zh=f"没有策略“{policy_id}”",
            next_step="`mcm policy list` shows those there are",
            next_step_zh="`mcm policy list` 可列出所有策略",
        )
    return row
