"""What mcm may connect to: metadata services never, private and loopback addresses only where an admin said so."""

import ipaddress
import socket
from collections.abc import Callable, Sequence

import pytest

from mcm.contract import InvalidRequest, ProxySettings, TlsSettings, Unreachable
from mcm.gateway.context import LiveContext
from mcm.gateway.egress import EgressGuard
from mcm.gateway.governor import Governor

METADATA_4 = ("169.254.169.254", "169.254.170.2", "100.100.100.200", "168.63.129.16", "169.254.0.23", "192.0.0.192")
METADATA_6 = ("fd00:ec2::254", "fd20:ce::254")
# Everything that an admin or an account can open is open; still, none of these.
WIDE_OPEN = EgressGuard(private=("*",), loopback=True)


def _decimal(address: str) -> str:
    return str(int(ipaddress.IPv4Address(address)))


def _hexadecimal(address: str) -> str:
    return hex(int(ipaddress.IPv4Address(address)))


def _octal(address: str) -> str:
    return "0" + oct(int(ipaddress.IPv4Address(address)))[2:]


def _octal_parts(address: str) -> str:
    return ".".join("0" + oct(int(part))[2:] for part in address.split("."))


def _hexadecimal_parts(address: str) -> str:
    return ".".join(hex(int(part)) for part in address.split("."))


def _three_parts(address: str) -> str:
    a, b, c, d = map(int, address.split("."))
    return f"{a}.{b}.{c * 256 + d}"


def _two_parts(address: str) -> str:
    a, b, c, d = map(int, address.split("."))
    return f"{a}.{b * 65536 + c * 256 + d}"


def _hidden_in(prefix: str, shift: int = 0) -> Callable[[str], str]:
    def spelled(address: str) -> str:
        whole = int(ipaddress.IPv6Address(prefix)) | int(ipaddress.IPv4Address(address)) << shift
        return str(ipaddress.IPv6Address(whole))

    return spelled


def _teredo(address: str) -> str:
    return str(ipaddress.IPv6Address(0x20010000 << 96 | (~int(ipaddress.IPv4Address(address)) & 0xFFFFFFFF)))


def _nat64_of_48(address: str) -> str:
    """RFC 6052, 2.2: the address around the bits 64 to 71; what follows it is to be ignored, so it may be anything."""
    value = int(ipaddress.IPv4Address(address))
    whole = int(ipaddress.IPv6Address("64:ff9b:1::")) | (value >> 16) << 64 | (value & 0xFFFF) << 40 | 0x08080808
    return str(ipaddress.IPv6Address(whole))


NUMERIC = (_decimal, _hexadecimal, _octal, _octal_parts, _hexadecimal_parts, _three_parts, _two_parts)
IN_IPV6 = {
    "v4-mapped": _hidden_in("::ffff:0:0"),
    "v4-compatible": _hidden_in("::"),
    "nat64": _hidden_in("64:ff9b::"),
    "nat64 of a site": _hidden_in("64:ff9b:1::"),
    "nat64 of a site, /48": _nat64_of_48,
    "6to4": _hidden_in("2002::", 80),
    "teredo": _teredo,
    "isatap": _hidden_in("2001:db9::5efe:0:0"),
}


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Names and their addresses, in place of the resolver; `asked` by the tests through the calls list."""
    table: dict[str, list[str]] = {}
    real = socket.getaddrinfo

    def resolve(host: str, port: int, *args: object, **options: object) -> Sequence[tuple[object, ...]]:
        if host not in table:
            return real(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        found = []
        for text in table[host]:
            family = socket.AF_INET6 if ":" in text else socket.AF_INET
            found.append((family, socket.SOCK_STREAM, 6, "", (text, port)))
        return found

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return table


@pytest.mark.parametrize("address", METADATA_4 + METADATA_6)
def test_metadata_address_is_denied_even_when_everything_is_allowed(address: str, names: dict[str, list[str]]) -> None:
    with pytest.raises(InvalidRequest, match=r"never allowed|no address of a single host"):
        WIDE_OPEN.resolve(address, 80, [address])
    url = f"http://[{address}]/latest" if ":" in address else f"http://{address}/latest"
    with pytest.raises(InvalidRequest):
        WIDE_OPEN.allow_url(url, [address])


@pytest.mark.parametrize("spell", NUMERIC, ids=lambda spell: spell.__name__.lstrip("_"))
@pytest.mark.parametrize("address", METADATA_4)
def test_metadata_address_is_denied_in_every_numeric_spelling(
    address: str, spell: Callable[[str], str], names: dict[str, list[str]]
) -> None:
    host = spell(address)
    assert host != address
    with pytest.raises(InvalidRequest, match="never allowed"):
        WIDE_OPEN.resolve(host, 80, [host])
    # Behind an outbound proxy nobody but the proxy resolves the name, so the URL itself must be refused.
    with pytest.raises(InvalidRequest, match="never allowed"):
        WIDE_OPEN.allow_url(f"http://{host}/latest/meta-data", [host])


@pytest.mark.parametrize("how", IN_IPV6)
@pytest.mark.parametrize("address", METADATA_4)
def test_metadata_address_hidden_in_an_ipv6_address_is_denied(
    address: str, how: str, names: dict[str, list[str]]
) -> None:
    host = IN_IPV6[how](address)
    with pytest.raises(InvalidRequest, match="never allowed"):
        WIDE_OPEN.resolve(host, 80, [host])
    with pytest.raises(InvalidRequest, match="never allowed"):
        WIDE_OPEN.allow_url(f"https://[{host}]:8775/", [host])
    names["innocent.example"] = [host]
    with pytest.raises(InvalidRequest, match="never allowed"):
        WIDE_OPEN.resolve("innocent.example", 443, ["innocent.example"])


@pytest.mark.parametrize("address", METADATA_4 + METADATA_6)
def test_name_that_leads_to_metadata_among_good_addresses_is_denied(address: str, names: dict[str, list[str]]) -> None:
    names["cloud.example"] = ["203.0.113.7" if ":" in address else "93.184.215.14", address]
    with pytest.raises(InvalidRequest, match="never allowed"):
        WIDE_OPEN.resolve("cloud.example", 443, ["cloud.example"])


@pytest.mark.parametrize(
    "address",
    ["10.1.2.3", "172.16.0.9", "192.168.4.4", "100.64.1.1", "fd12:3456::9", "::ffff:10.1.2.3", "64:ff9b::a01:203",
     "fec0::5"],
)  # fmt: skip
def test_private_address_needs_to_be_named(address: str, names: dict[str, list[str]]) -> None:
    names["catalogue.example"] = [address]
    with pytest.raises(InvalidRequest, match="MCM_ALLOWED_PRIVATE_HOSTS"):
        EgressGuard().resolve("catalogue.example", 443, [])
    for allowed in (EgressGuard(private=("*",)), EgressGuard(private=("catalogue.example",))):
        found = [found for _, found in allowed.resolve("catalogue.example", 443, [])]
        assert found == [ipaddress.ip_address(address)]
    # What the account's own configuration names is meant.
    assert EgressGuard().resolve("catalogue.example", 443, ["CATALOGUE.example"])


def test_private_networks_are_opened_by_network(names: dict[str, list[str]]) -> None:
    guard = EgressGuard(private=("10.0.0.0/8", "fd00:10::/32"))
    names["inside.example"], names["outside.example"] = ["10.9.9.9", "fd00:10::7"], ["192.168.0.1"]
    assert len(guard.resolve("inside.example", 443, [])) == 2
    with pytest.raises(InvalidRequest):
        guard.resolve("outside.example", 443, [])


@pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "2002:7f00:1::"])
def test_loopback_is_for_local_mode_and_named_hosts_only(address: str, names: dict[str, list[str]]) -> None:
    names["local.example"] = [address]
    with pytest.raises(InvalidRequest, match="loopback"):
        EgressGuard(private=("*",)).resolve("local.example", 443, ["local.example"])
    with pytest.raises(InvalidRequest, match="loopback"):
        EgressGuard(private=("*",), loopback=True).resolve("local.example", 443, ["other.example"])
    assert EgressGuard(loopback=True).resolve("local.example", 443, ["local.example"])


@pytest.mark.parametrize("address", ["0.0.0.0", "224.0.0.1", "255.255.255.255", "::", "ff02::1", "240.0.0.1"])
def test_addresses_of_no_single_host_are_denied(address: str, names: dict[str, list[str]]) -> None:
    names["odd.example"] = [address]
    with pytest.raises(InvalidRequest):
        WIDE_OPEN.resolve("odd.example", 443, ["odd.example"])


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "gopher://cloud.example/", "ftp://cloud.example/", "//cloud.example/", "https://", "",
     "https://user:word@cloud.example/", "javascript:alert(1)", "http:///nohost", "http://[::1", "http://[cloud]/"],
)  # fmt: skip
def test_url_that_is_not_plainly_http_is_denied(url: str) -> None:
    with pytest.raises(InvalidRequest):
        WIDE_OPEN.allow_url(url, [])


def test_public_addresses_pass() -> None:
    guard = EgressGuard()
    guard.allow_url("https://compute.example.com:8774/v2.1", [])
    guard.allow_url("https://93.184.215.14/", [])
    guard.allow_url("https://[2606:2800:21f:cb07::1]/", [])
    for translated in ("64:ff9b::5db8:d70e", "64:ff9b:1::5db8:d70e", "64:ff9b:1:5db8:d7:e00::", "2002:5db8:d70e::1"):
        guard.allow_url(f"https://[{translated}]/", [])
    assert guard.resolve("93.184.215.14", 443, []) == [(socket.AF_INET, ipaddress.ip_address("93.184.215.14"))]


def test_name_without_addresses_is_unreachable_and_not_a_crash() -> None:
    for host in ("no-such-host.invalid", "a" * 300, "xn--\udcff", "\x00", "a..b"):
        with pytest.raises(Unreachable):
            EgressGuard().resolve(host, 443, [])


def _context(guard: EgressGuard, *named: str, proxy: ProxySettings | None = None) -> LiveContext:
    context = LiveContext("acc", frozenset(named), guard, Governor(1000.0), proxy, TlsSettings())
    context.arm(30.0, None)
    return context


def test_dial_connects_to_the_address_that_was_checked_and_asks_for_the_name_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Rebinding: the name leads to a good address when it is checked and elsewhere when asked again."""
    asked: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def rebinding(host: str, *args: object, **options: object) -> list[tuple[object, ...]]:
            asked.append(host)
            address = "127.0.0.1" if len(asked) == 1 else "169.254.169.254"
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

        monkeypatch.setattr(socket, "getaddrinfo", rebinding)
        context = _context(EgressGuard(loopback=True), "cloud.example")
        with context.dial("cloud.example", port) as connected:
            assert connected.getpeername() == ("127.0.0.1", port)
    assert asked == ["cloud.example"]


def test_dial_takes_the_next_address_when_one_does_not_answer(names: dict[str, list[str]]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        names["cloud.example"] = ["127.0.0.9", "127.0.0.1"]
        with _context(EgressGuard(loopback=True), "cloud.example").dial("cloud.example", port) as connected:
            assert connected.getpeername()[0] == "127.0.0.1"


def test_only_the_configured_proxy_may_be_dialled_besides_named_hosts() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        guard = EgressGuard(loopback=True)
        proxy = ProxySettings(f"http://127.0.0.1:{port}")
        _context(guard, "cloud.example", proxy=proxy).dial("127.0.0.1", port).close()
        with pytest.raises(InvalidRequest):
            _context(guard, "cloud.example").dial("127.0.0.1", port)


def test_overlong_url_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="8,000"):
        _context(WIDE_OPEN).allow_url("https://cloud.example/" + "a" * 8000)
