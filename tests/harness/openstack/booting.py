"""Instances that start from a volume, with bytes on it that a test knows again."""

import hashlib
import time
from typing import Any

from tests.harness.processes import ServiceFailed

# What was written, to the first disk and to another; behind it a disk of 1 GiB is empty.
CONTENT = hashlib.shake_256(b"what the guest has written").digest(1 << 20)
DATA = hashlib.shake_256(b"what it keeps").digest(1 << 20)
_PATIENCE_S = 120
_POLL_S = 0.3


def boot_from_volume(connection: Any, name: str) -> tuple[str, str]:
    """(server, volume), both of that name. Raises ServiceFailed."""
    storage, compute = connection.block_storage, connection.compute
    image = connection.image.create_image(
        name=name, disk_format="raw", container_format="bare", min_disk=1, data=CONTENT, hw_disk_bus="virtio",
        os_type="linux",
    )  # fmt: skip
    volume = storage.create_volume(name=name, size=1, image_id=image.id)
    _until(lambda: storage.get_volume(volume.id).status, "available")
    connection.image.delete_image(image.id)
    disk = {"uuid": volume.id, "source_type": "volume", "destination_type": "volume", "boot_index": 0}
    server = compute.create_server(
        name=name, flavor_id=compute.find_flavor("m1.tiny").id, block_device_mapping=[disk],
        networks=[{"uuid": connection.network.find_network("private").id}],
    )  # fmt: skip
    _until(lambda: compute.get_server(server.id).status, "ACTIVE")
    return str(server.id), str(volume.id)


def attach_volume(connection: Any, server: str, name: str) -> str:
    """One more, of other bytes; its id."""
    image = connection.image.create_image(
        name=name, disk_format="raw", container_format="bare", min_disk=1, data=DATA
    )  # fmt: skip
    storage = connection.block_storage
    volume = storage.create_volume(name=name, size=1, image_id=image.id, metadata={"team": "a"})
    _until(lambda: storage.get_volume(volume.id).status, "available")
    connection.image.delete_image(image.id)
    connection.compute.create_volume_attachment(server, volume_id=volume.id)
    _until(lambda: storage.get_volume(volume.id).status, "in-use")
    return str(volume.id)


def clear(connection: Any, name: str) -> None:
    """Every server, volume and image of that name."""
    compute, storage = connection.compute, connection.block_storage
    servers = [one for one in compute.servers() if one.name == name]
    for one in servers:
        compute.delete_server(one)
    for one in servers:
        compute.wait_for_delete(one, interval=1, wait=60)
    for volume in list(storage.volumes(name=name)):
        _until(lambda ident=volume.id: storage.get_volume(ident).status, "available")
        storage.delete_volume(volume.id)
    for image in connection.image.images(name=name):
        connection.image.delete_image(image)


def _until(status: Any, wanted: str) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while (found := str(status())) != wanted:
        if found.lower().startswith("error") or time.monotonic() > deadline:
            raise ServiceFailed(f"it is {found} and not {wanted}")
        time.sleep(_POLL_S)
