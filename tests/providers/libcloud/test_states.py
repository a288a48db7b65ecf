"""States come from CloudStack's own word, never from libcloud's reading of it."""

import pytest
from libcloud.compute.drivers.cloudstack import CloudStackNodeDriver
from libcloud.compute.types import NodeState

from mcm.contract import ResourceKind
from mcm_providers.libcloud.drivers.cloudstack import compute, states, storage
from tests.providers.libcloud.conftest import GLOBAL, Connect, Serve

# com.cloud.vm.VirtualMachine.State
INSTANCE_WORDS = {
    *("Starting", "Running", "Stopping", "Stopped", "Destroyed", "Expunging", "Migrating", "Error", "Unknown"),
    *("Shutdown", "Restoring"),
}
# com.cloud.storage.Volume.State, and what listVolumes makes of uploads.
VOLUME_WORDS = {
    *("Allocated", "Creating", "Ready", "Migrating", "Snapshotting", "RevertSnapshotting", "Resizing", "Expunging"),
    *("Expunged", "Destroy", "Destroying", "UploadOp", "Copying", "Uploaded", "NotUploaded", "UploadInProgress"),
    *("UploadError", "UploadAbandoned", "Attaching", "Restoring", "Uploading", "UploadNotStarted"),
}


@pytest.mark.parametrize("word", sorted(INSTANCE_WORDS))
def test_every_word_for_instances_is_known(word: str) -> None:
    assert word in states.INSTANCE


@pytest.mark.parametrize("word", sorted(VOLUME_WORDS))
def test_every_word_for_volumes_is_known(word: str) -> None:
    assert word in states.VOLUME


@pytest.mark.parametrize(
    ("word", "state", "task"),
    [
        ("Running", "running", None),
        ("Stopping", "stopping", "stopping"),
        ("Starting", "starting", "starting"),
        ("Migrating", "migrating", "migrating"),
        ("Shutdown", "stopped", None),
        ("Error", "error", None),
        ("Expunging", "terminated", "expunging"),
        ("Unknown", "unknown", None),
        ("Levitating", "unknown", None),
        ("running", "unknown", None),
    ],
)
def test_instances(word: str, state: str, task: str | None) -> None:
    made = compute.instance({"id": "a", "state": word}, "global")
    assert (made.state, made.native_state, made.task_state) == (state, word, task)


def test_where_libcloud_loses_what_the_cloud_said() -> None:
    table = CloudStackNodeDriver.NODE_STATE_MAP
    assert table["Error"] == NodeState.TERMINATED
    assert table["Stopping"] == NodeState.PENDING
    assert table["Starting"] == NodeState.REBOOTING
    assert "Unknown" not in table


@pytest.mark.parametrize(
    ("word", "attached", "state", "task"),
    [
        ("Ready", True, "in_use", None),
        ("Ready", False, "available", None),
        ("Allocated", False, "available", None),
        ("Resizing", True, "in_use", "resizing"),
        ("Attaching", False, "attaching", "attaching"),
        ("Destroy", False, "deleting", None),
        ("UploadError", False, "error", None),
        ("Hovering", True, "unknown", None),
    ],
)
def test_volumes(word: str, attached: bool, state: str, task: str | None) -> None:
    document = {"id": "a", "state": word} | ({"virtualmachineid": "vm"} if attached else {})
    made = storage.volume(document, "global")
    assert (made.state, made.native_state, made.task_state) == (state, word, task)


def test_one_instance_in_an_odd_state_hides_no_other(serve: Serve, connect: Connect) -> None:
    """libcloud's own listing fails as a whole for one instance in Unknown."""
    server = serve(odd=True)
    found = {one.native_state: one.state for one in connect(server).collect(ResourceKind.INSTANCE, GLOBAL)}
    assert found["Levitating"] == found["Unknown"] == "unknown"
    assert found["Shutdown"] == "stopped"
    assert len(list(connect(server).collect(ResourceKind.INSTANCE, GLOBAL))) == 30
