"""The rules of allocation rules: who may write them, and that together they make sense. Never commits."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from mcm.allocations import repository
from mcm.allocations.cycles import CyclicRules, ordered
from mcm.allocations.documents import MOST_RULES, RuleDocument, parsed
from mcm.allocations.errors import AllocationRuleNotFound, InvalidAllocationRules, told
from mcm.allocations.naming import Names
from mcm.allocations.resolved import Rule
from mcm.audit import service as audit
from mcm.auth.service import Caller, View, view_of
from mcm.errors import Forbidden, PreconditionFailed
from mcm.kit import clock
from mcm.kit.documents import Document, DocumentError, Finding, close
from mcm.models import AllocationRule

_FORBIDDEN_NEXT = "ask somebody whose role holds for everything, such as a cost analyst of the whole organisation"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A document that was read: the rules there would be, and which of them it makes or changes."""

    rules: list[RuleDocument]
    changed: list[RuleDocument]
    removed: list[str]


def resolved(session: Session, names: Names, documents: Sequence[RuleDocument] | None = None) -> list[Rule]:
    """Those that are kept (or `documents`), with the ids of what they name."""
    if documents is None:
        documents = [document(row) for row in repository.rules(session)]
    return [names.resolved(one) for one in documents]


def document(row: AllocationRule) -> RuleDocument:
    return RuleDocument.model_validate(row.document)


def seen(session: Session, names: Names) -> list[AllocationRule]:
    """Whoever sees a part of everything sees the rules that name nothing outside of it."""
    view = view_of(session)
    return [row for row in repository.rules(session) if view.everything or _inside(names.resolved(document(row)), view)]


def get(session: Session, name: str) -> AllocationRule:
    found = next((row for row in seen(session, Names(session)) if row.name == name), None)
    if found is None:
        raise AllocationRuleNotFound(
            f"there is no allocation rule '{name}'", next_step="`mcm allocation list` shows those there are"
        )
    return found


def etag(row: AllocationRule) -> str:
    return f'"{row.version}"'


def read(session: Session, text: str, *, replace: bool) -> Wanted:
    """What the document would make of the rules. replace: rules that are not in it go. Raises InvalidAllocationRules
    with every fault and its place."""
    require_whole(session)
    try:
        found, places = parsed(text)
    except DocumentError as error:
        raise _refused(error.findings) from None
    kept = {row.name: document(row) for row in repository.rules(session)}
    given = {rule.name: rule for rule in found}
    after = given if replace else kept | given
    wanted = Wanted(
        sorted(after.values(), key=lambda rule: (rule.position, rule.name)),
        [rule for rule in found if kept.get(rule.name) != rule],
        sorted(set(kept) - set(after)),
    )
    findings = _findings(session, wanted, found, places)
    if findings:
        raise _refused(findings)
    return wanted


def apply(session: Session, caller: Caller, wanted: Wanted) -> list[AllocationRule]:
    """Makes, changes and removes; returns what there is then, in order."""
    now = clock.now()
    for rule in wanted.changed:
        row = repository.rule(session, rule.name)
        made = row is None
        if row is None:
            row = AllocationRule(name=rule.name, version=0, created_at=now)
            session.add(row)
        row.position, row.document = rule.position, rule.model_dump(mode="json", by_alias=True, exclude_none=True)
        row.version, row.changed_at = row.version + 1, now
        audit.record(
            session, caller, "allocation_rule.create" if made else "allocation_rule.update", "allocation_rule",
            rule.name, details={"version": row.version, **row.document},
        )  # fmt: skip
    for name in wanted.removed:
        remove(session, caller, name, None)
    session.flush()
    return list(repository.rules(session))


def remove(session: Session, caller: Caller, name: str, if_match: str | None) -> AllocationRule:
    row = get(session, name)
    require_whole(session)
    if if_match is not None and if_match.strip() not in ("*", etag(row)):
        raise PreconditionFailed(
            f"the rule was changed in the meantime (it is at version {row.version})",
            next_step="read it again and repeat the change",
        )
    audit.record(
        session, caller, "allocation_rule.remove", "allocation_rule", name,
        details={"version": row.version, **row.document},
    )  # fmt: skip
    session.delete(row)
    session.flush()
    return row


def require_whole(session: Session) -> None:
    """What one tenant pays less another pays more: rules are for those who see everything."""
    if not view_of(session).everything:
        raise Forbidden("allocation rules hold for everybody, and you see a part", next_step=_FORBIDDEN_NEXT)


def _findings(session: Session, wanted: Wanted, found: Sequence[RuleDocument], places: Document) -> list[Finding]:
    names, findings = Names(session), list[Finding]()
    at = {rule.name: index for index, rule in enumerate(found)}
    if len(wanted.rules) > MOST_RULES:
        findings.append(places.finding((), f"there would be more than {MOST_RULES} rules"))
    for index, rule in enumerate(found):
        for missing in names.resolved(rule).missing:
            what, _, name = missing.partition(" ")
            known = names.known_tenants() if what == "tenant" else names.known_accounts()
            path = _path_of(rule, name)
            findings.append(
                places.finding(("rules", index, *path), f"there is no {what} '{name}'", suggestion=close(name, known))
            )
    positions: dict[int, str] = {}
    for rule in wanted.rules:
        other = positions.setdefault(rule.position, rule.name)
        if other != rule.name:
            mine = rule.name if rule.name in at else other
            taken = other if mine == rule.name else rule.name
            findings.append(
                places.finding(
                    ("rules", at.get(mine, 0), "position"), f"position {rule.position} is that of the rule '{taken}'"
                )
            )
    if not findings:
        try:
            ordered([names.resolved(rule) for rule in wanted.rules], names.tree)
        except CyclicRules as ring:
            index = next((at[name] for name in ring.names if name in at), 0)
            sentence = f"these rules would hand cost round for ever: {' → '.join(ring.names)}"
            hint = "let one of them leave out (`except`) those it gets from"
            findings.append(places.finding(("rules", index), sentence, suggestion=hint))
    return findings


def _path_of(rule: RuleDocument, name: str) -> tuple[str | int, ...]:
    for field in ("tenant", "account"):
        if name in (getattr(rule.match, field) or ()):
            return "match", field
    if name in (rule.share.excluded or ()):
        return "share", "except"
    targets = [] if isinstance(rule.share.to, str) else rule.share.to
    index = next((index for index, target in enumerate(targets) if target.tenant == name), None)
    return ("share", "to") if index is None else ("share", "to", index, "tenant")


def _inside(rule: Rule, view: View) -> bool:
    named = {payer.tenant_id for payer in rule.payers or ()} | (rule.tenant_ids or frozenset()) | rule.excluded
    accounts = rule.account_ids or frozenset()
    return rule.payers is not None and not accounts and named <= view.tenants


def _refused(findings: Sequence[Finding]) -> InvalidAllocationRules:
    more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
    return InvalidAllocationRules(
        f"{findings[0]}{more}",
        next_step="correct the document; docs/cost-reports.md describes every field",
        details=told(findings),
    )
