"""The tables of states: complete against nova's own list, and honest about what they do not know."""

import pytest

from mcm.contract import InstanceState, VolumeState
from mcm_providers.openstack import states

# https://docs.openstack.org/api-guide/compute/server_concepts.html, "Server status"
NOVAS = [
    "ACTIVE",
    "BUILD",
    "DELETED",
    "ERROR",
    "HARD_REBOOT",
    "MIGRATING",
    "PASSWORD",
    "PAUSED",
    "REBOOT",
    "REBUILD",
    "RESCUE",
    "RESIZE",
    "REVERT_RESIZE",
    "SHELVED",
    "SHELVED_OFFLOADED",
    "SHUTOFF",
    "SOFT_DELETED",
    "SUSPENDED",
    "UNKNOWN",
    "VERIFY_RESIZE",
]
# https://docs.openstack.org/api-ref/block-storage/v3/#volumes-volumes, "Volume statuses"
CINDERS = [
    "creating",
    "available",
    "reserved",
    "attaching",
    "detaching",
    "in-use",
    "maintenance",
    "deleting",
    "awaiting-transfer",
    "error",
    "error_deleting",
    "backing-up",
    "restoring-backup",
    "error_backing-up",
    "error_restoring",
    "error_extending",
    "downloading",
    "uploading",
    "retyping",
    "extending",
]


def test_every_status_of_nova_is_known() -> None:
    assert sorted(states.INSTANCE) == sorted(NOVAS)


@pytest.mark.parametrize("status", CINDERS)
def test_every_status_of_cinder_is_known(status: str) -> None:
    assert states.volume(status, attached=False) != VolumeState.UNKNOWN


@pytest.mark.parametrize("status", ["", "FLYING", "active", "in_use"])
def test_another_word_is_unknown(status: str) -> None:
    assert states.instance(status, None, 1)[0] == "unknown"
    assert states.volume(status, attached=True) == "unknown"
    assert states.common(states.NETWORK, status) == "unknown"


@pytest.mark.parametrize(
    ("status", "task", "power", "expected"),
    [
        ("ACTIVE", None, 1, ("running", None)),
        ("ACTIVE", "powering-off", 1, ("stopping", "powering-off")),
        ("ACTIVE", "deleting", 1, ("stopping", "deleting")),
        ("ACTIVE", "image_snapshot", 1, ("running", "image_snapshot")),
        ("SHUTOFF", "powering-on", 4, ("starting", "powering-on")),
        ("BUILD", "scheduling", 0, ("pending", "scheduling")),
        ("BUILD", "spawning", 0, ("starting", "spawning")),
        ("SHELVED_OFFLOADED", "unshelving", 4, ("starting", "unshelving")),
        ("VERIFY_RESIZE", None, 1, ("running", "verify_resize")),
        ("VERIFY_RESIZE", None, 4, ("stopped", "verify_resize")),
        ("VERIFY_RESIZE", "resize_confirming", 1, ("running", "resize_confirming")),
        ("MIGRATING", "migrating", 1, ("migrating", "migrating")),
        ("RESIZE", "resize_prep", 1, ("migrating", "resize_prep")),
        ("REVERT_RESIZE", "resize_reverting", 1, ("migrating", "resize_reverting")),
        ("HARD_REBOOT", "rebooting_hard", 1, ("rebooting", "rebooting_hard")),
        ("ERROR", "powering-on", 0, ("error", "powering-on")),
        ("SOFT_DELETED", None, 4, ("terminated", None)),
    ],
)
def test_status_and_task_together(status: str, task: str | None, power: int, expected: tuple[str, str | None]) -> None:
    assert states.instance(status, task, power) == expected


def test_work_on_a_volume_leaves_it_as_attached_as_it_was() -> None:
    assert states.volume("retyping", attached=True) == VolumeState.IN_USE
    assert states.volume("retyping", attached=False) == VolumeState.AVAILABLE


def test_tables_give_only_canonical_states() -> None:
    assert all(isinstance(state, InstanceState) for state in states.INSTANCE.values())
    assert all(isinstance(state, VolumeState) for state in states.VOLUME.values())
