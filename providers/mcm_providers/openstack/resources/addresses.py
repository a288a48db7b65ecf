"""Sorts the addresses in an instance's document into private and public ones."""

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any, NamedTuple

from mcm_providers.openstack.documents import mappings, text

# Most addresses are one of these; asking `ipaddress` costs more than all the rest of an instance's addresses.
_PRIVATE = ("10.", "192.168.", "fd", "fe80:")


class Addresses(NamedTuple):
    private: list[str]
    public: list[str]
    macs: list[str]


def addresses(networks: Mapping[str, Any]) -> Addresses:
    """Floating ones are public; so are fixed ones outside the ranges that nobody routes, as on a provider network."""
    private: dict[str, None] = {}
    public: dict[str, None] = {}
    macs: dict[str, None] = {}
    for entries in networks.values():
        for entry in mappings(entries):
            if (address := text(entry.get("addr"))) is None:
                continue
            floating = entry.get("OS-EXT-IPS:type") == "floating"
            (public if floating or is_public(address) else private)[address] = None
            if mac := text(entry.get("OS-EXT-IPS-MAC:mac_addr")):
                macs[mac] = None
    return Addresses(list(private), list(public), list(macs))


def is_public(address: str) -> bool:
    if address.startswith(_PRIVATE):
        return False
    try:
        return ip_address(address).is_global
    except ValueError:
        return False
