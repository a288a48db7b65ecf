"""Drops what is past its time: sessions, pauses, waiting command lines, links, tokens that ended long ago."""

from sqlalchemy import delete
from sqlalchemy.orm import Session

from mcm.auth import sessions
from mcm.identity import api_tokens, throttle
from mcm.kit import clock
from mcm.models import DeviceRequest, SetupLink


def prune(session: Session) -> None:
    now = clock.now()
    sessions.prune(session)
    throttle.prune(session)
    api_tokens.prune(session)
    session.execute(delete(DeviceRequest).where(DeviceRequest.expires_at <= now))
    session.execute(delete(SetupLink).where(SetupLink.expires_at <= now))
