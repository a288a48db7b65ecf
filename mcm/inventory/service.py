"""The inventory's rules: how a question is understood, and what its answer must carry to be honest."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth.permissions import Permission
from mcm.auth.service import Caller, view_of
from mcm.errors import BadRequest, InvalidInput
from mcm.filters import Condition, Expression, Operator, parse
from mcm.filters.syntax import Pattern, also
from mcm.inventory import estate_repository, facets, listing, repository
from mcm.inventory.asof import parse_as_of
from mcm.inventory.errors import ResourceNotFound, StaleVersion
from mcm.inventory.estate import Estate
from mcm.inventory.freshness import freshness
from mcm.inventory.ordering import parse_order
from mcm.inventory.presentation import Column, Item, item, parse_columns, picked
from mcm.inventory.query import AnyRow, Query, clean_search, count_of, matching
from mcm.inventory.schemas import (
    CountAnswer,
    FacetAnswer,
    Freshness,
    RelationCount,
    ResourceDetail,
    ResourceUpdate,
    SightingItem,
)
from mcm.kit import clock
from mcm.paging import decode_cursor, encode_cursor
from mcm.tenancy import sight

MAX_LABELS = 64


@dataclass(frozen=True)
class Question:
    """The parameters every listing takes, as given. kind: of the routes that are one kind's own."""

    filter: str | None = None
    search: str | None = None
    order_by: str | None = None
    as_of: str | None = None
    include_gone: bool = False
    kind: str | None = None


def understood(session: Session, question: Question) -> tuple[Query, Estate]:
    """Raises FilterError, InvalidOrder, InvalidAsOf, BadRequest."""
    at = parse_as_of(question.as_of)
    estate = estate_repository.load(session, at)
    names = [account.name for account in estate.accounts.values()]
    expression = parse(question.filter or "", {"account": names})
    return (
        Query(
            expression=_of_kind(question.kind, expression),
            search=clean_search(question.search),
            order=parse_order(question.order_by, typed=(question.search or "").strip()),
            at=at,
            gone=question.include_gone,
            seen=view_of(session),
        ),
        estate,
    )


def page(session: Session, question: Question, limit: int, cursor: str | None, columns: str | None) -> dict[str, Any]:
    """A `ResourcePage`, not yet encoded."""
    query, estate = understood(session, question)
    shown = parse_columns(columns)
    after = None
    if cursor is not None:
        digest, *after = decode_cursor(cursor, 1 + listing.cursor_length(query))
        if digest != query.digest:
            raise BadRequest(
                "the cursor belongs to another filter, search, order, instant or set of rights",
                next_step="start without one",
            )
    rows, following = listing.Listing(session, query, estate, limit + 1, after).page()
    return {
        "items": [picked(item(row, estate), shown) for row in rows],
        "next_cursor": None if following is None else encode_cursor([query.digest, *following]),
        "freshness": _fresh(session, query, estate, found=bool(rows)).model_dump(),
    }


def count(session: Session, question: Question) -> CountAnswer:
    query, estate = understood(session, question)
    dialect = session.get_bind().dialect.name
    number = session.scalar(count_of(matching(query, dialect, estate))) or 0
    fresh = _fresh(session, query, estate, found=bool(number))
    return CountAnswer(count=number, at_least=fresh.at_least, complete=fresh.complete, freshness=fresh)


def count_by(session: Session, question: Question, fields: str, top: int) -> FacetAnswer:
    query, estate = understood(session, question)
    total, found = facets.count(session, query, estate, facets.parse_fields(fields), top)
    fresh = _fresh(session, query, estate, found=bool(total))
    return FacetAnswer(total=total, at_least=fresh.at_least, complete=fresh.complete, facets=found, freshness=fresh)


def _fresh(session: Session, query: Query, estate: Estate, *, found: bool) -> Freshness:
    made = freshness(estate, query.expression)
    if query.at is None or found or any(scope.as_of is not None for scope in estate.scopes.values()):
        return made
    since = estate_repository.known_since(session)
    if since is None:
        made.sentence = "mcm knows nothing yet, so it knew nothing then"
    elif query.at < since:
        made.known_since, made.sentence = since, f"mcm knew nothing before {clock.to_text(since)}"
    return made


@dataclass(frozen=True)
class Export:
    """What to export, checked. `items` wants a session that outlives the request's transaction."""

    query: Query
    estate: Estate
    columns: list[Column] | None

    def items(self, session: Session) -> Iterator[Item]:
        for row in listing.Listing(session, self.query, self.estate).stream():
            yield item(row, self.estate)


def export(session: Session, question: Question, columns: str | None) -> Export:
    query, estate = understood(session, question)
    return Export(query, estate, parse_columns(columns))


def detail(session: Session, resource_id: str, kind: str | None = None) -> ResourceDetail:
    row = found(session, resource_id, kind)
    estate = estate_repository.load(session)
    made = ResourceDetail(**item(row, estate), native_scope=row._mapping["native_scope"])
    _, made.stale_reason_zh = estate.stale_reasons(row._mapping["scope_id"], made.presence or "")
    made.relations = [
        RelationCount(direction=direction, type=type_, kind=other, count=number)
        for direction, type_, other, number in repository.relation_counts(session, resource_id)
    ]
    seers = repository.sightings(session, resource_id)
    made.sightings = [
        _sighting(row, estate) for row in seers if not estate.limited or row.account_id in estate.accounts
    ]
    return made


def found(session: Session, resource_id: str, kind: str | None = None) -> AnyRow:
    row = repository.find(session, resource_id) if "\0" not in resource_id else None
    if row is None or (kind is not None and row._mapping["kind"] != kind):
        raise ResourceNotFound(
            f"there is no {kind or 'resource'} with this id", next_step="list resources to find its id"
        )
    return row


def etag(version: int) -> str:
    return f'"{version}"'


def update(session: Session, caller: Caller, resource_id: str, body: ResourceUpdate, if_match: str | None) -> None:
    """Changes mcm's own fields and records what they were and are. Raises StaleVersion, InvalidInput."""
    stored: Any = sight.changeable(
        session, caller, Permission.RESOURCE_READ, lambda: found(session, resource_id)
    )._mapping
    version = stored["version"]
    if if_match is not None and if_match.strip() not in ("*", etag(version)):
        raise _stale(version)
    values = _changed(stored, body)
    if not values:
        return
    if not repository.set_own_fields(session, resource_id, version, values):
        raise _stale(version)
    details = {name: {"before": stored[name], "after": value} for name, value in values.items()}
    audit.record(session, caller, "resource.update", "resource", resource_id, details=details)


def _changed(stored: Mapping[str, Any], body: ResourceUpdate) -> dict[str, Any]:
    given = body.model_dump(include=body.model_fields_set)
    if "managed" in given and given["managed"] is None:
        raise InvalidInput("managed cannot be cleared", next_step="set it to observed")
    if "labels" in given:
        given["labels"] = _merged(stored["labels"] or {}, given["labels"])
    for text in (given.get("owner"), *(given.get("labels") or {}), *(given.get("labels") or {}).values()):
        if text is not None and not text.isprintable():
            raise InvalidInput("owner and labels hold no control characters")
    return {name: value for name, value in given.items() if value != stored[name]}


def _merged(old: Mapping[str, str], new: Mapping[str, str | None] | None) -> dict[str, str]:
    """RFC 7396: null for the whole clears everything, null for a key removes it."""
    if new is None:
        return {}
    merged = {key: value for key, value in {**old, **new}.items() if value is not None}
    if len(merged) > MAX_LABELS or any(not 1 <= len(key) <= 100 or len(value) > 200 for key, value in merged.items()):
        raise InvalidInput(f"at most {MAX_LABELS} labels, with keys of 1 to 100 and values of up to 200 characters")
    return merged


def _stale(version: int) -> StaleVersion:
    return StaleVersion(
        f"the resource was changed in the meantime (it is at version {version})",
        next_step="read it again, then repeat the change with its ETag",
    )


def _of_kind(kind: str | None, expression: Expression | None) -> Expression | None:
    if kind is None:
        return expression
    return also(Condition("kind", None, Operator.EQ, Pattern((kind,))), expression)


def _sighting(row: AnyRow, estate: Estate) -> SightingItem:
    seen = "missing" if row.missing_since is not None else "present"
    presence = estate.presence(seen, row.scope_id)
    english, chinese = estate.stale_reasons(row.scope_id, presence)
    return SightingItem(
        account=estate.account_name(row.account_id),
        account_id=row.account_id,
        region=row.region,
        kind=row.kind,
        as_of=estate.as_of(row.scope_id),
        presence=presence,
        stale_reason=english,
        stale_reason_zh=chinese,
        missing_since=row.missing_since,
        held=row.held,
    )
