"""What a turn does at the cloud: reads before it acts, sends one request, looks what became of it."""

import logging
from datetime import datetime
from functools import partial

from mcm.contract import (
    ProviderError,
    RateLimited,
    Resource,
    ResourceKind,
    ResourceRef,
    UnexpectedResponse,
    Unreachable,
)
from mcm.contract.actions import ACTIONS, Actor, Effect, Outlook, Receipt, Repeat, Seen
from mcm.errors import McmError
from mcm.gateway import Change, Lease
from mcm.gateway.gateway import only_provider_errors
from mcm.kit import tracing
from mcm.models import Operation
from mcm.operations import machine, recording, repository
from mcm.operations.errors import Protected, StateChanged, TargetGone
from mcm.operations.machine import Note
from mcm.operations.orders import order_of, unpacked
from mcm.operations.pace import Pace
from mcm.operations.turn import TurnLost, Work, claim
from mcm.operations.verdicts import wanted_states
from mcm.registry import reader
from mcm.sync import taking
from mcm.sync.tools import Tools
from mcm.vault import Vault

log = logging.getLogger(__name__)
# For all requests of one turn together.
TURN_S = 60.0
_LEAST_S = 15.0
_UNKNOWN = (Unreachable, UnexpectedResponse)
_ALONG = {
    ResourceKind.INSTANCE: {ResourceKind.VOLUME, ResourceKind.PORT, ResourceKind.PUBLIC_IP},
    ResourceKind.VOLUME: {ResourceKind.INSTANCE},
    ResourceKind.PUBLIC_IP: {ResourceKind.INSTANCE, ResourceKind.PORT},
}


def take_turn(
    tools: Tools, vault: Vault, operation_id: str, *, keeps_s: float = 0.0, pace: Pace | None = None
) -> Work | None:
    """From claim to release. Raises McmError only where the database takes no writes.

    keeps_s: what has to be looked at again within as many seconds is not released but returned, for `go_on`."""
    work = claim(tools, vault, operation_id, keeps_s, pace)
    return go_on(work) if work is not None else None


def go_on(work: Work) -> Work | None:
    """The next requests and looks of what is in hand, and what is still in hand afterwards."""
    before, work.told, kept = work.row.status, False, False
    with tracing.span("operation.turn", mcm__operation=work.row.id, mcm__action=work.row.action):
        try:
            try:
                _at_the_cloud(work)
                kept = work.waits
            finally:
                if not kept:
                    work.let_go()
            if work.row.status != before:
                _read_soon(work)
        except TurnLost:
            log.info("operation %s: somebody else goes on with it", work.row.id)
            return None
    return work if kept else None


def _at_the_cloud(work: Work) -> None:
    row = work.row
    change = Change(row.action, row.account_id, row.resource_id or "", row.caller["principal_id"], row.id)
    try:
        with (
            only_provider_errors(work.access.name, TurnLost),
            work.tools.gateway.lease(work.access, TURN_S, change=change) as lease,
        ):
            actor = lease.provider
            if not isinstance(actor, Actor):
                raise UnexpectedResponse("the adapter offers this action and has no way to do it")
            while _go_on(work, lease, actor) and lease.context.remaining() > _LEAST_S:
                pass
    except (ProviderError, McmError) as error:
        if not work.told:
            _elsewhere(work, error)


def _go_on(work: Work, lease: Lease, actor: Actor) -> bool:
    """One request or one look. True: the next can be made at once."""
    if not work.row.steps:
        if not _may_begin(work, lease):
            return False
        steps = list(actor.steps(order_of(work.row, work.params)))
        machine.begin(work.row, steps)
    row = work.row
    if row.status != "in_doubt" and row.steps[row.step]["status"] == "new":
        _send(work, lease, actor)
    else:
        _look(work, lease, actor)
    return work.goes_on


def _may_begin(work: Work, lease: Lease) -> bool:
    """Reads before acting: what is gone, what is so already, what is not in a state for it any more."""
    row, action, target = work.row, ACTIONS[work.row.action], unpacked(work.row.target)
    if target is None:
        return True
    found = reader(lease.provider).observe([target])[target]
    if found is None:
        taking.take(work.tools, row.account_id, {target: None})
        if action.effect is Effect.DESTROYS:
            work.record(machine.already)
        else:
            work.record(lambda row, now: machine.fail(row, TargetGone("the cloud says that it no longer exists"), now))
        return False
    wanted = wanted_states(work.tools.registry.descriptor(work.access.provider), action)
    if not wanted or found.state in wanted:
        return True
    taking.take(work.tools, row.account_id, {target: found})
    if action.effect is Effect.SETS and action.leads_to and found.state in action.leads_to and not action.tasks:
        work.record(machine.already)
        return False
    changed = StateChanged(
        f"it is {found.state} now, and this needs {' or '.join(sorted(wanted))}; nothing was sent",
        next_step="bring it there first, then ask again",
    )
    work.record(lambda row, now: machine.fail(row, changed, now))
    return False


def _send(work: Work, lease: Lease, actor: Actor) -> None:
    steps, deadline = work.row.steps, work.row.deadline
    with work.locked() as (session, row, now):
        row.steps, row.deadline = steps, deadline
        if row.sent_at is None and row.cancel_at is not None:
            recording.note(session, row, machine.cancel(row, now), now)
            return
        if ACTIONS[row.action].destructive and row.resource_id and repository.protected(session, row.resource_id):
            protected = Protected("it was protected after this was asked for; nothing was sent")
            recording.note(session, row, machine.fail(row, protected, now), now)
            return
        recording.note(session, row, machine.sending(row, now), now)
    lease.context.sent = False
    try:
        receipt = actor.send(order_of(work.row, work.params))
    except ProviderError as error:
        _not_answered(work, lease, lease.context.late(error) or error)
        if isinstance(error, _UNKNOWN):
            # The connection may be what is wrong: the next turn gets another.
            work.told = True
            raise
        return
    answered = partial(_answered, receipt)
    if steps[work.row.step]["repeat"] == Repeat.HARMLESS:
        work.record_with_next(answered)
    else:
        work.record(answered, durable=False)


def _answered(receipt: Receipt, row: Operation, now: datetime) -> Note:
    return machine.answered(row, receipt, now)


def _not_answered(work: Work, lease: Lease, error: ProviderError) -> None:
    unknown = isinstance(error, _UNKNOWN)
    if isinstance(error, RateLimited) or (unknown and not lease.context.sent):
        work.record(lambda row, now: machine.not_sent(row, error, now))
    elif unknown:
        work.record(lambda row, now: machine.unknown(row, error, now))
    else:
        work.record(lambda row, now: machine.refused(row, error, now))


def _look(work: Work, lease: Lease, actor: Actor) -> None:
    try:
        outlook = actor.look(order_of(work.row, work.params))
        seen = _whole(work, outlook, lease)
    except ProviderError as error:
        failure = lease.context.late(error) or error
        work.record(lambda row, now: machine.look_failed(row, failure, now))
        work.told = True
        raise
    ids = _known(work, outlook, seen)
    if outlook.seen is Seen.DONE:
        work.took()
    work.record(partial(_looked, outlook, ids, work.expected_s), durable=False)


def _looked(
    outlook: Outlook, ids: dict[ResourceRef, str], expected_s: float | None, row: Operation, now: datetime
) -> Note | None:
    found = machine.looked(row, outlook, now, expected_s)
    made = unpacked(row.made)
    row.made_id = ids.get(made, row.made_id) if made is not None else None
    return found


def _whole(work: Work, outlook: Outlook, lease: Lease) -> dict[ResourceRef, Resource | None]:
    """When it is over: the target and what was made, as they are now."""
    row = work.row
    last = row.step + 1 >= len(row.steps)
    seen: dict[ResourceRef, Resource | None] = {}
    asked = [ref for ref in (unpacked(row.target), outlook.made or unpacked(row.made)) if ref is not None]
    if outlook.resource is not None:
        same = [ref for ref in asked if ref[:3] == outlook.resource.ref[:3]]
        seen |= dict.fromkeys(same, outlook.resource)
        asked = [ref for ref in asked if ref not in same]
    if last and outlook.seen is Seen.DONE and asked and ACTIONS[row.action].effect is not Effect.SHOWS:
        seen |= reader(lease.provider).observe(asked)
    return seen


def _known(work: Work, outlook: Outlook, seen: dict[ResourceRef, Resource | None]) -> dict[ResourceRef, str]:
    """What was seen goes into the inventory; a trouble there is none of the operation's."""
    row, kind = work.row, ACTIONS[work.row.action].kind
    ended = outlook.seen in (Seen.DONE, Seen.FAILED)
    if not seen and not ended:
        return {}
    try:
        return taking.take(work.tools, row.account_id, seen, frozenset(_ALONG.get(kind, ())) if ended else frozenset())
    except (ProviderError, McmError) as error:
        log.warning("operation %s: what was seen could not be stored: %s", row.id, error.message)
        return {}


def _read_soon(work: Work) -> None:
    """What ended badly, or in doubt, may have changed something all the same: steps before it, or itself."""
    row, kind = work.row, ACTIONS[work.row.action].kind
    if row.status not in ("failed", "in_doubt") or row.sent_at is None:
        return
    try:
        taking.boost(work.tools, row.account_id, {row.region}, {kind} | _ALONG.get(kind, set()))
    except McmError as error:
        log.warning("operation %s: its resource is read when it is due: %s", row.id, error.message)


def _elsewhere(work: Work, error: ProviderError | McmError) -> None:
    """Before a request was prepared: signing in failed, an admission hook refused, or the adapter is at fault."""
    row = work.row
    if row.steps and row.steps[row.step]["status"] != "new":
        work.record(lambda row, now: machine.look_failed(row, error, now))
        return
    if isinstance(error, (*_UNKNOWN, RateLimited)):
        work.record(lambda row, now: machine.wait(row, error, now))
    else:
        work.record(lambda row, now: machine.fail(row, error, now))
