"""How true an answer is: which scopes can hold matches of a filter, and which of them are not as they should be."""

from collections.abc import Iterable

from mcm.filters import Expression
from mcm.inventory.estate import Estate, ScopeState
from mcm.inventory.schemas import Freshness, Gap

MAX_GAPS = 20
_ORDER = {"unreachable": 0, "never_read": 1, "stale": 2, "quarantined": 3, "unsupported": 4}


def freshness(estate: Estate, expression: Expression | None) -> Freshness:
    return of_scopes(estate, estate.concerned(expression))


def of_scopes(estate: Estate, scopes: Iterable[ScopeState]) -> Freshness:
    found = list(scopes)
    gaps = [(status, scope) for scope in found if (status := _status(estate, scope)) is not None]
    number = {name: sum(status == name for status, _ in gaps) for name in _ORDER}
    gaps.sort(key=lambda gap: (_ORDER[gap[0]], gap[1].account_id, gap[1].region, gap[1].kind))
    read = [scope.as_of for scope in found if scope.as_of is not None]
    covered = any(status != "unsupported" for status in (_status(estate, scope) for scope in found))
    lacking = number["unreachable"] + number["never_read"] + number["stale"]
    at_least = lacking > 0 or not covered
    return Freshness(
        oldest_as_of=min(read, default=None),
        scopes=len(found),
        stale=number["stale"],
        failing=number["unreachable"],
        quarantined=number["quarantined"],
        unsupported=number["unsupported"],
        never_read=number["never_read"],
        complete=not at_least and not number["quarantined"],
        at_least=at_least,
        sentence=_sentence(estate, gaps, covered, lacking),
        gaps=[_gap(estate, status, scope) for status, scope in gaps[:MAX_GAPS]],
    )


def _status(estate: Estate, scope: ScopeState) -> str | None:
    """None for a scope that is as it should be."""
    if scope.status == "unsupported":
        return "unsupported"
    found = estate.freshness(scope)
    if found == "unreachable":
        return "unreachable"
    if scope.as_of is None:
        return "never_read"
    if scope.status == "quarantined":
        return "quarantined"
    return None if found == "fresh" else "stale"


def _gap(estate: Estate, status: str, scope: ScopeState) -> Gap:
    doubt = estate.doubt(scope)
    return Gap(
        account=estate.account_name(scope.account_id),
        region=scope.region,
        kind=scope.kind,
        status=status,
        as_of=scope.as_of,
        reason=doubt.en,
        reason_zh=doubt.zh,
    )


def _sentence(estate: Estate, gaps: list[tuple[str, ScopeState]], covered: bool, lacking: int) -> str:
    if not covered:
        return "no account reads what is asked for, so nothing can be said about it"
    if lacking:
        first = estate.reason(gaps[0][1])
        more = f", and {lacking - 1} more" if lacking > 1 else ""
        return f"at least; {lacking} of the scopes behind it could not be read in time: {first}{more}"
    held = [scope for status, scope in gaps if status == "quarantined"]
    if held:
        return f"may include what is already gone: {estate.reason(held[0])}"
    return ""
