"""OpenStack's words for states → mcm's. What no table knows is `unknown`.

An instance's status, vm_state, task_state and power_state:
https://docs.openstack.org/api-guide/compute/server_concepts.html and nova/api/openstack/common.py.
"""

from mcm.contract import InstanceState, VolumeState
from mcm.contract.states import CommonState

_I, _V, _C = InstanceState, VolumeState, CommonState

INSTANCE = {
    "ACTIVE": _I.RUNNING,
    "BUILD": _I.PENDING,
    "REBUILD": _I.STARTING,
    "SHUTOFF": _I.STOPPED,
    "PAUSED": _I.PAUSED,
    "SUSPENDED": _I.SUSPENDED,
    "SHELVED": _I.SHELVED,
    "SHELVED_OFFLOADED": _I.SHELVED,
    "RESIZE": _I.MIGRATING,
    "REVERT_RESIZE": _I.MIGRATING,
    "VERIFY_RESIZE": _I.RUNNING,
    "MIGRATING": _I.MIGRATING,
    "REBOOT": _I.REBOOTING,
    "HARD_REBOOT": _I.REBOOTING,
    "RESCUE": _I.RUNNING,
    "PASSWORD": _I.RUNNING,
    "SOFT_DELETED": _I.TERMINATED,
    "DELETED": _I.TERMINATED,
    "ERROR": _I.ERROR,
    "UNKNOWN": _I.UNKNOWN,
}
# A task that says more than the status, which stays what it was until the task is done.
_TASKS = {
    "spawning": _I.STARTING,
    "powering-on": _I.STARTING,
    "unshelving": _I.STARTING,
    "unpausing": _I.STARTING,
    "resuming": _I.STARTING,
    "powering-off": _I.STOPPING,
    "deleting": _I.STOPPING,
    "soft-deleting": _I.STOPPING,
}
_POWERED_OFF = 4
# Instances in these are not listed any more; a single look still finds some of them.
GONE = frozenset({"DELETED", "SOFT_DELETED"})


def instance(status: str, task: str | None, power: int | None) -> tuple[str, str | None]:
    """(canonical state, task in flight)."""
    state = INSTANCE.get(status.partition("(")[0], _I.UNKNOWN)
    if status == "VERIFY_RESIZE":
        # Nothing runs; nova waits for somebody to confirm or revert.
        return (_I.STOPPED if power == _POWERED_OFF else _I.RUNNING).value, task or "verify_resize"
    if task and state not in (_I.ERROR, _I.TERMINATED, _I.UNKNOWN):
        state = _TASKS.get(task, state)
    return state.value, task


VOLUME = {
    "creating": _V.CREATING,
    "downloading": _V.CREATING,
    "managing": _V.CREATING,
    "restoring-backup": _V.CREATING,
    "available": _V.AVAILABLE,
    "awaiting-transfer": _V.AVAILABLE,
    "reserved": _V.ATTACHING,
    "attaching": _V.ATTACHING,
    "in-use": _V.IN_USE,
    "detaching": _V.DETACHING,
    "deleting": _V.DELETING,
    "unmanaging": _V.DELETING,
    "error": _V.ERROR,
    "error_deleting": _V.ERROR,
    "error_backing-up": _V.ERROR,
    "error_restoring": _V.ERROR,
    "error_extending": _V.ERROR,
    "error_managing": _V.ERROR,
    "error_unmanaging": _V.ERROR,
    "error_managing_deleting": _V.ERROR,
}
# Work that goes on with an attached and with a free volume alike.
_VOLUME_WORK = frozenset({"extending", "retyping", "backing-up", "uploading", "maintenance", "reverting"})


def volume(status: str, *, attached: bool) -> str:
    if status in _VOLUME_WORK:
        return (_V.IN_USE if attached else _V.AVAILABLE).value
    return VOLUME.get(status, _V.UNKNOWN).value


SNAPSHOT = {
    "creating": _C.PENDING,
    "available": _C.AVAILABLE,
    "backing-up": _C.AVAILABLE,
    "restoring": _C.AVAILABLE,
    "deleting": _C.DELETING,
    "unmanaging": _C.DELETING,
    "deleted": _C.DELETING,
    "error": _C.ERROR,
    "error_deleting": _C.ERROR,
}
IMAGE = {
    "queued": _C.PENDING,
    "saving": _C.PENDING,
    "uploading": _C.PENDING,
    "importing": _C.PENDING,
    "active": _C.AVAILABLE,
    "deactivated": _C.UNAVAILABLE,
    "pending_delete": _C.DELETING,
    "deleted": _C.DELETING,
    "killed": _C.ERROR,
}
NETWORK = {
    "ACTIVE": _C.AVAILABLE,
    "BUILD": _C.PENDING,
    "ALLOCATING": _C.PENDING,
    "DOWN": _C.UNAVAILABLE,
    "ERROR": _C.ERROR,
    # The port that keeps a floating address: there is nothing that could be up or down.
    "N/A": _C.AVAILABLE,
}


def common(table: dict[str, CommonState], status: str) -> str:
    return table.get(status, _C.UNKNOWN).value
