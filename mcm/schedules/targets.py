"""What a schedule would act on now, and what keeps it from some of it. Stale knowledge is never acted on."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from mcm.auth.service import Caller, limit, view
from mcm.contract.actions import ACTIONS, Action, Effect
from mcm.inventory import service as inventory
from mcm.inventory.estate import Estate
from mcm.inventory.listing import Listing
from mcm.inventory.service import Question
from mcm.models import ResourceRow
from mcm.operations.reasons import Verdict, no
from mcm.operations.verdicts import permission_of, standings, verdict
from mcm.registry import Registry

_CHUNK = 500


def allowed_actions() -> list[str]:
    """What can be taken back, costs nobody anything that is lost, and may be asked for twice."""
    return [
        action.id
        for action in ACTIONS.values()
        if action.targets and action.effect is Effect.SETS and not action.destructive and not action.tasks
        and action.leads_to and action.id.startswith("instance.") and action.id != "instance.resize"
    ]  # fmt: skip


@dataclass(frozen=True)
class Judged:
    row: ResourceRow
    verdict: Verdict


def judged(
    session: Session, registry: Registry, caller: Caller, action: Action, wanted: str, most: int | None = None
) -> list[Judged]:
    """Everything that matches the filter within what the caller may act on; of more than `most` only one more, so
    that nobody reads through an estate in order to refuse it. Raises FilterError."""
    inside = view(caller, permission_of(action))
    limit(session, inside)
    query, estate = inventory.understood(session, Question(filter=wanted, kind=action.kind.value))
    stream = Listing(session, query, estate).stream()
    found = [row._mapping["id"] for row in islice(stream, None if most is None else most + 1)]
    result: list[Judged] = []
    for start in range(0, len(found), _CHUNK):
        rows = session.scalars(
            select(ResourceRow).where(ResourceRow.id.in_(found[start : start + _CHUNK])).order_by(ResourceRow.name)
        ).all()
        result += judge(session, registry, caller, action, rows, estate)
    return result


def judge(
    session: Session, registry: Registry, caller: Caller, action: Action, rows: Sequence[ResourceRow], estate: Estate
) -> list[Judged]:
    return [
        Judged(standing.row, _stale(action, standing.row, estate) or verdict(caller, standing, action))
        for standing in standings(session, registry, rows)
    ]


def reasons(found: Iterable[Judged]) -> dict[str, int]:
    return dict(Counter(one.verdict.reason_code for one in found if not one.verdict.allowed))


def _stale(action: Action, row: ResourceRow, estate: Estate) -> Verdict | None:
    presence = estate.presence(row.presence, row.scope_id)
    if presence not in ("stale", "unreachable"):
        return None
    return no(action.id, "stale", account=estate.account_name(row.account_id) or row.account_id)
