"""A mail server (aiosmtpd) on a real socket, which keeps what it is given and who signed in."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from tests.harness.ports import free_port

USER, PASSWORD = "mcm", "kanari7 of the mail server"


@dataclass
class Mailbox:
    """replies: what is answered to RCPT and DATA in place of taking it."""

    port: int
    recipients: str = ""
    data: str = ""
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)
    mails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_RCPT(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if not self.recipients:
            envelope.rcpt_tos.append(address)
        return self.recipients or "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if not self.data:
            made: Any = message_from_bytes(envelope.content, policy=POLICY)
            self.mails.append(made)
            self.envelopes.append((envelope.mail_from, envelope.rcpt_tos))
        return self.data or "250 taken"

    def authenticator(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
        assert isinstance(given, LoginPassword)
        self.logins.append((given.login, given.password))
        right = given == LoginPassword(USER.encode(), PASSWORD.encode())
        return AuthResult(success=right, handled=False)


@contextmanager
def serving(
    *, starttls: ssl.SSLContext | None = None, tls: ssl.SSLContext | None = None, login: bool = False
) -> Iterator[Mailbox]:
    box = Mailbox(free_port())
    server = Controller(
        box, "127.0.0.1", box.port, ssl_context=tls, tls_context=starttls, require_starttls=starttls is not None,
        authenticator=box.authenticator, auth_required=login, auth_require_tls=False, ready_timeout=60,
    )  # fmt: skip
    server.start()
    try:
        yield box
    finally:
        server.stop()
