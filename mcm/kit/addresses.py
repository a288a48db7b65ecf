"""What counts as one place a request can come from."""

import ipaddress


def network_of(source: str) -> str:
    """An IPv4 address, the /64 of an IPv6 one (whoever has one has all of it), or what is no address as it is."""
    try:
        address = ipaddress.ip_address(source)
    except ValueError:
        return source
    if isinstance(address, ipaddress.IPv4Address):
        return source
    return str(address.ipv4_mapped or ipaddress.ip_network((int(address) >> 64 << 64, 64)))
