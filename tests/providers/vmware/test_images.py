"""What is asked of vCenter's file access, and what its refusals become; the simulator takes it from anybody."""

import io
import threading
import time
from typing import Any

import pytest

from mcm.contract import (
    NotSupported,
    PermissionDenied,
    ProviderError,
    RateLimited,
    ResourceBusy,
    ResourceKind,
    ResourceNotFound,
    ResourceRef,
    UnexpectedResponse,
    Unreachable,
)
from mcm.contract.conformance.context import PlainContext
from tests.providers.vmware.actions.scripted import Objects, instance, machine, script, started, task, task_error
from tests.providers.vmware.answers import SESSION, Answer, Reply, login, uuid
from tests.providers.vmware.vcenter import Vcenter

IMAGE = ResourceRef(ResourceKind.IMAGE, uuid(7), "", "datacenter-2", "VirtualMachine:vm-7")
DATA = bytes(range(256)) * 4
FILE = "/folder/web%20%231/web-flat.vmdk?dcPath=a%2520b%2FDC%252f0&dsName=data%20%26%201"
_DISK = (
    '<VirtualDevice xsi:type="ParaVirtualSCSIController"><key>1000</key><busNumber>0</busNumber></VirtualDevice>'
    '<VirtualDevice xsi:type="VirtualDisk"><key>2000</key><backing xsi:type="VirtualDiskFlatVer2BackingInfo">'
    '<fileName>[data &amp; 1] web #1/web.vmdk</fileName><datastore type="Datastore">datastore-9</datastore></backing>'
    f"<controllerKey>1000</controllerKey><capacityInKB>1</capacityInKB><capacityInBytes>{len(DATA)}</capacityInBytes>"
    "</VirtualDevice>"
)


class Sink(io.BytesIO):
    begun: int | None = None

    def begin(self, offset: int) -> None:
        self.begun = offset


def template(token: str = "", **properties: Any) -> Objects:
    option = f'<OptionValue><key>mcm.op</key><value xsi:type="xsd:string">{token}</value></OptionValue>'
    told: dict[str, Any] = {
        "runtime__powerState": "poweredOff", "config__template": "true", "config__firmware": "efi",
        "config__hardware__device": f'<val xsi:type="ArrayOfVirtualDevice">{_DISK}</val>',
        "config__extraConfig": f'<val xsi:type="ArrayOfOptionValue">{option}</val>',
    }  # fmt: skip
    known = {name: of for name, of in machine(**{**told, **properties}).items() if of is not None}
    return {
        **instance(known),
        ("Datastore", "datastore-9"): {"summary.type": "VMFS"},
        ("Folder", "group-d1"): {"name": "Datacenters"},
        ("Folder", "group-d5"): {"name": "a%20b", "parent": ("Folder", "group-d1")},
        ("Datacenter", "datacenter-2"): {"name": "DC%2f0", "parent": ("Folder", "group-d5")},
    }


def scripted(objects: Objects | None = None, **answers: Answer) -> dict[str, Any]:
    """answers: `HEAD`, `GET` of the disk's file, and operations. All objects stand below the root folder."""
    found: dict[str, Any] = {f"{name} {FILE}" if name in ("HEAD", "GET") else name: of for name, of in answers.items()}
    known = template() if objects is None else objects
    made = script(known)
    retrieved: Any = made["RetrievePropertiesEx"]

    def retrieve(asked: Any) -> Reply:
        if "<type>Datacenter</type>" in asked.body:
            places = {one: of for one, of in known.items() if one[0] in ("Folder", "Datacenter")}
            asked = type(asked)(asked.operation, "".join(_named(one) for one in places), asked.headers)
        answer: Reply = retrieved(asked)
        return answer

    return {**made, "RetrievePropertiesEx": retrieve, **found}


def _named(one: tuple[str, str]) -> str:
    return f'<obj type="{one[0]}">{one[1]}</obj>'


def test_the_file_is_asked_for_with_the_session_and_as_it_is() -> None:
    with Vcenter(scripted(HEAD=Reply(DATA), GET=Reply(DATA))) as vcenter:
        provider = vcenter.connect()
        told = provider.image_file(IMAGE)
        sink = Sink()
        provider.download_image(IMAGE, sink)
        provider.close()
        asked = [*vcenter.bodies(f"HEAD {FILE}"), *vcenter.bodies(f"GET {FILE}")]
    assert (told.size_bytes, told.min_disk_gib, told.properties["hw_firmware_type"]) == (len(DATA), 1, "uefi")
    assert (sink.begun, sink.getvalue()) == (0, DATA)
    assert [one.headers["Cookie"] for one in asked] == [f'vmware_soap_session="{SESSION}"'] * 2
    assert {one.headers["Accept-Encoding"] for one in asked} == {"identity"}
    assert not any("Range" in one.headers for one in asked)


def test_a_download_goes_on_only_at_its_place() -> None:
    def part(asked: Any) -> Reply:
        assert asked.headers["Range"] == "bytes=100-"
        return Reply(DATA[100:], 206, headers={"Content-Range": f"bytes 100-{len(DATA) - 1}/{len(DATA)}"})

    with Vcenter(scripted(GET=part)) as vcenter:
        sink = Sink()
        vcenter.connect().download_image(IMAGE, sink, 100)
    assert (sink.begun, sink.getvalue()) == (100, DATA[100:])
    # A server that knows no ranges sends everything: then it is all written anew.
    with Vcenter(scripted(GET=Reply(DATA))) as vcenter:
        vcenter.connect().download_image(IMAGE, sink := Sink(), 100)
    assert (sink.begun, sink.getvalue()) == (0, DATA)
    shifted = Reply(DATA[99:], 206, headers={"Content-Range": f"bytes 99-{len(DATA) - 1}/{len(DATA)}"})
    with Vcenter(scripted(GET=shifted)) as vcenter, pytest.raises(UnexpectedResponse, match="another part"):
        vcenter.connect().download_image(IMAGE, sink := Sink(), 100)
    assert sink.begun is None


def test_a_session_that_has_ended_is_begun_anew_once() -> None:
    ended = Reply(b"", 401, content_type="text/html")
    with Vcenter(scripted(GET=ended, Login=login("52c0ffee-second"))) as vcenter:
        with pytest.raises(PermissionDenied, match=r"Datastore\.Browse"):
            vcenter.connect().download_image(IMAGE, Sink())
        assert (vcenter.counts["Login"], vcenter.counts[f"GET {FILE}"]) == (2, 2)


def test_a_download_that_stands_still_ends_at_its_deadline() -> None:
    goes_on = threading.Event()
    with Vcenter(scripted(GET=Reply(DATA, pause=(100, goes_on)))) as vcenter:
        provider, sink = vcenter.connect(PlainContext(2.0)), Sink()
        began = time.monotonic()
        with pytest.raises(Unreachable):
            provider.download_image(IMAGE, sink)
        assert time.monotonic() - began < 10
        goes_on.set()
    assert sink.getvalue() == DATA[:100]


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (302, NotSupported),
        (403, PermissionDenied),
        (404, NotSupported),
        (429, RateLimited),
        (500, Unreachable),
        (206, UnexpectedResponse),
        (418, UnexpectedResponse),
    ],
)
def test_what_refusals_become(status: int, error: type[ProviderError]) -> None:
    with Vcenter(scripted(HEAD=Reply(b"", status, content_type="text/html"))) as vcenter:
        with pytest.raises(error) as told:
            vcenter.connect().image_file(IMAGE)
        assert vcenter.counts[f"HEAD {FILE}"] == 1
    assert SESSION not in told.value.message


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"config__template": "false"}, ResourceNotFound),
        ({"config__hardware__device": None}, ResourceBusy),
        ({"config__hardware__device": '<val xsi:type="ArrayOfVirtualDevice"/>'}, NotSupported),
    ],
)
def test_what_is_no_whole_template(changed: dict[str, Any], error: type[ProviderError]) -> None:
    with Vcenter(scripted(template(**changed))) as vcenter, pytest.raises(error):
        vcenter.connect().image_file(IMAGE)


def test_a_template_that_vcenter_does_not_remove_is_no_silence() -> None:
    objects = template("mcm-1") | {("Task", "task-1"): task("error", error=task_error("ResourceInUse", "in use"))}
    with Vcenter(scripted(objects, Destroy_Task=started("Destroy_Task"))) as vcenter:
        provider = vcenter.connect()
        provider.remove_image("datacenter-2", "mcm-2")
        assert vcenter.counts["Destroy_Task"] == 0
        with pytest.raises(ResourceBusy, match="in use"):
            provider.remove_image("datacenter-2", "mcm-1")
        assert vcenter.counts["Destroy_Task"] == 1
