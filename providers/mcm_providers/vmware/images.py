"""The bytes of images: a template's disk as it lies on its datastore, which is the raw content of the disk.

Of a template that has several, the disk it starts from. Nothing else may write to a template, so that a download goes
on days later where it was cut.
"""

import time
from collections.abc import Iterator

from mcm.contract import (
    ImageFile,
    ImageSink,
    InvalidRequest,
    NotSupported,
    ResourceBusy,
    ResourceKind,
    ResourceNotFound,
    ResourceRef,
)
from mcm_providers.vmware import folder
from mcm_providers.vmware.actions.cloning import EXTRA, token_of
from mcm_providers.vmware.actions.desk import Desk
from mcm_providers.vmware.actions.machine import TEMPLATE, TYPE, Machine, find, properties, read
from mcm_providers.vmware.content import dig, entity_name, flat, items
from mcm_providers.vmware.datacenters import path_to
from mcm_providers.vmware.disks import DiskFile, boot_disk, file_of, has_snapshots
from mcm_providers.vmware.guests import properties_of
from mcm_providers.vmware.listing import BATCH
from mcm_providers.vmware.property_collector import filter_spec, machines_of, made, retrieve
from mcm_providers.vmware.tasks import read_task
from mcm_providers.vmware.traversal import OF_VIEW

_DEVICES, _BOOT, _SNAPSHOT = "config.hardware.device", "config.bootOptions", "snapshot"
_PATHS = (TEMPLATE, "name", "config.guestId", "config.firmware", _BOOT, _DEVICES, _SNAPSHOT)
_LOOK_S = 0.5


def image_file(desk: Desk, image: ResourceRef) -> ImageFile:
    machine = _template(desk, image)
    disk = _boot_disk(machine)
    file = _file(desk, disk)
    size = folder.size_of(desk.session, path_to(desk.session, image.region), file)
    if size != file.size:
        raise NotSupported(
            f"the disk's file has {size} bytes, and the disk {file.size}: its content is not in that file alone",
            reason="disk_not_flat",
        )
    return ImageFile(
        name=entity_name(machine.found.get("name")) or image.native_id,
        disk_format="raw",
        size_bytes=size,
        min_disk_gib=-(-size // 2**30),
        properties=properties_of(machine.found, disk),
        ref=image,
    )


def download_image(desk: Desk, image: ResourceRef, sink: ImageSink, start: int) -> None:
    machine = _template(desk, image)
    file = _file(desk, _boot_disk(machine))
    folder.read(desk.session, path_to(desk.session, image.region), file, start, sink.begin, sink.write)


def remove_image(desk: Desk, region: str, token: str) -> None:
    """A copy of the template that somebody made by hand carries the token too; then a person has to say which goes."""
    found = list(_marked(desk, region, token))
    if len(found) > 1:
        raise InvalidRequest(f"{len(found)} templates carry the mark of this image: somebody has copied it; delete one")
    for machine in found:
        _destroy(desk, machine)


def _template(desk: Desk, image: ResourceRef) -> Machine:
    machine = find(desk, image, *_PATHS) if image.kind is ResourceKind.IMAGE else None
    if machine is None or machine.found.get(TEMPLATE) == "false":
        raise ResourceNotFound(f"there is no template '{image.native_id}' at this vCenter any more")
    if TEMPLATE not in machine.found or _DEVICES not in machine.found:
        raise ResourceBusy(f"the configuration of template '{image.native_id}' cannot be read now")
    return machine


def _boot_disk(machine: Machine) -> dict[str, object]:
    disk = boot_disk(items(machine.found.get(_DEVICES)), machine.found.get(_BOOT))
    if disk is None:
        raise NotSupported("the template has no disk", reason="image_has_no_disk")
    if machine.found.get(_SNAPSHOT):
        raise has_snapshots()
    return disk


def _file(desk: Desk, disk: dict[str, object]) -> DiskFile:
    datastore = str(dig(disk, "backing", "datastore") or "")
    told = properties(desk.session, [("Datastore", datastore)], "summary.type") if datastore else {}
    return file_of(disk, str(told.get(datastore, {}).get("summary.type") or ""))


def _marked(desk: Desk, region: str, token: str) -> Iterator[Machine]:
    """One property of all machines tells which are templates."""
    with machines_of(desk.session, region) as view:
        contents = retrieve(desk.session, filter_spec("specSet", {TYPE: [TEMPLATE]}, [view], OF_VIEW), flat, bound=True)
        values = [one.value for one in contents if one.properties.get(TEMPLATE) == "true"]
    for start in range(0, len(values), BATCH):
        for machine in read(desk.session, values[start : start + BATCH], TEMPLATE, EXTRA):
            if machine.found.get(TEMPLATE) == "true" and token and token_of(machine) == token:
                yield machine


def _destroy(desk: Desk, machine: Machine) -> None:
    """Returns when it is gone."""
    try:
        key = made(desk.change("Destroy_Task", machine.reference))[1]
    except ResourceNotFound:
        return
    while read(desk.session, [machine.value]):
        task = read_task(desk.session, key)
        if task is not None and task.failed:
            raise ResourceBusy(f"vCenter did not remove the template: {task.message}")
        desk.context.check()
        time.sleep(_LOOK_S)
