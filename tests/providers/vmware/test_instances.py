"""What becomes of virtual machines and templates."""

from datetime import UTC, datetime

import pytest

from mcm.contract import Relation, RelationType, ResourceKind
from mcm.contract.conformance.checks import resource_problems
from mcm.contract.resources import ImageAttributes, InstanceAttributes
from mcm_providers.vmware.labels import Labels
from mcm_providers.vmware.resources import READERS
from mcm_providers.vmware.resources.instance import FALLBACK, PROPERTIES, with_fallback
from mcm_providers.vmware.resources.reader import Surroundings
from tests.providers.vmware.answers import content, machine, page, uuid
from tests.providers.vmware.reading import captured, decoded, written

INSTANCE, IMAGE = ResourceKind.INSTANCE, ResourceKind.IMAGE


def attributes_of(**properties: object) -> InstanceAttributes:
    (found,) = written(INSTANCE, machine(1, **properties))
    assert isinstance(found.attributes, InstanceAttributes)
    return found.attributes


@pytest.mark.parametrize("kind", list(READERS))
def test_what_was_captured_is_well_formed(kind: ResourceKind) -> None:
    found = captured(kind)
    assert found
    assert [problem for one in found for problem in resource_problems(one, kind, "datacenter-3")] == []


def test_an_instance_whole() -> None:
    found = {one.name: one for one in captured(INSTANCE)}["DC0_C0_RP0_VM4"]
    assert found.native_id == "977c39c3-2dc6-5803-aa23-e77920f30822"
    assert found.locator == "VirtualMachine:vm-166"
    assert (found.state, found.native_state, found.native_kind) == ("running", "poweredOn", "VirtualMachine")
    assert found.attributes == InstanceAttributes(
        vcpus=4,
        cpu_sockets=4,
        memory_mib=8192,
        architecture="x86_64",
        virtualization="esxi",
        os_family="linux",
        os_name="rhel7_64Guest",
        hostname="web01.example",
        private_ips=["10.0.0.7"],
        host="esx07",
    )
    assert found.relations == [
        Relation(RelationType.RUNS_ON, ResourceKind.HOST, "host-47"),
        Relation(RelationType.STORED_ON, ResourceKind.DATASTORE, "datastore-51"),
        Relation(RelationType.CONNECTED_TO, ResourceKind.NETWORK, "dvportgroup-18"),
        Relation(RelationType.PART_OF, ResourceKind.RESOURCE_POOL, "resgroup-31"),
        Relation(RelationType.PART_OF, ResourceKind.FOLDER, "folder-12"),
    ]


def test_states_and_custom_attributes() -> None:
    found = {one.name: one for one in captured(INSTANCE)}
    assert found["web/01 %"].state == "stopped"
    assert found["DC0_C0_RP0_VM3"].state == "suspended"
    assert found["DC0_C0_RP0_VM0"].tags == {"owner": "alice", "cost center": "4711"}
    assert found["DC0_C0_RP0_VM3"].tags == {}


def test_a_template_is_an_image_and_no_instance() -> None:
    assert "DC0_C0_RP0_VM2" not in {one.name for one in captured(INSTANCE)}
    (image,) = captured(IMAGE)
    assert image.name == "DC0_C0_RP0_VM2"
    assert isinstance(image.attributes, ImageAttributes)
    assert image.attributes.template is True


@pytest.mark.parametrize(
    ("connection", "state", "native"),
    [
        ("connected", "running", "poweredOn"),
        ("disconnected", "unknown", "disconnected"),
        ("inaccessible", "error", "inaccessible"),
        ("invalid", "error", "invalid"),
        ("orphaned", "error", "orphaned"),
        ("entangled", "unknown", "entangled"),
    ],
)
def test_a_machine_out_of_reach_is_not_shown_as_running(connection: str, state: str, native: str) -> None:
    (found,) = written(INSTANCE, machine(1, runtime__connectionState=connection))
    assert (found.state, found.native_state) == (state, native)


def test_an_unknown_power_state_is_kept() -> None:
    (found,) = written(INSTANCE, machine(1, runtime__powerState="hibernated"))
    assert (found.state, found.native_state) == ("unknown", "hibernated")


def test_sizes_and_times() -> None:
    found = attributes_of(
        config__hardware__numCPU="12",
        config__hardware__numCoresPerSocket="6",
        summary__storage__committed=str(10 << 30),
        summary__storage__uncommitted="1",
        runtime__bootTime="2026-01-02T04:04:05.123456789+01:00",
    )
    assert (found.cpu_sockets, found.disk_gib) == (2, 11.0)
    assert found.launched_at == datetime(2026, 1, 2, 3, 4, 5, 123456, tzinfo=UTC)


def test_what_is_not_said_stays_unknown() -> None:
    found = attributes_of(runtime__bootTime="1970-01-01T00:00:00Z")
    assert found == InstanceAttributes(virtualization="esxi")


@pytest.mark.parametrize(
    ("address", "private", "public"),
    [
        ("10.1.2.3", ["10.1.2.3"], None),
        ("192.168.0.9", ["192.168.0.9"], None),
        ("8.8.8.8", [], ["8.8.8.8"]),
        ("fe80::1", ["fe80::1"], None),
        ("2606:4700::1111", [], ["2606:4700::1111"]),
        ("not an address", ["not an address"], None),
    ],
)
def test_addresses(address: str, private: list[str], public: list[str] | None) -> None:
    found = attributes_of(guest__ipAddress=address)
    assert (found.private_ips, found.public_ips) == (private, public)


@pytest.mark.parametrize(
    ("guest_id", "family", "architecture"),
    [
        ("windows2019srv_64Guest", "windows", "x86_64"),
        ("win2000ServGuest", "windows", None),
        ("other3xLinux64Guest", "linux", "x86_64"),
        ("vmwarePhoton64Guest", "linux", "x86_64"),
        ("arm-ubuntu-64Guest", "linux", "aarch64"),
        ("darwin21_64Guest", "macos", "x86_64"),
        ("freebsd13_64Guest", "freebsd", "x86_64"),
        ("vmkernel7Guest", "esxi", None),
        ("otherGuest64", None, "x86_64"),
        ("amazonlinux3_64Guest", "linux", "x86_64"),
        ("", None, None),
    ],
)
def test_guest_systems(guest_id: str, family: str | None, architecture: str | None) -> None:
    found = attributes_of(config__guestId=guest_id)
    assert (found.os_family, found.architecture) == (family, architecture)


def test_names_are_decoded_and_limited() -> None:
    (slash,) = written(INSTANCE, machine(1, name="a%2fb%5cc%25d%20"))
    assert slash.name == "a/b\\c%d%20"
    (long,) = written(INSTANCE, machine(1, name="n" * 100_000, guest__hostName="h" * 5000))
    assert len(long.name) == 1024
    assert isinstance(long.attributes, InstanceAttributes)
    assert len(long.attributes.hostname or "") == 1024


def test_a_tag_and_an_attribute_of_one_name_are_both_kept() -> None:
    labels = Labels({"7": "owner", "8": "empty"}, {"vm-1": {"owner": "team a", "tier": "web"}})
    values = (
        '<val xsi:type="ArrayOfCustomFieldValue"><CustomFieldValue xsi:type="CustomFieldStringValue"><key>7</key>'
        "<value>alice</value></CustomFieldValue><CustomFieldValue><key>9</key><value>of no name</value>"
        "</CustomFieldValue><CustomFieldValue><key>8</key><value></value></CustomFieldValue></val>"
    )
    (found,) = written(INSTANCE, machine(1, customValue=values), around=Surroundings("datacenter-2", labels))
    assert found.tags == {"owner": "alice", "owner (tag)": "team a", "tier": "web"}


def test_a_machine_being_created_is_not_there_yet() -> None:
    assert written(INSTANCE, machine(1, config__instanceUuid=None, config__template=None)) == []


def test_an_unreadable_machine_is_what_vcenter_remembers() -> None:
    (lost,) = decoded(
        _page(machine(1, config__instanceUuid=None, config__template=None, runtime__connectionState="inaccessible")),
        INSTANCE,
    )
    (remembered,) = decoded(
        _page(content("VirtualMachine", "vm-1", {path: _REMEMBERED[path] for path in FALLBACK})), INSTANCE
    )
    whole = with_fallback(lost, remembered)
    (found,) = READERS[INSTANCE].read([whole], Surroundings("datacenter-2"))
    assert whole.remembered
    assert (found.native_id, found.state, found.native_state) == (uuid(1), "error", "inaccessible")
    assert isinstance(found.attributes, InstanceAttributes)
    assert (found.attributes.vcpus, found.attributes.memory_mib) == (4, 2048)


def test_a_machine_without_any_uuid_is_still_shown() -> None:
    (found,) = written(INSTANCE, machine(1, config__instanceUuid=None, runtime__connectionState="orphaned"))
    assert found.native_id == "vm-1"


def test_two_machines_with_one_uuid_are_two() -> None:
    found = written(INSTANCE, machine(1), machine(2, config__instanceUuid=uuid(1)))
    assert [one.native_id for one in found] == [uuid(1), f"{uuid(1)}:vm-2"]


def test_what_changes_by_itself_is_not_in_the_document() -> None:
    (found,) = written(INSTANCE, machine(1, summary__storage__committed="5"))
    assert isinstance(found.native, dict)
    assert not any("storage" in path for path in found.native)


def test_the_light_set_is_light() -> None:
    """Devices, files and guest interfaces are what makes a listing 3.5 times as large."""
    assert len(PROPERTIES) <= 24
    assert not any(
        path.startswith(("layout", "config.hardware.device", "guest.net", "guest.disk")) for path in PROPERTIES
    )


_REMEMBERED = {
    "summary.config.instanceUuid": uuid(1),
    "summary.config.uuid": "bios",
    "summary.config.template": "false",
    "summary.config.numCpu": "4",
    "summary.config.memorySizeMB": "2048",
    "summary.config.guestFullName": "Some Linux",
    "summary.config.guestId": "rhel9_64Guest",
}


def _page(*objects: str) -> bytes:
    return page(objects).body
