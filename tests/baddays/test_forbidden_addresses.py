"""Whatever address somebody enters, mcm connects to no metadata service: not by number, by name, nor by redirect."""

import ipaddress
import socket
from collections.abc import Sequence

import pytest

from tests.baddays.serving import Served
from tests.baddays.test_connecting import ADDRESSES, SECRET, _add, _speaking
from tests.lab import Lab
from tests.unit.gateway.test_egress import IN_IPV6, METADATA_4, METADATA_6, NUMERIC

HOSTS = [
    *METADATA_4,
    *METADATA_6,
    *(spell(address) for spell in NUMERIC for address in METADATA_4),
    *(hide(address) for hide in IN_IPV6.values() for address in METADATA_4),
]
providers = pytest.mark.parametrize("provider", list(ADDRESSES))


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every address this process connects to; the connections of the tests themselves are to 127.0.0.1."""
    seen: list[str] = []
    real = socket.socket.connect

    def connect(self: socket.socket, address: tuple[str, int]) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            seen.append(str(address[0]))
        real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
    return seen


def _only_loopback(connected: Sequence[str]) -> None:
    assert {address for address in connected if not ipaddress.ip_address(address.split("%")[0]).is_loopback} == set()


@providers
def test_no_spelling_of_a_metadata_address_is_connected_to(
    empty_lab: Lab, empty_served: Served, provider: str, connected: list[str]
) -> None:
    for host in HOSTS:
        url_host = f"[{host}]" if ":" in host and provider != "vmware" else host
        answer = _add(empty_served, provider, host=url_host, port=80, scheme="http")
        assert 400 <= answer.status_code < 600, host
        assert SECRET not in answer.text
    _only_loopback(connected)
    assert empty_lab.count("account") == 0


@providers
@pytest.mark.parametrize("address", METADATA_4 + METADATA_6)
def test_no_name_that_leads_there_is_connected_to(
    empty_lab: Lab,
    empty_served: Served,
    provider: str,
    address: str,
    connected: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = socket.getaddrinfo

    def resolve(host: str, port: int, *args: object, **options: object) -> Sequence[object]:
        if host != "cloud.example":
            return real(host, port, *args, **options)  # type: ignore[arg-type]
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        return [(family, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    answer = _add(empty_served, provider, host="cloud.example", port=80, scheme="http")
    assert answer.json()["details"]["code"] == "invalid_request"
    assert "never allowed" in answer.text or "no address of a single host" in answer.text
    _only_loopback(connected)
    assert empty_lab.count("account") == 0


TARGETS = ["169.254.169.254", "[fd00:ec2::254]", "2852039166", "[64:ff9b::a9fe:a9fe]"]
CODES = [301, 302, 307, 308]
# Each target with each code: two of the pairs in each row here, the rest in the soak run.
REDIRECTS = [
    pytest.param(target, code, marks=[pytest.mark.soak] * ((row + column) % 2))
    for row, target in enumerate(TARGETS)
    for column, code in enumerate(CODES)
]


@pytest.mark.parametrize("provider", ["aws", "openstack"])
@pytest.mark.parametrize(("target", "code"), REDIRECTS)
def test_no_redirect_leads_there(
    empty_lab: Lab, empty_served: Served, provider: str, target: str, code: int, connected: list[str]
) -> None:
    words = f"HTTP/1.1 {code} X\r\nLocation: http://{target}/latest/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    with _speaking(words.encode()) as port:
        answer = _add(empty_served, provider, port=port, scheme="http")
    assert 400 <= answer.status_code < 600
    _only_loopback(connected)
    assert empty_lab.count("account") == 0
