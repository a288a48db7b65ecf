"""What no notice target can be: each refusal says what is wrong, why and what to do, and nothing is stored."""

from pathlib import Path
from typing import Any

import pytest

from tests.baddays.serving import Served
from tests.rooms.notices.asking import HOOK, MAIL, TARGETS, problem
from tests.rooms.notices.receiver import SECRET

REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"signing_secret": None}, "invalid_notice_target", "needs a url and a secret"),
    ({"url": None}, "invalid_notice_target", "needs a url and a secret"),
    ({"signing_secret": "kanari7 is no base64 but long enough"}, "invalid_notice_target", "openssl rand"),
    ({"signing_secret": "whsec_kanari7AAAAAAAAAAAAAAAAAAAAA"}, "invalid_notice_target", "openssl rand"),
    ({"signing_secret": "kanari7"}, "invalid_input", "secret"),
    ({"signing_secret": "kanari7" * 60}, "invalid_input", "secret"),
    ({"signing_secret": ["kanari7"]}, "invalid_input", "secret"),
    ({"address": "ops@corp.example"}, "invalid_notice_target", "no address"),
    ({"url": "http://hooks.example/x"}, "invalid_notice_target", "MCM_ALLOWED_PRIVATE_HOSTS"),
    ({"url": "https://169.254.169.254/x"}, "invalid_notice_target", "never allowed"),
    ({"url": "https://10.0.0.1/x"}, "invalid_notice_target", "MCM_ALLOWED_PRIVATE_HOSTS"),
    ({"url": "https://user:kanari7@hooks.example/x"}, "invalid_notice_target", "credentials"),
    ({"url": "https://hooks.example/a b"}, "invalid_input", "url"),
    ({"url": "https://hooks.example/\r\nX-Evil: 1"}, "invalid_input", "url"),
    ({"url": "https://höoks.example/"}, "invalid_input", "url"),
    ({"kinds": []}, "invalid_input", "kinds"),
    ({"kinds": ["nothing.known"]}, "invalid_input", "kinds"),
    ({"tenant": "nowhere"}, "tenant_not_found", "tenant"),
    ({"name": "Not A Name"}, "invalid_input", "name"),
    ({"type": "pager"}, "invalid_input", "type"),
    ({"language": "de"}, "invalid_input", "language"),
    ({"more": 1}, "invalid_input", "more"),
]
NO_MAILBOX = [
    "",
    "ops",
    "a@b\r\nBcc: c@d",
    "Ops <ops@corp.example>",
    "a@b,c@d",
    "a@b c",
    "@corp.example",
    "a@",
    "a@b;c",
    "ä@b.c",
    "a@b\n",
    "a@[127.0.0.1]",
    "(x)a@b",
    "a" * 65 + "@b.c",
]


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Nothing here depends on the database."""
    (tmp_path / "mcm.db").write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{tmp_path / 'mcm.db'}"


def test_what_cannot_be_is_refused_and_says_why(served: Served) -> None:
    for change, code, said in REFUSED:
        answer = served.send("POST", TARGETS, HOOK | change)
        assert answer.status_code in (404, 422), (change, answer.text)
        problem(answer, answer.status_code, code)
        assert said in answer.text, change
    assert served.get(TARGETS).json()["items"] == []


def test_only_one_plain_mailbox_is_an_address(served: Served) -> None:
    for address in NO_MAILBOX:
        said = problem(served.send("POST", TARGETS, MAIL | {"address": address}), 422, "invalid_input")
        assert "one plain mailbox" in said, address
    assert served.get(TARGETS).json()["items"] == []


def test_the_same_holds_for_a_change(served: Served) -> None:
    assert served.send("POST", TARGETS, HOOK).status_code == 201
    for change, code, said in REFUSED:
        if None in change.values() or not {"signing_secret", "url", "kinds", "language", "more"}.issuperset(change):
            continue
        answer = served.send("PATCH", f"{TARGETS}/ops", change)
        problem(answer, 422, code)
        assert said in answer.text, change
    assert served.get(f"{TARGETS}/ops").json()["version"] == 1


def test_what_belongs_to_one_type_is_refused_for_the_other(served: Served) -> None:
    for change in ({"url": "https://hooks.example/"}, {"signing_secret": SECRET}):
        assert "leave" in problem(served.send("POST", TARGETS, MAIL | change), 422, "invalid_notice_target")
    assert "address" in problem(served.send("POST", TARGETS, MAIL | {"address": None}), 422, "invalid_notice_target")
    served.send("POST", TARGETS, MAIL)
    answer = served.send("PATCH", f"{TARGETS}/mail", {"url": "https://hooks.example/"})
    problem(answer, 422, "invalid_notice_target")
    assert "another name" in problem(served.send("POST", TARGETS, MAIL), 409, "notice_target_exists")
