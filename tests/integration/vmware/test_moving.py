"""An instance of vSphere goes to another cloud: the simulator here, the simulated cloud there, all of mcm between.

The simulator keeps no contents of disks; the template of each move gets them by hand before they are read."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from mcm.contract import ResourceKind
from mcm.moves import converting
from tests import prepared
from tests.harness import HarnessUnavailable
from tests.harness import vcsim as harness
from tests.harness.packages import ensure_debian_packages
from tests.harness.proxy import CutBody, FaultProxy
from tests.harness.proxy.messages import Request
from tests.harness.vcsim import VcsimServer
from tests.integration.vmware import disks, moving
from tests.integration.vmware.operator import Operator, vim
from tests.lab import Lab
from tests.rooms.moves.desk import Desk

pytestmark = pytest.mark.vcsim
SIZE = 6 * disks.MIB


@pytest.fixture
def vcsim() -> Iterator[VcsimServer]:
    """One for each test: its views go on listing templates that are gone."""
    try:
        server = harness.start(clusters=1, hosts=1, standalone_hosts=0, vms=1, folders=1)
    except HarnessUnavailable as unavailable:
        pytest.skip(str(unavailable))
    yield server
    server.stop()


@pytest.fixture
def proxy(vcsim: VcsimServer) -> Iterator[FaultProxy]:
    with FaultProxy(f"https://{vcsim.host}:{vcsim.port}", tls=True) as standing:
        yield standing


@pytest.fixture
def desk(database_url: str, tmp_path: Path, vcsim: VcsimServer, proxy: FaultProxy) -> Iterator[Desk]:
    lab = prepared.lab(database_url, tmp_path / "data", "moves-from-vsphere", _read)
    moving.connected(vcsim, lab, port=proxy.port, ca_file=str(proxy.ca_file))
    yield Desk(lab)
    lab.close()


def _read(lab: Lab) -> None:
    Desk(lab).account("there")
    Desk(lab).account("qcow2", image_formats="qcow2")


def _noted(asked: Request, ranges: list[str]) -> bool:
    """Whether it is a download; which part it asks for is written down."""
    wanted = asked.method == "GET" and asked.path.startswith("/folder/")
    if wanted:
        ranges.append(asked.header("range"))
    return wanted


def templates(operator: Operator) -> list[str]:
    stores = operator.all(vim.Datastore)
    return [one.name for store in stores for one in store.vm if one.config.template]


def test_an_instance_of_vsphere_goes_to_another_cloud(
    desk: Desk, vcsim: VcsimServer, operator: Operator, proxy: FaultProxy
) -> None:
    source = moving.fresh(operator, desk.lab, "mover", SIZE)
    body = desk.body(source, stop=True, retire=True)
    shown = desk.preview(body)
    assert (shown.how, shown.against) == ("cold", [])

    move = desk.start(body)
    image = desk.until(move, "download").facts["image"]["native_id"]
    moving.filled(vcsim, operator, image, disks.content(SIZE))
    ranges: list[str] = []
    proxy.rule(lambda asked: _noted(asked, ranges), CutBody(0.4, honest=False), times=1)
    row = desk.until(move)
    assert (row.status, row.error_message) == ("succeeded", None), desk.told(move)
    assert desk.told(move)["convert"] == "skipped"

    (made,) = desk.made()
    (copied,) = desk.images("there")
    world = desk.lab.world("there")
    assert world.contents[copied] == disks.content(SIZE)
    assert world.find(ResourceKind.INSTANCE, made)[1]["name"] == "mover"  # type: ignore[index]
    needs = {"hw_firmware_type": "bios", "hw_disk_bus": "scsi", "hw_scsi_model": "vmpvscsi", "hw_vif_model": "e1000"}
    assert world.find(ResourceKind.IMAGE, copied)[1]["properties"] == needs  # type: ignore[index]
    # What was cut went on: the second request asked for the rest alone.
    assert ranges[0] == ""
    assert 0 < int(ranges[1].removeprefix("bytes=").rstrip("-")) < SIZE
    # The source is off and in the bin; its template and the copy here are gone.
    assert desk.lab.by_native_id(source.native_id).state == "stopped"
    assert desk.lab.count("recycled", f"resource_id = '{source.id}' AND status = 'kept'") == 1
    assert templates(operator) == desk.staged() == []


def test_it_is_converted_for_a_cloud_that_takes_qcow2(
    desk: Desk, vcsim: VcsimServer, operator: Operator, tmp_path: Path
) -> None:
    reason = None if converting.program() else ensure_debian_packages(["qemu-utils"])
    assert reason is None, reason
    source = moving.fresh(operator, desk.lab, "mover", SIZE)
    params = {"networks": [desk.at("qcow2", "network").native_id], "flavor": desk.largest("qcow2").native_id}
    move = desk.start(desk.body(source, account="qcow2", params=params))
    moving.filled(
        vcsim, operator, desk.until(move, "download").facts["image"]["native_id"], disks.content(SIZE)
    )  # fmt: skip
    row = desk.until(move)
    assert (row.status, row.error_message, desk.told(move)["convert"]) == ("succeeded", None, "done")
    (copied,) = desk.images("qcow2")
    there, here = tmp_path / "there.qcow2", tmp_path / "here.raw"
    there.write_bytes(desk.lab.world("qcow2").contents[copied])
    here.write_bytes(disks.content(SIZE))
    program = converting.program()
    assert program is not None
    subprocess.run([program, "compare", "-f", "qcow2", "-F", "raw", str(there), str(here)], check=True)


def test_what_cannot_be_read_leaves_nothing_behind(desk: Desk, operator: Operator) -> None:
    """The template's file stays empty here: it is not the disk that vCenter tells of."""
    source = moving.fresh(operator, desk.lab, "mover", SIZE)
    move = desk.start(desk.body(source, stop=True))
    row = desk.until(move)
    assert (row.status, row.error_code) == ("failed", "not_supported")
    assert f"the disk {SIZE}" in str(row.error_message)
    assert desk.told(move)["image"] == desk.told(move)["stop"] == "undone"
    assert desk.lab.by_native_id(source.native_id).state == "running"
    assert templates(operator) == desk.staged() == desk.made() == []


def test_further_disks_are_refused_or_stay_behind(desk: Desk, vcsim: VcsimServer, operator: Operator) -> None:
    source = moving.fresh(operator, desk.lab, "mover", SIZE)
    machine = operator.content.searchIndex.FindByUuid(None, source.native_id, True, True)
    backing = vim.vm.device.VirtualDisk.FlatVer2BackingInfo(fileName="", diskMode="persistent")
    place = {"controllerKey": disks.disk_of(machine).controllerKey, "unitNumber": 7}
    second = vim.vm.device.VirtualDisk(key=-1, capacityInKB=2048, backing=backing, **place)
    disks.change(operator, machine, second, "add", "create")
    moving.read(desk.lab)
    (against,) = desk.preview(desk.body(source)).against
    assert (against.code, against.params["count"]) == ("has_volumes", 1)
    shown = desk.preview(desk.body(source, leave_volumes=True))
    assert (shown.against, shown.person[0].code) == ([], "person_volumes")

    move = desk.start(desk.body(source, leave_volumes=True))
    moving.filled(
        vcsim, operator, desk.until(move, "download").facts["image"]["native_id"], disks.content(SIZE)
    )  # fmt: skip
    row = desk.until(move)
    assert (row.status, row.error_message) == ("succeeded", None), desk.told(move)
    (copied,) = desk.images("there")
    assert desk.lab.world("there").contents[copied] == disks.content(SIZE)
