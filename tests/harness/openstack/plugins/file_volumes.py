# mypy: ignore-errors
"""Cinder's own fake driver, which keeps no bytes, mended: a volume is a sparse file, so that images of it are real.

Runs inside cinder-volume, never in the test process. qemu-img is not needed: everything is raw.
"""

import os
import subprocess

from cinder.tests.fake_driver import FakeLoggingVolumeDriver
from oslo_config import cfg

_GIB = 2**30


class FileVolumes(FakeLoggingVolumeDriver):
    def create_volume(self, volume):
        _sized(_file(volume), volume.size)
        return super().create_volume(volume)

    def delete_volume(self, volume):
        _removed(_file(volume))

    def create_snapshot(self, snapshot):
        _copied(_file(snapshot.volume), _file(snapshot))

    def delete_snapshot(self, snapshot):
        _removed(_file(snapshot))

    def create_volume_from_snapshot(self, volume, snapshot):
        _copied(_file(snapshot), _file(volume), volume.size)

    def create_cloned_volume(self, volume, src_vref):
        _copied(_file(src_vref), _file(volume), volume.size)

    def extend_volume(self, volume, new_size):
        _sized(_file(volume), new_size)

    def clone_image(self, context, volume, image_location, image_meta, image_service):
        with open(_file(volume), "wb") as file:
            image_service.download(context, image_meta["id"], file)
        _sized(_file(volume), volume.size)
        return {}, True

    def copy_volume_to_image(self, context, volume, image_service, image_meta):
        with open(_file(volume), "rb") as file:
            image_service.update(context, image_meta["id"], {}, file, purge_props=False)


def _file(thing):
    folder = os.path.join(cfg.CONF.state_path, "volumes")
    os.makedirs(folder, exist_ok=True)
    return os.path.join(folder, thing["id"])


def _sized(path, gib):
    with open(path, "ab") as file:
        file.truncate(gib * _GIB)


def _copied(source, target, gib=None):
    # What was made before volumes were files has none.
    if not os.path.exists(source):
        _sized(source, gib or 1)
    subprocess.run(["cp", "--sparse=always", source, target], check=True)
    if gib is not None:
        _sized(target, gib)


def _removed(path):
    if os.path.exists(path):
        os.unlink(path)
