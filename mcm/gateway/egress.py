"""Which addresses mcm may connect to. Cloud metadata services are denied whatever the configuration says.

Checks are made on resolved addresses, so decimal, octal and other spellings of one need no list of their own; the
address that was checked is the one that is connected to.
"""

import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from mcm.contract import InvalidRequest, Unreachable

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
_NAT64 = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))
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
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise InvalidRequest(f"the address '{url[:200]}' is not an http or https URL")
        if parts.username or parts.password:
            raise InvalidRequest(f"the URL for '{parts.hostname}' carries credentials, which is not allowed")
        try:
            address = ipaddress.ip_address(parts.hostname)
        except ValueError:
            return
        self._admit(parts.hostname, address, parts.hostname.lower() in {name.lower() for name in named})

    def _admit(self, host: str, given: Address, listed: bool) -> None:
        for address in _meanings(given):
            if address in _METADATA or address.is_link_local:
                raise InvalidRequest(
                    f"'{host}' leads to {given}, a metadata or link-local address; this is never allowed"
                )
            if address.is_multicast or address.is_unspecified or address.is_reserved:
                raise InvalidRequest(f"'{host}' leads to {given}, which is no address of a single host")
            if address.is_loopback:
                if not (self.loopback and listed):
                    raise InvalidRequest(
                        f"'{host}' leads to the loopback address {given}; accounts may name those only in local mode"
                    )
            elif (address.is_private or _shared(address)) and not (listed or self._listed(address)):
                raise InvalidRequest(
                    f"'{host}' leads to the private address {given}, which this account's configuration does not name; "
                    "if it belongs to the cloud, add it to MCM_ALLOWED_PRIVATE_HOSTS"
                )

    def _listed(self, address: Address) -> bool:
        return "*" in self.private or any(
            address.version == network.version and address in network for network in self._networks
        )


def _meanings(address: Address) -> list[Address]:
    """The address and the IPv4 ones that hide in it (mapped, 6to4, Teredo, NAT64)."""
    if not isinstance(address, ipaddress.IPv6Address):
        return [address]
    hidden: list[Address | None] = [address.ipv4_mapped, address.sixtofour]
    if address.teredo:
        hidden.append(address.teredo[1])
    if any(address in network for network in _NAT64) or (int(address) >> 32 == 0 and int(address) > 1):
        hidden.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    embedded = [item for item in hidden if item is not None]
    # A NAT64 prefix counts as "reserved" itself; what counts is where it leads.
    return embedded or [address]


def _shared(address: Address) -> bool:
    return isinstance(address, ipaddress.IPv4Address) and address in _SHARED


def _networks(listed: Iterable[str]) -> Iterable[Network]:
    for item in listed:
        try:
            yield ipaddress.ip_network(item, strict=False)
        except ValueError:
            continue
