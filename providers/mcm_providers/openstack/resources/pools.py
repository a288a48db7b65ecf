"""Counts the addresses of a subnet's allocation pools."""

from ipaddress import ip_address

from mcm_providers.openstack.documents import count, mappings, text


def addresses_in(pools: object) -> int | None:
    """None when a pool cannot be read, and for more than can be counted exactly (IPv6)."""
    if not isinstance(pools, list):
        return None
    total = 0
    for pool in mappings(pools):
        try:
            first, last = (int(ip_address(text(pool.get(end)) or "")) for end in ("start", "end"))
        except ValueError:
            return None
        total += max(last - first + 1, 0)
    return count(total)
