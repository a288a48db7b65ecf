"""What a plan is about: the resources that match or are named, each with a yes or the reason of its no."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from mcm.auth.service import Caller
from mcm.contract.actions import Action, Params
from mcm.errors import McmError
from mcm.inventory import service as inventory
from mcm.inventory.service import Question
from mcm.models import Account, ResourceRow
from mcm.operations import needs
from mcm.operations import repository as operations
from mcm.operations.reasons import Verdict
from mcm.operations.service import no_resource
from mcm.operations.verdicts import Standing, standings
from mcm.plans.errors import InvalidPlan
from mcm.registry import Registry
from mcm.schedules import targets
from mcm.system.chinese import CHINESE

# So that whoever approves can read it.
MAX_TARGETS = 2_000


@dataclass
class Chosen:
    """why: None for a target, else what keeps it from being one."""

    row: ResourceRow
    account: Account | None
    why: dict[str, Any] | None


@dataclass
class Choice:
    items: list[Chosen] = field(default_factory=list)

    @property
    def targets(self) -> list[ResourceRow]:
        return [one.row for one in self.items if one.why is None]


def choose(
    session: Session,
    registry: Registry,
    caller: Caller,
    action: Action,
    params: Params,
    wanted: str | None,
    ids: Sequence[str],
) -> Choice:
    """Within what the session may see; afterwards it sees only where the caller may do this.

    Raises FilterError, InvalidPlan, ResourceUnknown."""
    if wanted is not None:
        found = targets.judged(session, registry, caller, action, wanted, MAX_TARGETS)
        if not found:
            raise InvalidPlan("nothing that you may act on matches the filter", next_step="widen the filter")
    else:
        asked = list(dict.fromkeys(ids))
        rows = operations.resources(session, asked)
        if len(rows) != len(asked):
            raise no_resource()
        known = [rows[ident] for ident in asked]
        _, estate = inventory.understood(session, Question())
        found = targets.judge(session, registry, caller, action, known, estate)
    if len(found) > MAX_TARGETS:
        raise InvalidPlan(
            f"more than {MAX_TARGETS} resources match, and a plan holds no more", next_step="narrow the filter"
        )
    choice = Choice()
    allowed = {one.row.id: one.verdict for one in found}
    for standing in standings(session, registry, [one.row for one in found]):
        why = told(allowed[standing.row.id]) or _params(session, standing, action, params)
        choice.items.append(Chosen(standing.row, standing.account, why))
    return choice


def told(verdict: Verdict) -> dict[str, Any] | None:
    if verdict.allowed:
        return None
    return {
        "reason_code": verdict.reason_code,
        "reason": verdict.reason,
        "reason_zh": verdict.reason_zh,
        "how_to_fix": verdict.how_to_fix,
        "how_to_fix_zh": verdict.how_to_fix_zh,
    }


def of_error(error: McmError) -> dict[str, Any]:
    """The same shape for what the engine refuses in its own words; in Chinese at least what the code means."""
    code = str(error.details.get("reason_code") or error.code)
    explained = CHINESE.get(error.code)
    meaning, remedy = explained if explained and not error.message_zh else (error.message_zh, error.next_step_zh)
    return {
        "reason_code": code,
        "reason": error.message,
        "reason_zh": meaning or error.message,
        "how_to_fix": error.next_step,
        "how_to_fix_zh": remedy or error.next_step,
    }


def _params(session: Session, standing: Standing, action: Action, params: Params) -> dict[str, Any] | None:
    """What this target or its cloud has against the parameters."""
    if not type(params).model_fields or standing.account is None or standing.descriptor is None:
        return None
    try:
        needs.check_support(standing.descriptor, action, params)
        known = needs.resolved(session, standing.account, standing.descriptor, action, params, standing.row.region)
        needs.check_change(action, known, standing.row)
    except McmError as error:
        return of_error(error)
    return None
