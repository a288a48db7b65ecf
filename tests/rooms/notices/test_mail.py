"""Notices by mail, through a real mail server and through some that do not behave."""

import socket
import ssl
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from mcm.notices import mail, texts
from mcm.notices.schemas import NoticeKind
from mcm.notices.webhook import Outcome
from mcm.settings import Settings
from tests.harness.proxy.certificates import Certificates, Identity
from tests.rooms.notices import mailbox
from tests.rooms.notices.mailbox import PASSWORD, USER
from tests.rooms.notices.receiver import talking

ADDRESS = "ops@corp.example"


@pytest.fixture
def password(tmp_path: Path) -> Path:
    file = tmp_path / "password"
    file.write_text(PASSWORD + "\n")
    return file


def _body(name: str = "web-1", kind: NoticeKind = NoticeKind.OPERATION_FAILED) -> dict[str, Any]:
    facts = {"id": "op_1", "action": "instance.stop", "account": "lab", "name": name, "error_code": "denied"}
    return texts.body(kind, "2026-11-21T09:20:00Z", facts, "operation", 7)


def _send(url: str, body: dict[str, Any] | None = None, language: str = "both", **more: Any) -> Outcome:
    settings = Settings(**{"smtp_url": url, "mail_from": "mcm@corp.example"} | more)
    return mail.send(settings, ADDRESS, language, "ntd_1", body or _body())


@pytest.mark.parametrize("language", ["both", "en", "zh"])
def test_it_is_a_plain_mail_in_the_language_asked_for(language: str) -> None:
    with mailbox.serving() as box:
        assert _send(box.url, language=language) == Outcome(True, 250)
    (made,) = box.mails
    assert box.envelopes == [("mcm@corp.example", [ADDRESS])]
    assert (made["From"], made["To"], made["Message-ID"]) == ("mcm@corp.example", ADDRESS, "<ntd_1@corp.example>")
    assert (made["Auto-Submitted"], made.get_content_type()) == ("auto-generated", "text/plain")
    subject = (
        "[mcm] 账号 lab 中“web-1”的操作" if language == "zh" else "[mcm] instance.stop of 'web-1' in account lab failed"
    )
    assert str(made["Subject"]).startswith(subject)
    text = made.get_content()
    assert ("says why" in text, "查看原因" in text) == (language != "zh", language != "en")
    assert "operation.failed | operation op_1 | 2026-11-21T09:20:00Z | ntd_1" in text


HOSTILE = [
    "a\r\nBcc: all@corp.example", "a\nSubject: b", "\r\n.\r\nMAIL FROM:<x@y>", "a\u2028b\u202e", "\x00", "x" * 5000,
    "=?utf-8?q?=0D=0ABcc:?=", "=?utf-8?b?DQpCY2M6IGE=?=", "=\n?utf-8?q?=0D=0ABcc:?=", "==??utf-8?q?=0D=0ABcc:?=",
    "{id}{__class__}",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_names_from_clouds_add_no_header_and_end_nothing(name: str) -> None:
    with mailbox.serving() as box:
        assert _send(box.url, _body(name)).ok
    (made,) = box.mails
    assert set(made.keys()) <= {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Type", "Content-Transfer-Encoding",
        "MIME-Version", "X-Peer", "X-MailFrom", "X-RcptTo",
    }  # fmt: skip
    assert box.envelopes == [("mcm@corp.example", [ADDRESS])]
    assert "\u202e" not in made.get_content()


@pytest.mark.parametrize("sender", ["a@b\nBcc: x@y", "a\r\n\r\nhello"])
def test_an_address_that_would_add_headers_is_not_used(sender: str) -> None:
    with mailbox.serving() as box:
        assert "cannot be used" in _send(box.url, mail_from=sender).problem
    assert box.mails == []


def test_every_kind_has_its_sentences_in_both_languages() -> None:
    for kind in NoticeKind:
        told = _body(kind=kind)["data"]
        assert told["title"].isascii()
        assert told["next_step"].isascii()
        assert not told["title_zh"].isascii()
        assert not told["next_step_zh"].isascii()
        sentences = [told[name] for name in ("title", "next_step", "title_zh", "next_step_zh")]
        assert not any("{" in sentence for sentence in sentences)


def test_the_password_goes_over_tls_only(certificates: Certificates, password: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.ca_file))
    with mailbox.serving(starttls=certificates.context(Identity.TRUSTED), login=True) as box:
        outcome = _send(f"smtp://{USER}@127.0.0.1:{box.port}", smtp_password_file=password)
        assert outcome == Outcome(True, 250)
    assert box.logins == [(USER.encode(), PASSWORD.encode())]
    with mailbox.serving(tls=certificates.context(Identity.TRUSTED), login=True) as box:
        assert _send(f"smtps://{USER}@127.0.0.1:{box.port}", smtp_password_file=password).ok
    assert box.logins == [(USER.encode(), PASSWORD.encode())]


@pytest.mark.parametrize("identity", [each for each in Identity if each is not Identity.TRUSTED])
@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_wrong_certificate_gets_neither_password_nor_mail(
    certificates: Certificates, identity: Identity, scheme: str, password: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.ca_file))
    context = certificates.context(identity)
    given: dict[str, ssl.SSLContext] = {"starttls" if scheme == "smtp" else "tls": context}
    with mailbox.serving(**given) as box:  # type: ignore[arg-type]
        outcome = _send(f"{scheme}://{USER}@127.0.0.1:{box.port}", smtp_password_file=password)
    assert outcome.problem.startswith("the mail server's certificate is not trusted: ")
    assert (box.mails, box.logins) == ([], [])


def test_nothing_goes_in_the_clear_but_to_this_machine(password: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.getaddrinfo

    def resolve(host: str, *args: Any, **options: Any) -> Sequence[Any]:
        return real("127.0.0.1" if host == "mail.example" else host, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with mailbox.serving() as box:
        outcome = _send(f"smtp://{USER}@mail.example:{box.port}", smtp_password_file=password)
    assert outcome.problem == "the mail server offers no STARTTLS, and nothing is sent in the clear"
    assert (box.mails, box.logins) == ([], [])


@pytest.mark.parametrize(
    ("replies", "answer"),
    [({"recipients": "550 kanari7 unknown"}, 550), ({"recipients": "450 later"}, 450),
     ({"data": "554 kanari7 no"}, 554), ({"data": "451 later"}, 451)],
)  # fmt: skip
def test_what_it_refuses_is_told_by_its_code_only(replies: dict[str, str], answer: int) -> None:
    with mailbox.serving() as box:
        for name, reply in replies.items():
            setattr(box, name, reply)
        outcome = _send(box.url)
    assert (outcome.ok, outcome.answer, outcome.gone) == (False, answer, False)
    assert str(answer) in outcome.problem
    assert "kanari7" not in outcome.problem


def test_a_wrong_password_is_told_and_not_shown(tmp_path: Path) -> None:
    file = tmp_path / "wrong"
    file.write_text("kanari7 wrong")
    with mailbox.serving(login=True) as box:
        outcome = _send(f"smtp://{USER}@127.0.0.1:{box.port}", smtp_password_file=file)
        assert (outcome.ok, outcome.answer) == (False, 535)
        missing = _send(f"smtp://{USER}@127.0.0.1:{box.port}", smtp_password_file=tmp_path / "nowhere")
    assert missing.problem == "the file that MCM_SMTP_PASSWORD_FILE names cannot be read"
    assert box.mails == []


@pytest.mark.parametrize(
    ("more", "said"),
    [({"smtp_url": ""}, "MCM_SMTP_URL"), ({"mail_from": ""}, "MCM_MAIL_FROM"),
     ({"smtp_url": "smtp://mcm:kanari7@127.0.0.1:1"}, "MCM_SMTP_PASSWORD_FILE"),
     ({"smtp_url": "smtp://127.0.0.1:99999"}, "cannot be used"),
     ({"smtp_url": "smtp://127.0.0.1:1"}, "cannot be used")],
)  # fmt: skip
def test_what_is_missing_or_wrong_is_named(more: dict[str, Any], said: str) -> None:
    outcome = _send(more.pop("smtp_url", "smtp://127.0.0.1:1"), **more)
    assert not outcome.ok
    assert said in outcome.problem
    assert "kanari7" not in outcome.problem


def _endless(connected: socket.socket) -> None:
    while True:
        connected.sendall(b"220-kanari7\r\n" * 1000)


def _line_without_end(connected: socket.socket) -> None:
    while True:
        connected.sendall(b"2" * 1000)


def _silent(connected: socket.socket) -> None:
    connected.recv(1)


def _drip(connected: socket.socket) -> None:
    while True:
        connected.sendall(b"220-a\r\n")
        connected.settimeout(0.01)
        try:
            if not connected.recv(1):
                return
        except TimeoutError:
            continue


@pytest.mark.parametrize("talk", [_endless, _line_without_end, _silent, _drip])
def test_a_server_that_never_comes_to_an_end_is_given_up(
    talk: Callable[[socket.socket], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "DEADLINE_S", 0.5)
    with talking(talk) as port:
        outcome = _send(f"smtp://127.0.0.1:{port}")
    assert not outcome.ok
    assert "kanari7" not in outcome.problem


@pytest.mark.parametrize("goodbye", [b"", b"500 kanari7\r\n", b"421 gone\r\n"])
def test_what_was_taken_has_arrived_however_it_says_goodbye(goodbye: bytes) -> None:
    taken = []

    def talk(connected: socket.socket) -> None:
        lines = connected.makefile("rb")
        connected.sendall(b"220 ready\r\n")
        for line in lines:
            verb = line[:4].upper()
            if verb == b"DATA":
                connected.sendall(b"354 go\r\n")
                while lines.readline() not in (b".\r\n", b""):
                    continue
                taken.append(1)
            elif verb == b"QUIT":
                connected.sendall(goodbye)
                return
            connected.sendall(b"250 ok\r\n")

    with talking(talk) as port:
        assert _send(f"smtp://127.0.0.1:{port}") == Outcome(True, 250)
    assert taken == [1]
