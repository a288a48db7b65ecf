"""A command line signs in through a browser: it shows a short code, somebody signed in says yes, it gets a token.

After https://www.rfc-editor.org/rfc/rfc8628; both codes are stored as hashes. Never commits.
"""

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth import tokens
from mcm.auth.service import Caller
from mcm.identity import api_tokens, repository, throttle
from mcm.identity.errors import (
    DeviceDenied,
    DeviceExpired,
    DeviceNotFound,
    DevicePending,
    DeviceSlowDown,
    TooManyAttempts,
)
from mcm.identity.schemas import DeviceAnswer, DeviceItem, DeviceStart, DeviceToken
from mcm.identity.service import Visit, as_caller
from mcm.kit import clock
from mcm.kit.ids import new_id
from mcm.models import DeviceRequest

if TYPE_CHECKING:
    from mcm.edge.dependencies import Unit

VALID = timedelta(minutes=10)
INTERVAL_S = 5
# No vowels, so no words; no letters that look like others.
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
_WAITING_AT_ONCE = 20


def start(session: Session, visit: Visit, wanted: DeviceStart, page: str) -> DeviceAnswer:
    """page: where the short code is typed."""
    now = clock.now()
    session.execute(delete(DeviceRequest).where(DeviceRequest.expires_at <= now))
    waiting = select(func.count()).select_from(DeviceRequest).where(DeviceRequest.source == visit.source)
    if (session.scalar(waiting) or 0) >= _WAITING_AT_ONCE:
        raise TooManyAttempts(
            "too many sign-ins from this address wait for an answer",
            next_step="wait ten minutes",
            message_zh="来自此地址的登录请求过多，均在等待应答",
            next_step_zh="请等待十分钟",
            details={"retry_after_s": int(VALID.total_seconds())},
        )
    device_code = tokens.new_secret()
    letters = "".join(secrets.choice(_LETTERS) for _ in range(8))
    session.add(
        DeviceRequest(
            id=new_id("dev"), device_hash=tokens.digest(device_code), user_code_hash=tokens.digest(letters),
            status="pending", source=visit.source, client=_plain(wanted.client), hours=wanted.hours,
            interval_s=INTERVAL_S, created_at=now, expires_at=now + VALID,
        )
    )  # fmt: skip
    user_code = f"{letters[:4]}-{letters[4:]}"
    return DeviceAnswer(
        device_code=device_code,
        user_code=user_code,
        verification_uri=page,
        verification_uri_complete=f"{page}?code={user_code}",
        expires_in=int(VALID.total_seconds()),
        interval=INTERVAL_S,
    )


def waiting(session: Session, user_code: str) -> DeviceRequest:
    """The request behind a short code. Raises DeviceNotFound."""
    row = session.scalars(
        select(DeviceRequest).where(
            DeviceRequest.user_code_hash == tokens.digest(_bare(user_code)),
            DeviceRequest.status == "pending",
            DeviceRequest.expires_at > clock.now(),
        )
    ).first()
    if row is None:
        raise DeviceNotFound(
            "no command line waits with this code: it was mistyped, answered already, or is older than ten minutes",
            next_step="compare it with what the command line shows, or start `mcm login` again",
        )
    return row


def asked(unit: "Unit", caller: Caller, user_code: str) -> DeviceItem:
    """What waits behind a short code. Raises DeviceNotFound, and TooManyAttempts for whoever guesses codes."""
    with unit.reading() as session:
        throttle.require_free(session, (throttle.USER_CODES, caller.principal_id))
        try:
            return item(waiting(session, user_code))
        except DeviceNotFound as error:
            wrong = error
    with unit.writing(durable=False) as session:
        throttle.attempt(session, (throttle.USER_CODES, caller.principal_id))
    raise wrong


def decide(session: Session, caller: Caller, user_code: str, approve: bool) -> DeviceItem:
    """The token is made when the command line asks next, so that it is stored nowhere in between."""
    row = waiting(session, user_code)
    decided = session.execute(
        update(DeviceRequest)
        .where(DeviceRequest.id == row.id, DeviceRequest.status == "pending")
        .values(status="approved" if approve else "denied", principal_id=caller.principal_id)
        .returning(DeviceRequest.id)
    ).first()
    if decided is None:
        raise DeviceNotFound("it was answered just now", next_step="start `mcm login` again")
    said = {"client": row.client, "from": row.source, "hours": row.hours}
    audit.record(session, caller, "device.approve" if approve else "device.deny", "device", row.id, details=said)
    return item(row)


def poll(session: Session, visit: Visit, device_code: str) -> DeviceToken | DevicePending | DeviceSlowDown:
    """The token once, when it was approved; what says "not yet" is returned, as the time of asking must be kept.

    Raises DeviceDenied and DeviceExpired."""
    now = clock.now()
    row = session.scalars(
        select(DeviceRequest).where(DeviceRequest.device_hash == tokens.digest(device_code)).with_for_update()
    ).first()
    if row is None or row.expires_at <= now:
        raise DeviceExpired("nobody has answered in time, or the code was used", next_step="start `mcm login` again")
    too_soon = row.polled_at is not None and now - row.polled_at < timedelta(seconds=row.interval_s - 1)
    row.polled_at = now
    if too_soon:
        row.interval_s += INTERVAL_S
        return DeviceSlowDown("this was asked too soon", details={"interval_s": row.interval_s})
    if row.status == "pending":
        return DevicePending("nobody has answered yet", next_step="ask again after the interval")
    if row.status == "denied":
        raise DeviceDenied("somebody signed in said no", next_step="ask them, or start `mcm login` again")
    found = repository.by_id(session, row.principal_id or "")
    if found is None or found[0].disabled_at is not None:
        raise DeviceDenied("who approved it may not come in any more", next_step="ask an administrator")
    owner = as_caller(found[0], visit)
    token = api_tokens.issue(session, owner, f"mcm login on {row.client}", None, now + timedelta(hours=row.hours))
    session.delete(row)
    return DeviceToken(token=token.token or "", user=found[0].name, expires_at=token.expires_at)


def item(row: DeviceRequest) -> DeviceItem:
    return DeviceItem(
        client=row.client, source=row.source, created_at=row.created_at, expires_at=row.expires_at, hours=row.hours
    )


def _bare(user_code: str) -> str:
    return "".join(letter for letter in user_code.upper() if letter.isalpha())[:40]


def _plain(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable())
