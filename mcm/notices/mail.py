"""Sends one notice by mail: plain text, over TLS but to this machine, to one address, within 30 seconds."""

import smtplib
import ssl
import time
from contextlib import closing, suppress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from mcm.kit import clock
from mcm.notices import smtp
from mcm.notices.webhook import Outcome
from mcm.settings import Settings

DEADLINE_S = 30.0
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def send(settings: Settings, address: str, language: str, ident: str, body: dict[str, Any]) -> Outcome:
    """Raises nothing that the mail server could bring about; its own words, which may hold what was sent to it, are
    used nowhere."""
    if not settings.smtp_url or not settings.mail_from:
        return Outcome(False, problem="no mail can be sent: MCM_SMTP_URL or MCM_MAIL_FROM is not set")
    try:
        made = message(settings.mail_from, address, language, ident, body)
        parts = urlsplit(settings.smtp_url)
        host, port = parts.hostname or "", parts.port
        user, known = unquote(parts.username or ""), parts.password is None
    except ValueError:
        return Outcome(False, problem="MCM_SMTP_URL, MCM_MAIL_FROM or the address cannot be used")
    if not known:
        return Outcome(False, problem="MCM_SMTP_URL holds a password: put it into the file MCM_SMTP_PASSWORD_FILE")
    try:
        password = _password(settings) if user else ""
    except (OSError, ValueError):
        return Outcome(False, problem="the file that MCM_SMTP_PASSWORD_FILE names cannot be read")
    try:
        with closing(_opened(parts.scheme, host, port)) as server:
            if not server.private and host not in _LOOPBACK:
                return Outcome(False, problem="the mail server offers no STARTTLS, and nothing is sent in the clear")
            if user:
                server.login(user, password)
            server.send_message(made, to_addrs=[address])
            with suppress(smtplib.SMTPException, OSError):
                # It has the mail, whatever becomes of saying goodbye.
                server.quit()
            return Outcome(True, 250)
    except smtplib.SMTPResponseException as error:
        return Outcome(False, error.smtp_code, f"the mail server answers {error.smtp_code}")
    except smtplib.SMTPRecipientsRefused as error:
        code = next((found[0] for found in error.recipients.values()), 550)
        return Outcome(False, code, f"the mail server refuses the address ({code})")
    except ssl.SSLCertVerificationError as error:
        return Outcome(False, problem=f"the mail server's certificate is not trusted: {error.verify_message}")
    except (smtplib.SMTPException, OSError, ValueError) as error:
        return Outcome(False, problem=f"the mail server cannot be used ({type(error).__name__})")


def message(sender: str, address: str, language: str, ident: str, body: dict[str, Any]) -> EmailMessage:
    """Raises ValueError for an address that would add headers."""
    data = body["data"]
    parts = {"en": (data["title"], data["next_step"]), "zh": (data["title_zh"], data["next_step_zh"])}
    chosen = [parts[language]] if language in parts else [parts["en"], parts["zh"]]
    made = EmailMessage(policy=SMTP)
    made["From"], made["To"] = sender, address
    # Python reads encoded words in what it is given, line breaks in them included.
    made["Subject"] = f"[mcm] {chosen[0][0].replace('=?', '= ?')}"
    made["Date"] = format_datetime(clock.now())
    domain = sender.rpartition("@")[2].strip(" >") or "mcm.invalid"
    made["Message-ID"] = f"<{ident}@{domain}>"
    made["Auto-Submitted"] = "auto-generated"
    lines = [f"{title}\n{step}\n" for title, step in chosen]
    subject = data["subject"]
    lines.append(f"-- \n{body['type']} | {subject['kind']} {subject['id']} | {body['timestamp']} | {ident}\n")
    made.set_content("\n".join(lines), charset="utf-8", cte="base64")
    return made


def _opened(scheme: str, host: str, port: int | None) -> smtp.Client | smtp.TlsClient:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    until = time.monotonic() + DEADLINE_S
    if scheme == "smtps":
        return smtp.TlsClient(host, port or 465, until, context)
    return smtp.Client(host, port or 587, until, context)


def _password(settings: Settings) -> str:
    """Read anew each time: whoever changes it does not restart mcm. Raises OSError, and ValueError for no text."""
    if settings.smtp_password_file is None:
        return ""
    return settings.smtp_password_file.expanduser().read_text(encoding="utf-8").rstrip("\r\n")
