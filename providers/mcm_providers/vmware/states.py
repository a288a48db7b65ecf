"""vSphere's words for states and guest systems, and ours. A word no table knows becomes `unknown`, or None."""

from functools import lru_cache

from mcm.contract.states import CommonState, InstanceState, VolumeState

# https://developer.broadcom.com/xapis/vsphere-web-services-api/latest/vim.VirtualMachine.PowerState.html
_POWER = {
    "poweredOn": InstanceState.RUNNING,
    "poweredOff": InstanceState.STOPPED,
    "suspended": InstanceState.SUSPENDED,
}
# Anything but "connected" means that the power state is the last one known, not the present one.
# https://developer.broadcom.com/xapis/vsphere-web-services-api/latest/vim.VirtualMachine.ConnectionState.html
_LOST = {
    "disconnected": InstanceState.UNKNOWN,
    "inaccessible": InstanceState.ERROR,
    "invalid": InstanceState.ERROR,
    "orphaned": InstanceState.ERROR,
}
_HOST = {
    "connected": CommonState.AVAILABLE,
    "notResponding": CommonState.ERROR,
    "disconnected": CommonState.UNAVAILABLE,
}
# ManagedEntityStatus; yellow is a warning: it works.
_OVERALL = {
    "green": CommonState.AVAILABLE,
    "yellow": CommonState.AVAILABLE,
    "red": CommonState.ERROR,
    "gray": CommonState.UNKNOWN,
}


def instance_state(power: str | None, connection: str | None) -> tuple[str, str]:
    """Canonical and native state of an instance."""
    if connection and connection != "connected":
        return _LOST.get(connection, InstanceState.UNKNOWN), connection
    return _POWER.get(power or "", InstanceState.UNKNOWN), power or ""


def host_state(connection: str | None) -> tuple[str, str]:
    return _HOST.get(connection or "", CommonState.UNKNOWN), connection or ""


def overall_state(status: str | None) -> tuple[str, str]:
    return _OVERALL.get(status or "", CommonState.UNKNOWN), status or ""


def access_state(accessible: bool | None) -> tuple[str, str]:
    """Of what only says whether it can be reached (datastore, network)."""
    if accessible is None:
        return CommonState.UNKNOWN, ""
    return (CommonState.AVAILABLE, "accessible") if accessible else (CommonState.UNAVAILABLE, "inaccessible")


# vSphere lists a virtual disk only as part of an instance.
VOLUME_STATE = VolumeState.IN_USE

_FAMILIES = (
    (("win", "dos"), "windows"),
    (("darwin",), "macos"),
    (("freebsd",), "freebsd"),
    (("solaris",), "solaris"),
    (("vmkernel",), "esxi"),
    (
        (
            *("linux", "rhel", "redhat", "centos", "ubuntu", "debian", "sles", "suse", "opensuse", "fedora", "coreos"),
            *(
                "asianux",
                "mandr",
                "turbolinux",
                "sjds",
                "nld",
                "oes",
                "rocky",
                "alma",
                "kylin",
                "vmwarephoton",
                "crxpod",
            ),
        ),
        "linux",
    ),
)


@lru_cache(maxsize=512)
def guest_system(guest_id: str | None) -> tuple[str | None, str | None]:
    """Family and architecture of a guest identifier ("rhel9_64Guest"), None where it does not tell.

    https://developer.broadcom.com/xapis/vsphere-web-services-api/latest/vim.vm.GuestOsDescriptor.GuestOsIdentifier.html
    """
    identifier = (guest_id or "").lower()
    arm = identifier.startswith("arm")
    name = identifier.removeprefix("arm-").removeprefix("other").lstrip("0123456789x")
    family = next((family for starts, family in _FAMILIES if name.startswith(starts)), None)
    if family is None and "linux" in name:
        family = "linux"
    architecture = "aarch64" if arm else "x86_64" if "64" in identifier else None
    return family, architecture
