"""Where notices are never sent to, however it is written, and whoever answers for the name."""

import socket
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from mcm.notices import webhook
from mcm.notices.errors import InvalidNoticeTarget
from mcm.settings import Settings
from tests.rooms.notices.receiver import SECRET, Receiver
from tests.unit.gateway.test_egress import IN_IPV6, METADATA_4, METADATA_6, NUMERIC

WIDE_OPEN: dict[str, Any] = {"allowed_private_hosts": "*"}
METADATA_HOSTS = [
    *METADATA_4,
    *(f"[{address}]" for address in METADATA_6),
    *(spell(address) for spell in NUMERIC for address in METADATA_4),
    *(f"[{hide(address)}]" for hide in IN_IPV6.values() for address in METADATA_4),
]
PRIVATE = ["10.1.2.3", "192.168.0.9", "172.16.0.1", "100.64.0.1", "[fd12::1]", "[fec0::1]", "167772163",
           "[::ffff:10.1.2.3]", "[64:ff9b::a01:203]", "[2002:a01:203::]"]  # fmt: skip
LOOPBACK = ["127.0.0.1", "127.9.9.9", "[::1]", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, Iterator[str]]:
    """Name → the addresses that the resolver gives for it, one for each time it is asked."""
    table: dict[str, Iterator[str]] = {}
    real = socket.getaddrinfo

    def resolve(host: str, port: int, *args: object, **options: object) -> Sequence[tuple[object, ...]]:
        if host not in table:
            return real(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        address = next(table[host])
        return [(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return table


def _refused(settings: Settings, url: str) -> str:
    """Both when the target is made and when something is sent."""
    with pytest.raises(InvalidNoticeTarget) as refused:
        webhook.require_allowed(settings, url)
    assert refused.value.next_step
    outcome = webhook.send(settings, url, SECRET, "ntd_1", b"{}")
    assert (outcome.ok, outcome.problem) == (False, refused.value.message)
    return outcome.problem


@pytest.mark.parametrize("proxy", ["", "http://127.0.0.1:1"])
@pytest.mark.parametrize("host", METADATA_HOSTS)
def test_metadata_addresses_whatever_is_allowed(host: str, proxy: str) -> None:
    settings = Settings(**WIDE_OPEN, outbound_proxy=proxy)
    with pytest.raises(InvalidNoticeTarget, match=r"never allowed|no address of a single host|not https"):
        webhook.require_allowed(settings, f"https://{host}/latest/meta-data")
    assert not webhook.send(settings, f"https://{host}/latest/meta-data", SECRET, "ntd_1", b"{}").ok


@pytest.mark.parametrize("host", PRIVATE)
def test_private_addresses_are_for_the_administrator_to_open(host: str) -> None:
    assert "private address" in _refused(Settings(), f"https://{host}/")
    webhook.require_allowed(Settings(**WIDE_OPEN), f"https://{host}/")
    assert "not https" in _refused(Settings(**WIDE_OPEN), f"http://{host}/")


@pytest.mark.parametrize("host", LOOPBACK)
@pytest.mark.parametrize(
    "settings",
    [Settings(listen="0.0.0.0:8080", public_url="https://mcm.example"), Settings(public_url="https://mcm.example"),
     Settings(login="required")],
    ids=["open", "proxied", "login"],
)  # fmt: skip
def test_loopback_is_refused_where_others_reach_mcm(settings: Settings, host: str) -> None:
    outcome = webhook.send(settings, f"https://{host}:1/", SECRET, "ntd_1", b"{}")
    assert "loopback" in outcome.problem


@pytest.mark.parametrize(
    "url",
    ["http://hooks.example/", "ftp://hooks.example/", "https://user:kanari7@hooks.example/", "file:///etc/passwd",
     "https://hooks.example/#part", "https://[::1", "//hooks.example/", "gopher://127.0.0.1/", "https:///path",
     "https://hooks.example:99999/", "http://localhost.evil.example/", "http://127.0.0.1@hooks.example/"],
)  # fmt: skip
def test_only_plain_https_is_sent_to(url: str) -> None:
    problem = _refused(Settings(), url)
    assert "kanari7" not in problem


def test_http_is_for_hosts_that_the_configuration_names() -> None:
    listed = Settings(allowed_private_hosts="hooks.inside, 10.1.0.0/16")
    webhook.require_allowed(listed, "http://hooks.inside/x")
    webhook.require_allowed(listed, "http://10.1.2.3/x")
    assert "not https" in _refused(listed, "http://10.2.2.3/x")
    assert "not https" in _refused(listed, "http://sub.hooks.inside/x")


@pytest.mark.parametrize(
    "address", [*METADATA_4, *METADATA_6, "10.1.2.3", "127.0.0.1", "::ffff:169.254.169.254", "0.0.0.0"]
)
def test_a_name_that_leads_there_is_not_asked(
    address: str, names: dict[str, Iterator[str]], receiver: Receiver
) -> None:
    names["hooks.example"] = iter([address] * 3)
    outcome = webhook.send(Settings(), f"https://hooks.example:{receiver.port}/", SECRET, "ntd_1", b"{}")
    assert outcome.problem.startswith("it cannot be reached: 'hooks.example' leads to")
    assert receiver.taken == []


def test_the_address_that_was_checked_is_the_one_that_is_connected_to(
    names: dict[str, Iterator[str]], receiver: Receiver
) -> None:
    """A name that leads elsewhere when it is asked again: it is not asked again."""
    listed = Settings(allowed_private_hosts="rebinding.example")
    names["rebinding.example"] = iter(["127.0.0.1"])
    outcome = webhook.send(listed, f"http://rebinding.example:{receiver.port}/", SECRET, "ntd_1", b"{}")
    assert outcome.ok
    assert next(names["rebinding.example"], None) is None


def test_a_proxy_is_not_asked_for_what_leads_somewhere_forbidden(
    names: dict[str, Iterator[str]], receiver: Receiver
) -> None:
    proxied = Settings(outbound_proxy=f"http://127.0.0.1:{receiver.port}", allowed_private_hosts="hooks.inside")
    for address in ("169.254.169.254", "10.1.2.3", "127.0.0.1"):
        names["hooks.example"] = iter([address])
        assert "leads to" in webhook.send(proxied, "https://hooks.example/", SECRET, "ntd_1", b"{}").problem
    assert receiver.taken == []
    names["hooks.inside"] = iter(["10.1.2.3"])
    assert webhook.send(proxied, "http://hooks.inside/x", SECRET, "ntd_1", b"{}").ok
    assert [one.path for one in receiver.taken] == ["http://hooks.inside/x"]


def test_the_proxy_is_not_used_for_hosts_without_one(receiver: Receiver) -> None:
    proxied = Settings(outbound_proxy="http://127.0.0.1:1")
    assert webhook.send(proxied, receiver.url, SECRET, "ntd_1", b"{}").ok
