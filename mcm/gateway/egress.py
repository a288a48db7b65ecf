"""Which addresses mcm may connect to. Cloud metadata services are denied whatever the configuration says.

Checks are made on resolved addresses, so decimal, octal and other spellings of one need no list of their own; the
address that was checked is the one that is connected to.
"""

import ipaddress
import socket
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from mcm.contract import InvalidRequest, Unreachable
from mcm.settings import Settings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_METADATA = frozenset(
    ipaddress.ip_address(text)
    for text in (
        "169.254.169.254",
        "169.254.170.2",
        "169.254.0.23",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "fd00:ec2::254",
        "fd20:ce::254",
    )
)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_SITE_NAT64 = ipaddress.IPv6Network("64:ff9b:1::/48")
_THIS_NETWORK = ipaddress.IPv4Network("0.0.0.0/8")
_SHARED = ipaddress.IPv4Network("100.64.0.0/10")


@dataclass(frozen=True)
class EgressGuard:
    """private: hosts, addresses and networks in private ranges that may be reached ("*": all of them).

    loopback: whether loopback addresses that an account names may be reached (local and demo mode).
    """

    private: tuple[str, ...] = ()
    loopback: bool = False
    _networks: tuple[Network, ...] = field(default=(), init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_networks", tuple(_networks(self.private)))

    def resolve(self, host: str, port: int, named: Iterable[str]) -> list[tuple[socket.AddressFamily, Address]]:
        """The addresses of `host`, all of them admitted. `named`: hosts that the account's own configuration names.

        Raises Unreachable when the name has none, InvalidRequest when any address is forbidden."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise Unreachable(f"the name '{host}' cannot be resolved: {error}") from error
        listed = host.lower() in {name.lower() for name in named} or host.lower() in self.private
        addresses: list[tuple[socket.AddressFamily, Address]] = []
        for family, _, _, _, place in found:
            address = ipaddress.ip_address(str(place[0]).split("%")[0])
            self._admit(host, address, listed)
            if (family, address) not in addresses:
                addresses.append((family, address))
        return addresses

    def allow_url(self, url: str, named: Iterable[str]) -> None:
        """Scheme, shape and a literal address; names are checked when they are resolved."""
        try:
            parts = urlsplit(url)
        except ValueError as error:
            raise InvalidRequest(f"the address '{url[:200]}' is not a URL") from error
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise InvalidRequest(f"the address '{url[:200]}' is not an http or https URL")
        if parts.username or parts.password:
            raise InvalidRequest(f"the URL for '{parts.hostname}' carries credentials, which is not allowed")
        address = _literal(parts.hostname)
        if address is not None:
            self._admit(parts.hostname, address, parts.hostname.lower() in {name.lower() for name in named})

    def _admit(self, host: str, given: Address, listed: bool) -> None:
        for address in _meanings(given):
            if address in _METADATA or address.is_link_local:
                raise InvalidRequest(
                    f"'{host}' leads to {given}, a metadata or link-local address; this is never allowed"
                )
            if address.is_loopback:
                # First: ::1 counts as reserved as well.
                if not (self.loopback and listed):
                    raise InvalidRequest(
                        f"'{host}' leads to the loopback address {given}; accounts may name those only in local mode"
                    )
                continue
            if address.is_multicast or address.is_unspecified or address.is_reserved:
                raise InvalidRequest(f"'{host}' leads to {given}, which is no address of a single host")
            if _private(address) and not (listed or self._listed(address)):
                raise InvalidRequest(
                    f"'{host}' leads to the private address {given}, which this account's configuration does not name; "
                    "if it belongs to the cloud, add it to MCM_ALLOWED_PRIVATE_HOSTS"
                )

    def lists(self, host: str) -> bool:
        """Whether the configuration names this very host, or the network of this address; * names none."""
        address = _literal(host)
        if address is None:
            return host.lower() in self.private
        return any(address.version == network.version and address in network for network in self._networks)

    def _listed(self, address: Address) -> bool:
        return "*" in self.private or any(
            address.version == network.version and address in network for network in self._networks
        )


def guard_of(settings: Settings) -> EgressGuard:
    return EgressGuard(
        private=tuple(part.strip().lower() for part in settings.allowed_private_hosts.split(",") if part.strip()),
        loopback=settings.loopback_allowed,
    )


def _literal(host: str) -> Address | None:
    """The address a host is, in any spelling that a resolver takes for one: 2852039166, 0xa9.254.169.254."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    try:
        return ipaddress.ip_address(socket.inet_aton(unicodedata.normalize("NFKC", host)))
    except (OSError, ValueError):
        return None


def _meanings(address: Address) -> list[Address]:
    """The address and the IPv4 ones that hide in it (mapped, 6to4, Teredo, NAT64, ISATAP)."""
    if not isinstance(address, ipaddress.IPv6Address):
        return [address]
    value = int(address)
    hidden: list[Address | None] = [address.ipv4_mapped, address.sixtofour]
    if address.teredo:
        hidden.append(address.teredo[1])
    if address in _NAT64 or (value >> 32 == 0 and value > 1):
        hidden.append(ipaddress.IPv4Address(value & 0xFFFFFFFF))
    if address in _SITE_NAT64:
        hidden += _site_nat64(value)
    embedded = [item for item in hidden if item is not None]
    if embedded:
        # A NAT64 prefix counts as "reserved" itself; what counts is where it leads.
        return embedded
    if value >> 32 & 0xFDFFFFFF == 0x5EFE:
        return [address, ipaddress.IPv4Address(value & 0xFFFFFFFF)]
    return [address]


def _site_nat64(value: int) -> list[Address]:
    """RFC 6052, 2.2: a site may use a prefix of 48, 56, 64 or 96 bits; bits 64 to 71 are left out and what follows
    the address is ignored, so each way of reading it counts."""
    without_u = value >> 64 << 56 | value & (1 << 56) - 1
    found = [value, without_u >> 40, without_u >> 32, without_u >> 24]
    read = [ipaddress.IPv4Address(item & 0xFFFFFFFF) for item in found]
    return [item for item in read if item not in _THIS_NETWORK] or [ipaddress.IPv4Address(0)]


def _private(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_private or address in _SHARED
    return address.is_private or address.is_site_local


def _networks(listed: Iterable[str]) -> Iterable[Network]:
    for item in listed:
        try:
            yield ipaddress.ip_network(item, strict=False)
        except ValueError:
            continue
