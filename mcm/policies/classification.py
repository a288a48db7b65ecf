"""Of what class the data of discovered resources is: ordered rules, the first that fits. Never commits.

What somebody set by hand stays. What a rule gave is remembered, so that it goes when the rule goes.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

import orjson
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth.service import Caller, view_of
from mcm.errors import Forbidden, PreconditionFailed
from mcm.kit.text import closest
from mcm.models import Account, ClassificationRule, Classified, ResourceRow
from mcm.policies import running
from mcm.policies.errors import InvalidClassification
from mcm.policies.running import Resource
from mcm.policies.schemas import ClassificationApplied, ClassificationItem, ClassificationList, ClassMove

# What holds data, or is made of it.
KINDS = ("instance", "volume", "snapshot", "image", "bucket", "database", "share", "datastore")
_CHUNK, _EXAMPLES = 500, 5


def rules(session: Session) -> Sequence[ClassificationRule]:
    return session.scalars(select(ClassificationRule).order_by(ClassificationRule.position)).all()


def listed(session: Session) -> ClassificationList:
    names = {row.id: row.name for row in session.execute(select(Account.id, Account.name))}
    hidden = not view_of(session).everything
    items = [
        ClassificationItem(
            data_class=row.data_class, account=names.get(row.account_id, row.account_id) if row.account_id else None,
            project=row.project, tag_key=row.tag_key, tag_value=row.tag_value, name=row.name,
        )
        for row in rules(session)
        # Whoever sees a part of it all does not learn of accounts that are not theirs.
        if not (hidden and row.account_id)
    ]  # fmt: skip
    return ClassificationList(rules=items)


def told(session: Session) -> list[Any]:
    return [
        [row.data_class, row.account_id, row.project, row.tag_key, row.tag_value, row.name] for row in rules(session)
    ]


def etag(session: Session) -> str:
    return f'"{hashlib.blake2b(orjson.dumps(told(session)), digest_size=9).hexdigest()}"'


def replace_rules(
    session: Session, caller: Caller, wanted: ClassificationList, if_match: str | None, *, dry_run: bool = False
) -> ClassificationApplied:
    """The whole list; it holds for everything at once. dry_run: the same, and the caller must roll back."""
    if not view_of(session).everything:
        raise Forbidden(
            f"{caller.name} may not change the rules: they decide over everything",
            next_step="ask somebody who holds the role in the whole",
        )
    if if_match is not None and if_match.strip() not in ("*", etag(session)):
        raise PreconditionFailed(
            "the rules were changed in the meantime", next_step="read them again and repeat the change"
        )
    made = [_row(session, number, rule) for number, rule in enumerate(wanted.rules, 1)]
    session.execute(delete(ClassificationRule))
    session.add_all(made)
    session.flush()
    moves: Counter[tuple[str | None, str | None]] = Counter()
    examples: dict[tuple[str | None, str | None], list[str]] = {}
    after = ""
    while chunk := running.resources(session, kinds=KINDS, after=after, limit=_CHUNK):
        after = chunk[-1].id
        for before, now in zip(chunk, classify(session, chunk, made), strict=True):
            if before.data_class != now.data_class:
                pair = (before.data_class, now.data_class)
                moves[pair] += 1
                if len(examples.setdefault(pair, [])) < _EXAMPLES:
                    examples[pair].append(before.name)
    if not dry_run:
        details = {"rules": len(made), "resources": sum(moves.values())}
        audit.record(session, caller, "classification.rules", "classification_rules", "all", details=details)
    listed = sorted(moves.items(), key=lambda one: (-one[1], str(one[0])))
    return ClassificationApplied(
        dry_run=dry_run, rules=len(made), resources=sum(moves.values()),
        moves=[ClassMove(source=a, target=b, count=number, examples=examples[a, b]) for (a, b), number in listed],
    )  # fmt: skip


def classify(
    session: Session, found: Sequence[Resource], ordered: Sequence[ClassificationRule] | None = None
) -> list[Resource]:
    """The same resources with the classes that the rules give them, which are stored."""
    ordered = rules(session) if ordered is None else ordered
    ids = [one.id for one in found]
    query = select(Classified.resource_id, Classified.data_class).where(Classified.resource_id.in_(ids))
    kept = {row.resource_id: row.data_class for row in session.execute(query)}
    result: list[Resource] = []
    stale: list[str] = []
    given: list[tuple[str, str | None]] = []
    for one in found:
        before = kept.get(one.id)
        if one.data_class is not None and one.data_class != before:
            # Somebody set it by hand.
            stale += [one.id] if before is not None else []
            result.append(one)
            continue
        wanted = next((rule.data_class for rule in ordered if _fits(rule, one)), None)
        if wanted != before or wanted != one.data_class:
            stale += [one.id] if before is not None else []
            given.append((one.id, wanted))
        result.append(replace(one, data_class=wanted))
    _store(session, stale, given)
    return result


def _store(session: Session, stale: Collection[str], given: Iterable[tuple[str, str | None]]) -> None:
    if stale:
        session.execute(delete(Classified).where(Classified.resource_id.in_(stale)))
    by_class: dict[str | None, list[str]] = {}
    for resource_id, wanted in given:
        by_class.setdefault(wanted, []).append(resource_id)
    for wanted, ids in by_class.items():
        session.execute(
            update(ResourceRow)
            .where(ResourceRow.id.in_(ids))
            .values(data_class=wanted, version=ResourceRow.version + 1)
            .execution_options(synchronize_session=False)
        )
        if wanted is not None:
            session.execute(insert(Classified), [{"resource_id": one, "data_class": wanted} for one in ids])


def _fits(rule: ClassificationRule, one: Resource) -> bool:
    if rule.account_id is not None and rule.account_id != one.account_id:
        return False
    if rule.project is not None and rule.project != one.project:
        return False
    if rule.name is not None and not _like(rule.name, one.name):
        return False
    if rule.tag_key is None:
        return True
    tags = dict(one.tags or {}) | dict(one.labels or {})
    return rule.tag_key in tags and (rule.tag_value is None or _like(rule.tag_value, tags[rule.tag_key]))


def _like(pattern: str, text: str) -> bool:
    return text.startswith(pattern[:-1]) if pattern.endswith("*") else text == pattern


def _row(session: Session, number: int, rule: ClassificationItem) -> ClassificationRule:
    """Raises InvalidClassification that names the rule."""
    if rule.tag_value is not None and rule.tag_key is None:
        raise InvalidClassification(
            f"rule {number} has a tag_value and no tag_key", next_step="name the tag's key as well"
        )
    if not any((rule.account, rule.project, rule.tag_key, rule.name)):
        raise InvalidClassification(
            f"rule {number} asks for nothing, so it would take everything",
            next_step='give it an account, a project, a tag_key or a name; name: "*" if everything is meant',
        )
    for text in (rule.tag_value, rule.name):
        if text is not None and "*" in text[:-1]:
            raise InvalidClassification(f"rule {number}: '*' stands at the end only", next_step="write such as: prod-*")
    account_id = None
    if rule.account is not None:
        names = {row.name: row.id for row in session.execute(select(Account.id, Account.name))}
        account_id = rule.account if rule.account in names.values() else names.get(rule.account)
        if account_id is None:
            raise InvalidClassification(
                f"rule {number}: there is no account '{rule.account}'", next_step=closest(rule.account, sorted(names))
            )
    return ClassificationRule(
        position=number, data_class=rule.data_class, account_id=account_id, project=rule.project,
        tag_key=rule.tag_key, tag_value=rule.tag_value, name=rule.name,
    )  # fmt: skip
