"""Asking for single resources: None only when the cloud says that it is gone."""

import re

import pytest

from mcm.contract import NotSupported, PermissionDenied, ResourceKind, ResourceRef, Unreachable
from tests.providers.vmware.answers import Answer, Asked, Reply, Script, answer, content, machine, missing, page, uuid
from tests.providers.vmware.test_parts import disk, with_disks
from tests.providers.vmware.vcenter import Vcenter

K = ResourceKind
RETRIEVE = "RetrievePropertiesEx"
_UP = [
    content("Folder", "group-v3", {"name": "vm", "parent": ("Datacenter", "datacenter-2")}),
    content("Datacenter", "datacenter-2", {"name": "DC0", "parent": ("Folder", "group-d1")}),
    content("Folder", "group-v9", {"name": "vm", "parent": ("Datacenter", "datacenter-8")}),
    content("Datacenter", "datacenter-8", {"name": "DC8", "parent": ("Folder", "group-d1")}),
]


class Inventory:
    """Objects by reference, found one by one, with what stands above them."""

    def __init__(self, objects: dict[str, str], above: dict[str, str] | None = None) -> None:
        self.objects, self.above = objects, above or {}

    def __call__(self, asked: Asked) -> Reply:
        named = re.findall(r'<obj type="\w+">([\w-]+)</obj>', asked.body)
        if "<type>ManagedEntity</type>" in asked.body:
            chains = [
                content("VirtualMachine", one, {"name": one, "parent": ("Folder", self.above.get(one, "group-v3"))})
                for one in dict.fromkeys(named)
            ]
            return page([*chains, *_UP])
        if "summary.config.instanceUuid" in asked.body:
            return page([content("VirtualMachine", one, {}) for one in named])
        if named in (["group-d1"], ["view-1"]):
            return page(_UP if named == ["group-d1"] else self.objects.values())
        return page([self.objects[one] for one in named if one in self.objects])


def ref(kind: K, native_id: str, locator: str = "", region: str = "datacenter-2") -> ResourceRef:
    return ResourceRef(kind, native_id, "", region, locator)


def found_by(uuids: dict[str, str]) -> Answer:
    def reply(asked: Asked) -> Reply:
        moref = uuids.get(asked.value("uuid"))
        assert asked.value("instanceUuid") == "true"
        return answer("FindByUuid", f'<returnval type="VirtualMachine">{moref}</returnval>' if moref else "")

    return reply


def script(objects: dict[str, str], uuids: dict[str, str] | None = None, **above: str) -> Script:
    places = {one.replace("_", "-"): place for one, place in above.items()}
    return {RETRIEVE: Inventory(objects, places), "FindByUuid": found_by(uuids or {})}


def test_by_reference_many_at_once() -> None:
    refs = [ref(K.INSTANCE, uuid(n), f"VirtualMachine:vm-{n}") for n in range(1, 8)]
    with Vcenter(script({f"vm-{n}": machine(n) for n in range(1, 8)})) as vcenter:
        found = vcenter.connect().observe(refs)
        assert [found[one].native_id for one in refs if found[one]] == [uuid(n) for n in range(1, 8)]  # type: ignore[union-attr]
        assert vcenter.counts["FindByUuid"] == 0


def test_what_is_gone_is_none_and_the_rest_is_there() -> None:
    refs = [ref(K.INSTANCE, uuid(n), f"VirtualMachine:vm-{n}") for n in (1, 2, 3)]
    with Vcenter(script({"vm-2": machine(2)})) as vcenter:
        found = vcenter.connect().observe(refs)
    assert [found[one] is None for one in refs] == [True, False, True]


def test_one_registered_anew_is_found_by_its_uuid() -> None:
    with Vcenter(script({"vm-70": machine(70, config__instanceUuid=uuid(1))}, {uuid(1): "vm-70"})) as vcenter:
        one = ref(K.INSTANCE, uuid(1), "VirtualMachine:vm-1")
        found = vcenter.connect().observe([one])[one]
    assert found is not None
    assert (found.native_id, found.locator) == (uuid(1), "VirtualMachine:vm-70")


def test_a_reference_that_now_is_another_machines_is_not_it() -> None:
    with Vcenter(script({"vm-1": machine(1, config__instanceUuid=uuid(9))})) as vcenter:
        one = ref(K.INSTANCE, uuid(1), "VirtualMachine:vm-1")
        assert vcenter.connect().observe([one]) == {one: None}


def test_one_in_another_datacenter_says_so() -> None:
    with Vcenter(script({"vm-1": machine(1)}, vm_1="group-v9")) as vcenter:
        one = ref(K.INSTANCE, uuid(1), "VirtualMachine:vm-1")
        found = vcenter.connect().observe([one])[one]
    assert found is not None
    assert found.region == "datacenter-8"


def test_many_lost_ones_are_looked_up_in_one_listing() -> None:
    refs = [ref(K.INSTANCE, uuid(n), f"VirtualMachine:vm-{n + 500}") for n in range(1, 60)]
    with Vcenter(script({f"vm-{n}": machine(n) for n in range(1, 30)})) as vcenter:
        found = vcenter.connect().observe(refs)
        assert vcenter.counts["FindByUuid"] == 0
    assert [found[one] is not None for one in refs] == [n < 30 for n in range(1, 60)]


def test_a_template_is_no_instance_and_an_instance_no_image() -> None:
    refs = [ref(kind, uuid(1), "VirtualMachine:vm-1") for kind in (K.INSTANCE, K.IMAGE)]
    for template, expected in (("true", [None, uuid(1)]), ("false", [uuid(1), None])):
        with Vcenter(script({"vm-1": machine(1, config__template=template)}, {uuid(1): "vm-1"})) as vcenter:
            found = vcenter.connect().observe(refs)
        assert [one.native_id if (one := found[asked]) else None for asked in refs] == expected


def test_one_whose_configuration_is_unreadable_is_still_itself() -> None:
    lost = machine(1, config__instanceUuid=None, config__template=None, runtime__connectionState="inaccessible")
    with Vcenter(script({"vm-1": lost})) as vcenter:
        one = ref(K.INSTANCE, uuid(1), "VirtualMachine:vm-1")
        found = vcenter.connect().observe([one])[one]
    assert found is not None
    assert (found.native_id, found.state) == (uuid(1), "error")


def test_disks_of_an_unreadable_machine_are_not_said_to_be_gone() -> None:
    lost = machine(1, config__instanceUuid=None, runtime__connectionState="inaccessible")
    for kind in (K.VOLUME, K.SNAPSHOT):
        with Vcenter(script({"vm-1": lost})) as vcenter, pytest.raises(Unreachable):
            vcenter.connect().observe([ref(kind, f"{uuid(1)}:2000", "VirtualMachine:vm-1")])


def test_a_second_machine_with_the_same_uuid_is_found_again() -> None:
    twins = {"vm-1": machine(1), "vm-2": machine(2, config__instanceUuid=uuid(1))}
    refs = [
        ref(K.INSTANCE, uuid(1), "VirtualMachine:vm-1"),
        ref(K.INSTANCE, f"{uuid(1)}:vm-2", "VirtualMachine:vm-2"),
    ]
    with Vcenter(script(twins)) as vcenter:
        found = vcenter.connect().observe(refs)
    assert [found[one].locator for one in refs if found[one]] == ["VirtualMachine:vm-1", "VirtualMachine:vm-2"]  # type: ignore[union-attr]


def test_disks_by_their_machine() -> None:
    with Vcenter(script({"vm-1": with_disks(1, disk(2000), disk(2001, "<uuid>u</uuid>"))})) as vcenter:
        refs = [ref(K.VOLUME, f"{uuid(1)}:{own}", "VirtualMachine:vm-1") for own in ("2000", "u", "2002")]
        found = vcenter.connect().observe(refs)
    assert [found[one] is None for one in refs] == [False, False, True]


def test_a_shared_disk_is_found_where_it_is_now() -> None:
    shared = disk(2000, "<uuid>6000C29s</uuid><sharing>sharingMultiWriter</sharing>")
    with Vcenter(script({"vm-2": with_disks(2, shared), "vm-1": with_disks(1)})) as vcenter:
        one, gone = ref(K.VOLUME, "6000C29s", "VirtualMachine:vm-1"), ref(K.VOLUME, "6000C29t", "VirtualMachine:vm-1")
        found = vcenter.connect().observe([one, gone])
    assert found[gone] is None
    assert found[one] is not None


def test_without_a_locator_every_type_of_the_kind_is_tried() -> None:
    group = content("DistributedVirtualPortgroup", "dvportgroup-1", {"name": "g", "parent": ("Folder", "group-v3")})
    with Vcenter(script({"dvportgroup-1": group})) as vcenter:
        one = ref(K.NETWORK, "dvportgroup-1")
        script_page = vcenter.script[RETRIEVE]
        assert isinstance(script_page, Inventory)

        def by_type(asked: Asked) -> Reply:
            wrong = '<obj type="Network">dvportgroup-1</obj>' in asked.body
            right = '<obj type="DistributedVirtualPortgroup">dvportgroup-1</obj>' in asked.body
            if "<type>ManagedEntity</type>" in asked.body:
                return script_page(asked)
            assert wrong or not right or "ManagedEntity" in asked.body
            return page([group] if right else [])

        vcenter.script[RETRIEVE] = by_type
        found = vcenter.connect().observe([one])[one]
    assert found is not None
    assert found.native_kind == "DistributedVirtualPortgroup"


def test_a_right_that_is_missing_is_not_absence() -> None:
    refused = missing("name", "NoPermission", "<privilegeId>System.Read</privilegeId>")
    hidden = content("HostSystem", "host-1", {}, refused)
    with Vcenter(script({"host-1": hidden})) as vcenter, pytest.raises(PermissionDenied):
        vcenter.connect().observe([ref(K.HOST, "host-1", "HostSystem:host-1")])


def test_a_kind_that_vsphere_has_not() -> None:
    with Vcenter() as vcenter, pytest.raises(NotSupported):
        vcenter.connect().observe([ref(K.BUCKET, "b")])
