"""Tells who stands behind a request from what it presents: nothing in local mode, a session cookie, or a token."""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from mcm.auth.service import Caller, local_caller
from mcm.db.session import Database
from mcm.errors import NotAuthenticated
from mcm.settings import Settings


@dataclass(frozen=True)
class Presented:
    """What a request says of who sends it. source: an address, or "cli"."""

    source: str
    request_id: str
    method: str
    headers: Mapping[str, str]
    cookies: Mapping[str, str]


class Door:
    """`owner_token`: whoever can read it from the run file owns the data directory, and with it everything."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings, self._database = settings, database
        self.owner_token = f"mcmo_{secrets.token_urlsafe(32)}"
        # The command line in this process: it has the database and the key in its hands already.
        self.in_process = False

    def identify(self, presented: Presented) -> Caller:
        """Raises NotAuthenticated."""
        if self.in_process or self._owns(presented):
            return local_caller(presented.source, presented.request_id)
        if not self.login_required():
            return local_caller(presented.source, presented.request_id)
        raise NotAuthenticated("sign in first", next_step="`mcm login`, or send an API token")

    def login_required(self) -> bool:
        return not self._settings.loopback_allowed

    def _owns(self, presented: Presented) -> bool:
        scheme, _, token = presented.headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and hmac.compare_digest(token.strip().encode(), self.owner_token.encode())
