"""Which drivers are offered, and why the others are not.

A driver is proven when a test over recorded or replayed traffic has shown that its listing is complete across pages,
and when its states have a table of their own. Everything else libcloud names is unproven: refused, unless the account
says `allow_unproven`; and some cannot be allowed at all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from libcloud.compute.providers import DRIVERS
from libcloud.compute.types import Provider

from mcm.contract import InvalidRequest, Reason
from mcm_providers.libcloud.client import Line
from mcm_providers.libcloud.descriptor import DESCRIPTOR
from mcm_providers.libcloud.drivers.cloud import Cloud
from mcm_providers.libcloud.drivers.cloudstack.cloud import CloudStack
from mcm_providers.libcloud.drivers.generic import AnyCloud
from mcm_providers.libcloud.settings import Settings

PROVEN: dict[str, Callable[[Settings, Line], Cloud]] = {"cloudstack": CloudStack}

# Azure's listing ends after 300 seconds without saying so; the others inherit the listings of libcloud's EC2 driver
# (1,000 of 5,000) and of its CloudStack driver (500 of any number).
_TRUNCATES = (
    frozenset({"azure_arm"})
    | {"eucalyptus", "nimbus", "outscale_inc", "outscale_sas"}
    | {"aurora_compute", "exoscale", "ikoula", "ktucloud"}
)
_OWN_PROVIDER = {"ec2": "aws", "openstack": "openstack", "vsphere": "vmware", "dummy": "simulated"}
# Sockets of their own (a C library, requests itself), key files, or a folder in the user's home.
_UNGUARDED = frozenset({"libvirt", "outscale", "gig_g8", "gce", "azure", "kubevirt"})


@dataclass(frozen=True, slots=True)
class DriverStatus:
    """name: for `driver`. forcible: whether `allow_unproven` lets it be used. reason: None for a proven one; its
    sentences in both languages are among the descriptor's messages."""

    name: str
    status: Literal["proven", "unproven"]
    forcible: bool
    reason: Reason | None


def drivers() -> list[DriverStatus]:
    """Every compute driver libcloud names, by name."""
    return [driver_status(name) for name in sorted({str(provider.value) for provider in Provider})]


def driver_status(name: str) -> DriverStatus:
    if name in PROVEN:
        return DriverStatus(name, "proven", True, None)
    params = {"driver": name}
    if name in _OWN_PROVIDER:
        reason = Reason("driver_has_own_provider", params | {"provider": _OWN_PROVIDER[name]})
        return DriverStatus(name, "unproven", False, reason)
    if name in _UNGUARDED:
        return DriverStatus(name, "unproven", False, Reason("driver_unguarded", params))
    if name not in {str(key) for key in DRIVERS}:
        return DriverStatus(name, "unproven", False, Reason("driver_removed", params))
    code = "driver_truncates" if name in _TRUNCATES else "driver_unproven"
    return DriverStatus(name, "unproven", True, Reason(code, params))


def require_usable(settings: Settings) -> None:
    """Raises InvalidRequest saying why the driver is not offered, and what would make it pass."""
    name = settings.driver
    known = drivers()
    if name not in {one.name for one in known}:
        raise InvalidRequest(f"libcloud has no compute driver '{name}'; proven drivers: {', '.join(sorted(PROVEN))}")
    status = driver_status(name)
    if status.reason is None or (status.forcible and settings.allow_unproven):
        return
    why = DESCRIPTOR.messages[status.reason.code].en.format(**status.reason.params)
    cure = (
        "With allow_unproven=true it is used all the same, and nothing counts as gone for not being listed."
        if status.forcible
        else f"allow_unproven does not change that. Proven drivers: {', '.join(sorted(PROVEN))}"
    )
    raise InvalidRequest(f"the driver '{name}' is not offered. {why} {cure}")


def open_cloud(settings: Settings, line: Line) -> Cloud:
    """The driver behind its table. No network."""
    require_usable(settings)
    return PROVEN.get(settings.driver, AnyCloud)(settings, line)
