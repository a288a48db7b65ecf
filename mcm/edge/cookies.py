"""The session's cookie: host-only, unreadable for scripts, and over TLS under a name no other host can plant."""

from starlette.responses import Response

from mcm.auth.sessions import Opened
from mcm.kit import clock
from mcm.settings import Settings

_NAME = "mcm_session"


def cookie_name(settings: Settings) -> str:
    """Over plain HTTP, which is loopback only, browsers refuse the `__Host-` prefix."""
    return f"__Host-{_NAME}" if settings.over_tls else _NAME


def write_session(response: Response, settings: Settings, opened: Opened) -> None:
    """Call it on the answer of whatever opened or rotated a session."""
    response.set_cookie(
        cookie_name(settings),
        opened.cookie,
        max_age=max(int((opened.expires_at - clock.now()).total_seconds()), 0),
        path="/",
        secure=settings.over_tls,
        httponly=True,
        samesite="lax",
    )


def drop_session(response: Response, settings: Settings) -> None:
    response.delete_cookie(cookie_name(settings), path="/", secure=settings.over_tls, httponly=True, samesite="lax")
