"""A template's disk over the simulator's file access. The simulator keeps no contents of disks: each test puts a disk's
bytes where the datastore has the template's file. It asks for no cookie there, which a scripted server does instead."""

import io
from collections.abc import Callable, Iterator

import pytest

from mcm.contract import (
    NotSupported,
    PermissionDenied,
    ResourceKind,
    ResourceNotFound,
    ResourceRef,
    UnexpectedResponse,
)
from mcm.contract.resources import VolumeAttributes
from mcm_providers.vmware.adapter import VmwareProvider
from tests.harness.acting import act, ordered
from tests.harness.proxy import CutBody, ExpiredToken, FaultProxy, Status
from tests.harness.proxy.messages import Request
from tests.harness.vcsim import VcsimServer
from tests.integration.vmware import disks
from tests.integration.vmware.acting import machine_of
from tests.integration.vmware.conftest import Connect
from tests.integration.vmware.operator import Operator, vim

pytestmark = pytest.mark.vcsim
SIZE = 6 * disks.MIB
Made = Callable[..., tuple[ResourceRef, str]]


class Sink(io.BytesIO):
    begun: int | None = None

    def begin(self, offset: int) -> None:
        assert self.begun is None
        self.begun = offset


@pytest.fixture
def made(vcsim: VcsimServer, provider: VmwareProvider, operator: Operator, ref: ResourceRef) -> Made:
    """An image of the instance with these bytes in it, and the token it carries."""

    def making(data: bytes | None = None, name: str = "an image") -> tuple[ResourceRef, str]:
        disks.sized(operator, machine_of(operator, ref), SIZE)
        order = ordered("instance.create_image", ref, name=name)
        outlook = act(provider, order)
        assert outlook.made is not None
        disks.put(vcsim, operator, machine_of(operator, outlook.made), disks.content(SIZE) if data is None else data)
        return outlook.made, order.token

    return making


@pytest.fixture
def proxy(vcsim: VcsimServer) -> Iterator[FaultProxy]:
    with FaultProxy(f"https://{vcsim.host}:{vcsim.port}", tls=True) as standing:
        yield standing


@pytest.fixture
def through(connect: Connect, proxy: FaultProxy) -> VmwareProvider:
    return connect(port=proxy.port, ca_file=str(proxy.ca_file))


def files(method: str) -> Callable[[Request], bool]:
    return lambda request: request.method == method and request.path.startswith("/folder/")


def test_the_whole_disk(provider: VmwareProvider, operator: Operator, made: Made) -> None:
    image, _ = made(name="50% of a/b")
    told = provider.image_file(image)
    assert (told.name, told.disk_format, told.size_bytes, told.checksum) == ("50% of a/b", "raw", SIZE, "")
    assert (told.min_disk_gib, told.ref) == (1, image)
    assert told.properties == {
        "hw_firmware_type": "bios", "hw_disk_bus": "scsi", "hw_scsi_model": "vmpvscsi", "hw_vif_model": "e1000",
    }  # fmt: skip
    sink = Sink()
    provider.download_image(image, sink)
    assert (sink.begun, sink.getvalue()) == (0, disks.content(SIZE))


def test_it_goes_on_in_the_middle(provider: VmwareProvider, made: Made) -> None:
    image, _ = made()
    for start in (1, SIZE // 2 + 7, SIZE - 1):
        sink = Sink()
        provider.download_image(image, sink, start)
        assert (sink.begun, sink.getvalue()) == (start, disks.content(SIZE)[start:])


def test_what_is_cut_goes_on_where_it_ended(through: VmwareProvider, proxy: FaultProxy, made: Made) -> None:
    image, _ = made()
    proxy.rule(files("GET"), CutBody(0.4, honest=False), times=1)
    first, second = Sink(), Sink()
    with pytest.raises(UnexpectedResponse, match="too early"):
        through.download_image(image, first)
    received = len(first.getvalue())
    assert 0 < received < SIZE
    through.download_image(image, second, received)
    assert second.begun == received
    assert first.getvalue() + second.getvalue() == disks.content(SIZE)


def test_a_session_that_has_ended_is_begun_anew(through: VmwareProvider, proxy: FaultProxy, made: Made) -> None:
    image, _ = made()
    proxy.rule(files("GET"), ExpiredToken(), times=1)
    sink = Sink()
    through.download_image(image, sink)
    assert sink.getvalue() == disks.content(SIZE)


def test_who_may_not_read_files_is_told_of_the_privilege(
    through: VmwareProvider, proxy: FaultProxy, made: Made
) -> None:
    image, _ = made()
    proxy.rule(files("HEAD"), Status(403))
    with pytest.raises(PermissionDenied, match=r"Datastore\.FileManagement"):
        through.image_file(image)


def test_nothing_is_taken_to_another_host(through: VmwareProvider, proxy: FaultProxy, made: Made) -> None:
    image, _ = made()
    elsewhere = ("Location", "https://esx07.test/folder/x?ticket=kanari7-ticket")
    proxy.rule(files("GET"), Status(302, b"", headers=(elsewhere,)))
    with pytest.raises(NotSupported, match=r"at esx07\.test only") as told:
        through.download_image(image, Sink())
    assert told.value.reason == "disk_elsewhere"
    assert "kanari7" not in told.value.message


@pytest.mark.parametrize("size", [0, SIZE - 512, SIZE + 512])
def test_a_file_of_another_size_is_not_the_disk(provider: VmwareProvider, made: Made, size: int) -> None:
    image, _ = made(bytes(size))
    with pytest.raises(NotSupported) as told:
        provider.image_file(image)
    assert told.value.reason == "disk_not_flat"
    with pytest.raises(UnexpectedResponse, match="bytes"):
        provider.download_image(image, Sink())


def test_a_template_with_snapshots_is_refused(provider: VmwareProvider, operator: Operator, made: Made) -> None:
    image, _ = made()
    operator.do(machine_of(operator, image).CreateSnapshot_Task("by hand", "", False, False))
    with pytest.raises(NotSupported) as told:
        provider.image_file(image)
    assert told.value.reason == "disk_has_snapshots"


def test_the_disk_it_starts_from_is_marked(provider: VmwareProvider, operator: Operator, ref: ResourceRef) -> None:
    """The others are what a move says stays behind."""
    machine = machine_of(operator, ref)
    first = disks.disk_of(machine)
    backing = vim.vm.device.VirtualDisk.FlatVer2BackingInfo(fileName="", diskMode="persistent")
    second = vim.vm.device.VirtualDisk(
        key=-1, controllerKey=first.controllerKey, unitNumber=5, capacityInKB=2048, backing=backing
    )
    disks.change(operator, machine, second, "add", "create")
    found = [
        one.attributes.bootable
        for one in provider.collect(ResourceKind.VOLUME, provider.regions()[0])
        if any(relation.native_id == ref.native_id for relation in one.relations)
        and isinstance(one.attributes, VolumeAttributes)
    ]
    assert found == [True, False]


def test_an_instance_is_no_image(provider: VmwareProvider, ref: ResourceRef) -> None:
    named_so = ResourceRef(ResourceKind.IMAGE, ref.native_id, "", ref.region, ref.locator)
    with pytest.raises(ResourceNotFound):
        provider.image_file(named_so)
