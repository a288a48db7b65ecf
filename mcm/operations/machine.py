"""The state machine of an operation: what an answer, an error or a look does to its row. No clouds, no transactions.

queued → sent → observed → succeeded | failed | in_doubt | cancelled. A step is new, then sending (written before the
request leaves), then sent (the cloud has answered), then done; what died in `sending` is looked for, never guessed.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from mcm.contract import AuthenticationFailed, ProviderError, RateLimited
from mcm.contract.actions import ACTIONS, Outlook, Receipt, Repeat, Seen, Step
from mcm.errors import McmError
from mcm.models import Operation
from mcm.operations.errors import CloudFailed
from mcm.operations.orders import packed

# The first looks are for what is over at once; later ones spare the cloud.
_FIRST_LOOK_S, _LONGEST_LOOK_S, _GROWTH = 0.25, 10.0, 1.15
# Where it is known how long such a step takes: after half of what is left, and at its end a twentieth of it apart. What
# ends early is not seen later than this.
_AHEAD_S = 2.0
_NEAR, _LEAST_LOOK_S = 0.05, 0.1
# Clouds lock a user after a few refused sign-ins within minutes.
_SIGN_IN_S = 60.0
# What carries a token may take this long to show up in a listing before its absence is believed.
SETTLE = timedelta(seconds=5)
MAX_SENDS = 5
# How long nothing could be sent before the operation gives up.
START_WITHIN = timedelta(minutes=15)
DOUBT_LOOK = timedelta(seconds=60)
DOUBT_FOR = timedelta(days=1)


class _Refusal(NamedTuple):
    """What a cloud said when it was asked again."""

    code: str
    message: str
    next_step: str


class Log(StrEnum):
    """What the log of an operation tells; `values` fill the sentences that API, CLI and console have for them."""

    QUEUED = "queued"
    WAITS = "waits"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    FOUND = "found"
    AGAIN = "again"
    STEP_DONE = "step_done"
    ALREADY = "already"
    REFUSED = "refused"
    UNDOING = "undoing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"
    CANCEL = "cancel"
    CANCELLED = "cancelled"
    RETRIED = "retried"
    RESOLVED = "resolved"


Note = tuple[Log, dict[str, Any]]
_UNTOLD = "it cannot be told whether the cloud got the request"


def begin(row: Operation, steps: list[Step]) -> None:
    """Stored with the first request that is sent."""
    row.steps = [
        {"name": step.name, "repeat": step.repeat.value, "undo": step.undo, "status": "new", "attempts": 0}
        for step in steps
    ]


def sending(row: Operation, now: datetime) -> Note:
    """Right before the request leaves; committed first."""
    step = _step(row)
    step |= {"status": "sending", "attempts": step["attempts"] + 1, "sent_at": now.isoformat()}
    for told in ("absent_since", "found", "refused"):
        step.pop(told, None)
    _store(row, step)
    if row.status == "queued":
        row.status, row.sent_at = "sent", now
        row.deadline = now + timedelta(seconds=ACTIONS[row.action].timeout_s)
    return Log.SENDING, {"step": step["name"], "attempt": step["attempts"]}


def answered(row: Operation, receipt: Receipt, now: datetime) -> Note:
    """The cloud took the request."""
    step = _step(row) | {"status": "sent"}
    _store(row, step)
    row.facts = {**row.facts, **receipt.facts}
    if receipt.made is not None:
        row.made = packed(receipt.made)
    if receipt.request_id:
        row.provider_request_id = receipt.request_id
    # Some clouds are done by the time they answer.
    row.next_at = now
    return Log.SENT, {"step": step["name"], "request_id": receipt.request_id}


def not_sent(row: Operation, error: ProviderError | McmError, now: datetime) -> Note:
    """Surely without effect: the request did not leave, or the cloud asked to come again later."""
    step = _step(row)
    _store(row, step | {"status": "new", "attempts": step["attempts"] - 1})
    if row.step == 0 and step["attempts"] <= 1:
        row.status, row.sent_at = "queued", None
    return wait(row, error, now)


def wait(row: Operation, error: ProviderError | McmError, now: datetime) -> Note:
    """Tries again later, each time after a longer pause, until what was asked for is too old to begin."""
    if row.sent_at is None and now > row.created_at + START_WITHIN:
        return fail(row, error, now)
    if row.sent_at is not None and now > row.deadline:
        return _end_badly(row, error, now)
    row.waits += 1
    pause = min(2.0**row.waits, 60.0)
    if isinstance(error, RateLimited) and error.retry_after:
        pause = max(pause, error.retry_after)
    row.next_at = now + timedelta(seconds=pause)
    return Log.WAITS, {"code": error.code, "message": error.message, "again_in_s": round(pause)}


def refused(row: Operation, error: ProviderError | McmError, now: datetime) -> Note:
    """The cloud said no: this request had no effect. An earlier one whose answer was lost may have had it, and be the
    reason: whoever sent more than one looks first."""
    if error_request := getattr(error, "request_id", ""):
        row.provider_request_id = error_request
    step = _step(row)
    if step["attempts"] < 2:
        return _end_badly(row, error, now)
    said = {"code": error.code, "message": error.message, "next_step": getattr(error, "next_step", "")}
    _store(row, step | {"refused": said})
    row.next_at = now
    return Log.REFUSED, {"code": error.code, "message": error.message}


def unknown(row: Operation, error: ProviderError, now: datetime) -> Note:
    """It may have had an effect: look before anything else."""
    row.next_at = now + timedelta(seconds=_FIRST_LOOK_S)
    return Log.UNKNOWN, {"code": error.code, "message": error.message}


def looked(row: Operation, outlook: Outlook, now: datetime, expected_s: float | None = None) -> Note | None:
    """What a look told about the current step. None: nothing new. expected_s: from sending to done, where known."""
    step = _step(row)
    row.facts = {**row.facts, **outlook.facts}
    if outlook.made is not None:
        row.made = packed(outlook.made)
    if outlook.percent is not None:
        row.percent = max(0, min(outlook.percent, 100))
    match outlook.seen:
        case Seen.DONE:
            return step_done(row, now)
        case Seen.FAILED:
            return _end_badly(row, CloudFailed(outlook.message or "the cloud says that it failed"), now)
        case Seen.UNDERWAY:
            return _under_way(row, step, now, expected_s)
    return _not_there(row, step, outlook.seen, now)


def step_done(row: Operation, now: datetime) -> Note:
    step = _step(row) | {"status": "done"}
    _store(row, step)
    _observed(row, now)
    row.step += 1
    if row.step < len(row.steps):
        row.next_at = now
        return Log.STEP_DONE, {"step": step["name"]}
    if step.get("undoing"):
        return _end(row, "failed", now), {"code": row.error_code, "message": row.error_message}
    row.percent = 100
    return _end(row, "succeeded", now), {}


def already(row: Operation, now: datetime) -> Note:
    """It is so already; nothing is sent."""
    row.percent = 100
    _end(row, "succeeded", now)
    return Log.ALREADY, {}


def look_failed(row: Operation, error: ProviderError | McmError, now: datetime) -> Note | None:
    """The cloud could not be asked. Time decides when that becomes a doubt."""
    if now > row.deadline:
        return doubt(row, f"the cloud cannot be asked what became of it: {error.message}", now)
    least = 2.0
    if isinstance(error, RateLimited):
        least = max(least, error.retry_after or 0.0)
    elif isinstance(error, AuthenticationFailed):
        least = _SIGN_IN_S
    _look_soon(row, now, _step(row), least=least)
    return None


def doubt(row: Operation, why: str, now: datetime) -> Note | None:
    """Nobody knows, so nothing is repeated; looked at now and then in case the cloud tells after all."""
    first = row.status != "in_doubt"
    row.status, row.holds = "in_doubt", None
    row.error_code, row.error_message = "in_doubt", why
    row.next_step = (
        f"look at the resource in the cloud's own console, then `mcm operation retry {row.id}`, or "
        f"`mcm operation resolve {row.id} --as succeeded|failed`"
    )
    row.next_at = now + DOUBT_LOOK if now < row.deadline + DOUBT_FOR else None
    _free(row)
    return (Log.IN_DOUBT, {"message": why}) if first else None


def cancel(row: Operation, now: datetime) -> Note:
    return _end(row, "cancelled", now), {}


def fail(row: Operation, error: ProviderError | McmError, now: datetime) -> Note:
    """Ends it at once, whatever its step: nothing was sent by it."""
    _tell(row, error)
    return _end(row, "failed", now), {"code": error.code, "message": error.message}


def _under_way(row: Operation, step: dict[str, Any], now: datetime, expected_s: float | None) -> Note | None:
    found = step["status"] == "sending"
    if found:
        step = step | {"status": "sent", "found": True}
    step.pop("absent_since", None)
    _store(row, step)
    _observed(row, now)
    if now > row.deadline:
        return doubt(row, "the cloud took it and has not finished in time", now)
    _look_soon(row, now, step, expected_s=expected_s)
    return (Log.FOUND, {"step": step["name"]}) if found else None


def _not_there(row: Operation, step: dict[str, Any], seen: Seen, now: datetime) -> Note | None:
    """Nothing of it to be seen. What the cloud answered for is waited for; what it may never have got is judged by
    how it may be repeated."""
    if said := step.get("refused"):
        return _end_badly(row, _Refusal(**said), now)
    if now > row.deadline or row.status == "in_doubt":
        answered = step["status"] == "sent" and not step.get("found")
        why = "the cloud took the request, and what it asked for is not to be seen" if answered else _UNTOLD
        return doubt(row, why, now)
    _look_soon(row, now, step)
    repeat = Repeat(step["repeat"])
    # Seen on its way, without an answer, and now nobody can tell how it ended: waiting tells no more.
    lost = step.get("found") and seen is Seen.UNCLEAR and repeat in (Repeat.NEVER, Repeat.LOOK)
    if step["status"] == "sent" and not lost:
        return None
    since = datetime.fromisoformat(step.setdefault("absent_since", now.isoformat()))
    _store(row, step)
    settled = now - since >= SETTLE
    if repeat is Repeat.NEVER or (repeat is Repeat.LOOK and seen is Seen.UNCLEAR):
        if settled:
            return doubt(row, f"{_UNTOLD}, and it is not sent twice", now)
        return None
    if repeat is Repeat.LOOK and not settled:
        return None
    if step["attempts"] >= MAX_SENDS:
        return doubt(row, f"the request was sent {step['attempts']} times and nothing of it is to be seen", now)
    _store(row, step | {"status": "new"})
    row.next_at = now
    return Log.AGAIN, {"step": step["name"]}


def _end_badly(row: Operation, error: ProviderError | McmError | _Refusal, now: datetime) -> Note:
    """Takes back what earlier steps did, where that can be; the first error is what is told."""
    if row.error_code is None or row.status == "in_doubt":
        _tell(row, error)
    undone = [] if _step(row).get("undoing") else _undoing(row)
    if undone:
        row.steps = [*row.steps[: row.step], *undone]
        row.next_at = now
        return Log.UNDOING, {"code": error.code, "message": error.message}
    return _end(row, "failed", now), {"code": error.code, "message": error.message}


def _undoing(row: Operation) -> list[dict[str, Any]]:
    done = [step for step in row.steps[: row.step] if step["status"] == "done" and step.get("undo")]
    return [
        {"name": step["undo"], "repeat": Repeat.HARMLESS.value, "undo": "", "status": "new", "attempts": 0}
        | {"undoing": True}
        for step in reversed(done)
    ]


def _tell(row: Operation, error: ProviderError | McmError | _Refusal) -> None:
    row.error_code, row.error_message = error.code, error.message
    row.next_step = getattr(error, "next_step", "") or None


def _end(row: Operation, status: str, now: datetime) -> Log:
    row.status, row.finished_at, row.next_at, row.holds = status, now, None, None
    if status == "succeeded":
        row.error_code = row.error_message = row.next_step = None
    _free(row)
    return Log(status)


def _free(row: Operation) -> None:
    row.lease_owner = row.lease_until = None


def _observed(row: Operation, now: datetime) -> None:
    if row.status in ("sent", "in_doubt"):
        row.status, row.observed_at = "observed", row.observed_at or now


def waited_s(step: dict[str, Any], now: datetime) -> float:
    """Since it was sent."""
    sent = step.get("sent_at")
    return (now - datetime.fromisoformat(sent)).total_seconds() if sent else 0.0


def _look_soon(
    row: Operation, now: datetime, step: dict[str, Any], *, least: float = 0.0, expected_s: float | None = None
) -> None:
    if row.status == "in_doubt":
        row.next_at = now + DOUBT_LOOK
        return
    waited = waited_s(step, now)
    # Every 0.25 s at first, after half a minute every few seconds.
    wait = _FIRST_LOOK_S if waited < 15 else min(_FIRST_LOOK_S * _GROWTH ** (waited - 15), _LONGEST_LOOK_S)
    # What takes much longer than ever has no known end any more.
    if expected_s is not None and waited < 2 * expected_s:
        wait = min(wait, max(expected_s * _NEAR, _LEAST_LOOK_S))
        wait = max(wait, min((expected_s - waited) / 2, _AHEAD_S))
    row.next_at = now + timedelta(seconds=max(wait, least))


def _step(row: Operation) -> dict[str, Any]:
    return dict(row.steps[row.step])


def _store(row: Operation, step: dict[str, Any]) -> None:
    # A new list: the ORM compares, it does not watch.
    row.steps = [*row.steps[: row.step], step, *row.steps[row.step + 1 :]]
