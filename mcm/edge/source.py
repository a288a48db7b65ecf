"""Where a request comes from: the address of the connection, or what a trusted proxy says of it."""

from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from fastapi import Request

from mcm.errors import InvalidInput
from mcm.settings import Settings

_LONGEST = 64


def source_of(request: Request, settings: Settings, *, in_process: bool) -> str:
    """From the right of X-Forwarded-For, the first address that is no trusted proxy: what stands before it can be
    anybody's invention. In process it is what the command line calls itself."""
    if in_process:
        return request.headers.get("x-mcm-client", "local")[:_LONGEST]
    near = request.client.host if request.client else "local"
    trusted = networks(settings.trusted_proxies)
    if not trusted or not _inside(near, trusted):
        return near[:_LONGEST]
    for hop in reversed(",".join(request.headers.getlist("x-forwarded-for")).split(",")):
        address = hop.strip()
        if not address:
            continue
        if not _is_address(address):
            break
        near = address
        if not _inside(address, trusted):
            break
    return near[:_LONGEST]


@cache
def networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Raises InvalidInput for what is no address or network."""
    try:
        return tuple(ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise InvalidInput(
            f"MCM_TRUSTED_PROXIES is '{text}': {error}",
            next_step="list addresses or networks, such as 10.0.0.5,fd00::/8",
        ) from error


def _inside(address: str, trusted: tuple[IPv4Network | IPv6Network, ...]) -> bool:
    return _is_address(address) and any(ip_address(address) in network for network in trusted)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
