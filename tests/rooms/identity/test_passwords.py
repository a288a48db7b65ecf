"""Which passwords are taken, how they are kept, and where a request is from."""

from typing import Any

import pytest
from fastapi import Request

from mcm.edge.source import source_of
from mcm.errors import InvalidInput
from mcm.identity import passwords
from mcm.identity.errors import PasswordRefused
from mcm.settings import Settings


@pytest.mark.parametrize(
    "password",
    [
        "short", "x" * 129, "aaaaaaaaaaaaaa", "abababababababab", "123456789012", "abcdefghijklm", "987654321098",
        "password1234", "Password2024", "P@ssw0rd!!!!", "passwordpassword", "qwertyuiop123", "1q2w3e4r5t6y",
        "administrator", "Administrator1", "changemeplease", "anna.miller12", "Anna.MillerMCM", "mcm-mcm-mcm-1",
        "correcthorsebatterystaple",
    ],
)  # fmt: skip
def test_what_is_easy_to_guess_is_refused(password: str) -> None:
    with pytest.raises(PasswordRefused) as refusal:
        passwords.require_good(password, name="anna.miller")
    assert password not in f"{refusal.value.message}{refusal.value.next_step}{refusal.value.details}"


@pytest.mark.parametrize(
    "password",
    [
        "several words in a row",
        "lagoonwhisperkettle",
        "kj3h4g5kj3h4",
        "漂亮的紫色大象喝绿茶吃饼干",
        "x" * 60 + "several words",
        "            a b c d e f",
    ],
)
def test_no_rule_about_kinds_of_characters(password: str) -> None:
    passwords.require_good(password, name="anna.miller")


def test_hashes_state_their_parameters_and_fit_one_password() -> None:
    stored = passwords.hashed("several words in a row")
    assert stored.startswith(f"$argon2id$v=19$m={passwords.MEMORY_KIB},t={passwords.PASSES},p={passwords.LANES}$")
    assert passwords.verify(stored, "several words in a row")
    assert not passwords.verify(stored, "several words in a row ")
    assert not passwords.verify(None, "nobody has this password: 3f0b6f0e2f")
    assert passwords.verify(passwords.hashed("ﬁne words in a row"), "fine words in a row"), "one form of each letter"


def test_the_shipped_list_has_thousands() -> None:
    assert len(passwords._known()) > 3000


def _request(near: str, *forwarded: str) -> Request:
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded] + [(b"x-mcm-client", b"cli")]
    scope: dict[str, Any] = {"type": "http", "headers": headers, "client": (near, 1)}
    return Request(scope)


@pytest.mark.parametrize(
    ("trusted", "near", "forwarded", "found"),
    [
        ("", "192.0.2.1", ["203.0.113.9"], "192.0.2.1"),
        ("10.0.0.0/8", "192.0.2.1", ["203.0.113.9"], "192.0.2.1"),
        ("10.0.0.0/8", "10.0.0.5", ["203.0.113.9"], "203.0.113.9"),
        ("10.0.0.0/8", "10.0.0.5", ["1.1.1.1, 203.0.113.9, 10.0.0.7"], "203.0.113.9"),
        ("10.0.0.0/8", "10.0.0.5", ["1.1.1.1", "203.0.113.9"], "203.0.113.9"),
        ("10.0.0.0/8", "10.0.0.5", ["203.0.113.9, <script>"], "10.0.0.5"),
        ("10.0.0.0/8, fd00::1", "fd00::1", ["2001:db8::7"], "2001:db8::7"),
        ("10.0.0.0/8", "10.0.0.5", [], "10.0.0.5"),
    ],
)
def test_only_trusted_proxies_say_where_a_request_is_from(
    trusted: str, near: str, forwarded: list[str], found: str
) -> None:
    assert source_of(_request(near, *forwarded), Settings(trusted_proxies=trusted), in_process=False) == found


def test_proxies_that_are_no_addresses_are_said() -> None:
    with pytest.raises(InvalidInput, match="MCM_TRUSTED_PROXIES"):
        source_of(_request("10.0.0.5"), Settings(trusted_proxies="proxy.example"), in_process=False)
