"""Native words to canonical states. What no table has becomes "unknown"."""

from mcm.contract import InstanceState, VolumeState
from mcm.contract.states import CommonState

INSTANCE = {
    "openstack": {
        "ACTIVE": InstanceState.RUNNING,
        "BUILD": InstanceState.PENDING,
        "SHUTOFF": InstanceState.STOPPED,
        "PAUSED": InstanceState.PAUSED,
        "SUSPENDED": InstanceState.SUSPENDED,
        "SHELVED": InstanceState.SHELVED,
        "SHELVED_OFFLOADED": InstanceState.SHELVED,
        "MIGRATING": InstanceState.MIGRATING,
        "RESIZE": InstanceState.MIGRATING,
        "VERIFY_RESIZE": InstanceState.RUNNING,
        "RESCUE": InstanceState.RUNNING,
        "REBOOT": InstanceState.REBOOTING,
        "HARD_REBOOT": InstanceState.REBOOTING,
        "DELETED": InstanceState.TERMINATED,
        "ERROR": InstanceState.ERROR,
    },
    "vmware": {
        "poweredOn": InstanceState.RUNNING,
        "poweredOff": InstanceState.STOPPED,
        "suspended": InstanceState.SUSPENDED,
    },
    "public": {
        "pending": InstanceState.PENDING,
        "starting": InstanceState.STARTING,
        "running": InstanceState.RUNNING,
        "rebooting": InstanceState.REBOOTING,
        "stopping": InstanceState.STOPPING,
        "shutting-down": InstanceState.STOPPING,
        "stopped": InstanceState.STOPPED,
        "terminated": InstanceState.TERMINATED,
    },
}

VOLUME = {
    "creating": VolumeState.CREATING,
    "available": VolumeState.AVAILABLE,
    "attaching": VolumeState.ATTACHING,
    "in-use": VolumeState.IN_USE,
    "detaching": VolumeState.DETACHING,
    "deleting": VolumeState.DELETING,
    "error": VolumeState.ERROR,
}

COMMON = {
    "available": CommonState.AVAILABLE,
    "active": CommonState.AVAILABLE,
    "ACTIVE": CommonState.AVAILABLE,
    "DOWN": CommonState.UNAVAILABLE,
    "up": CommonState.AVAILABLE,
    "green": CommonState.AVAILABLE,
    "normal": CommonState.AVAILABLE,
    "enabled": CommonState.AVAILABLE,
    "disabled": CommonState.UNAVAILABLE,
    "deactivated": CommonState.UNAVAILABLE,
    "maintenance": CommonState.UNAVAILABLE,
    "inMaintenance": CommonState.UNAVAILABLE,
    "creating": CommonState.PENDING,
    "deleting": CommonState.DELETING,
    "storage-full": CommonState.ERROR,
    "error": CommonState.ERROR,
}
