"""Contents for the simulator's disks, whose files it makes and leaves empty: put there over its own file access, the
way `govc datastore.upload` does."""

import random
import ssl
import struct
import urllib.request
from typing import Any
from urllib.parse import quote

from tests.harness.vcsim import VcsimServer
from tests.integration.vmware.operator import Operator, vim

MIB = 2**20


def content(size: int, seed: int = 1) -> bytes:
    """A disk with one partition in a master boot record, and noise in it; the same for one seed."""
    noise = random.Random(seed).randbytes(size)
    table = struct.pack("<B3sB3sII", 0x80, b"\0\2\0", 0x83, b"\xfe\xff\xff", 2048, size // 512 - 2048) + bytes(48)
    return noise[:446] + table + b"\x55\xaa" + noise[512:]


def disk_of(machine: Any, number: int = 0) -> Any:
    return [one for one in machine.config.hardware.device if isinstance(one, vim.vm.device.VirtualDisk)][number]


def sized(operator: Operator, machine: Any, size: int) -> None:
    """Its first disk gets this capacity."""
    disk = disk_of(machine)
    disk.capacityInKB, disk.capacityInBytes = size // 1024, size
    change(operator, machine, disk, "edit")


def change(operator: Operator, machine: Any, device: Any, how: str, file: str | None = None) -> None:
    specification = vim.vm.device.VirtualDeviceSpec(operation=how, fileOperation=file, device=device)
    operator.do(machine.ReconfigVM_Task(vim.vm.ConfigSpec(deviceChange=[specification])))


def put(server: VcsimServer, operator: Operator, machine: Any, data: bytes) -> None:
    """What the machine's first disk holds."""
    datastore, _, path = disk_of(machine).backing.fileName.removeprefix("[").partition("] ")
    file = quote(path.removesuffix(".vmdk") + "-flat.vmdk")
    where = f"dcPath={quote(inventory_path(operator, machine), safe='')}&dsName={quote(datastore)}"
    url = f"https://{server.host}:{server.port}/folder/{file}?{where}"
    request = urllib.request.Request(url, data=data, method="PUT")
    with urllib.request.urlopen(request, context=ssl._create_unverified_context()) as answer:
        assert answer.status == 200


def inventory_path(operator: Operator, machine: Any) -> str:
    """Of its datacenter."""
    place, names = machine, list[str]()
    while not isinstance(place, vim.Datacenter):
        place = place.parent
    while place._moId != operator.content.rootFolder._moId:
        names.insert(0, place.name)
        place = place.parent
    return "/".join(names)
