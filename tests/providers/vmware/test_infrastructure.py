"""What becomes of hosts, clusters, datastores, networks, switches, pools and folders."""

from mcm.contract import Relation, RelationType, ResourceKind
from mcm.contract.resources import (
    ClusterAttributes,
    DatastoreAttributes,
    FolderAttributes,
    HostAttributes,
    NetworkAttributes,
    PoolAttributes,
)
from tests.providers.vmware.answers import content
from tests.providers.vmware.reading import captured, written

K = ResourceKind
PART_OF = RelationType.PART_OF


def test_hosts() -> None:
    alone, clustered = captured(K.HOST)[:2]
    assert isinstance(clustered.attributes, HostAttributes)
    assert clustered.attributes == HostAttributes(
        cpu_cores=2,
        cpu_sockets=2,
        cpu_threads=2,
        memory_mib=4095,
        memory_used_mib=1404,
        virtualization="esxi",
        cpu_model="Intel(R) Core(TM) i7-3615QM CPU @ 2.30GHz",
        vendor="VMware, Inc.",
        model="VMware Virtual Platform",
        version="6.5.0",
        maintenance=False,
        instances=3,
    )
    assert clustered.relations == [Relation(PART_OF, K.CLUSTER, "clustercomputeresource-32")]
    assert alone.relations == ()


def test_a_host_in_maintenance_and_a_lost_one() -> None:
    resting = {"name": "h1", "runtime.connectionState": "connected", "runtime.inMaintenanceMode": "true"}
    lost = {"name": "h2", "runtime.connectionState": "notResponding", "runtime.inMaintenanceMode": "true"}
    found = written(K.HOST, content("HostSystem", "host-1", resting), content("HostSystem", "host-2", lost))
    assert [(one.state, one.native_state) for one in found] == [
        ("unavailable", "maintenance"),
        ("error", "notResponding"),
    ]


def test_clusters() -> None:
    found = captured(K.CLUSTER)[0]
    assert found.attributes == ClusterAttributes(hosts=3, cpu_cores=6, cpu_threads=6, memory_mib=12286, cpu_mhz=6882)
    assert found.relations == [Relation(PART_OF, K.FOLDER, "folder-10")]
    switched = {"configuration.dasConfig.enabled": "true", "configuration.drsConfig.enabled": "false"}
    (other,) = written(K.CLUSTER, content("ClusterComputeResource", "domain-c7", switched))
    assert isinstance(other.attributes, ClusterAttributes)
    assert (other.attributes.ha_enabled, other.attributes.drs_enabled, other.state) == (True, False, "unknown")


def test_datastores() -> None:
    (found,) = captured(K.DATASTORE)
    assert isinstance(found.attributes, DatastoreAttributes)
    assert found.attributes.capacity_gib == 251.972
    assert found.attributes.used_gib is not None
    assert 0 < found.attributes.used_gib < 251.972
    assert isinstance(found.native, dict)
    assert "freeSpace" not in found.native["summary"]


def test_an_unreachable_datastore_has_no_sizes() -> None:
    summary = (
        '<val xsi:type="DatastoreSummary"><capacity>0</capacity><freeSpace>0</freeSpace>'
        "<accessible>false</accessible><maintenanceMode>normal</maintenanceMode></val>"
    )
    (found,) = written(K.DATASTORE, content("Datastore", "datastore-1", {"name": "d", "summary": summary}))
    assert (found.state, found.native_state) == ("unavailable", "inaccessible")
    assert found.attributes == DatastoreAttributes(accessible=False, maintenance=False)


def test_networks() -> None:
    standard, uplinks, group = captured(K.NETWORK)
    types = [one.attributes.type for one in (standard, uplinks, group) if isinstance(one.attributes, NetworkAttributes)]
    assert types == ["standard", "distributed", "distributed"]
    assert group.relations[0] == Relation(PART_OF, K.OTHER, "dvs-14")
    assert group.native_kind == "DistributedVirtualPortgroup"


def test_a_vlan_is_one_number_or_unknown() -> None:
    def vlan(inside: str) -> int | None:
        config = (
            '<val xsi:type="DVPortgroupConfigInfo"><defaultPortConfig xsi:type="VMwareDVSPortSetting">'
            f"<vlan>{inside}</vlan></defaultPortConfig></val>"
        )
        (found,) = written(K.NETWORK, content("DistributedVirtualPortgroup", "dvportgroup-1", {"config": config}))
        assert isinstance(found.attributes, NetworkAttributes)
        return found.attributes.vlan

    assert vlan("<vlanId>120</vlanId>") == 120
    assert vlan("<vlanId>0</vlanId>") is None
    assert vlan("<vlanId><start>1</start><end>5</end></vlanId>") is None
    assert vlan("<vlanId><start>1</start><end>5</end></vlanId><vlanId><start>9</start><end>9</end></vlanId>") is None
    assert vlan("<pvlanId>7</pvlanId>") is None


def test_a_switch_is_other_with_its_native_kind() -> None:
    (found,) = captured(K.OTHER)
    assert (found.native_id, found.name, found.native_kind) == ("dvs-14", "DVS0", "DistributedVirtualSwitch")


def test_pools() -> None:
    alone, root, inner = captured(K.RESOURCE_POOL)[:3]
    assert alone.relations == []
    assert root.relations == [Relation(PART_OF, K.CLUSTER, "clustercomputeresource-32")]
    assert inner.relations[0] == Relation(PART_OF, K.RESOURCE_POOL, root.native_id)
    # -1 is unlimited.
    assert inner.attributes == PoolAttributes(cpu_reservation_mhz=0, memory_reservation_mib=0)
    assert isinstance(root.attributes, PoolAttributes)
    assert root.attributes.cpu_limit_mhz == 4121


def test_folders_have_their_path() -> None:
    found = {one.native_id: one for one in captured(K.FOLDER)}
    attributes = [one.attributes for one in found.values() if isinstance(one.attributes, FolderAttributes)]
    assert [(one.path, one.type) for one in attributes] == [
        ("/vm", "instance"),
        ("/vm/F0", "instance"),
        ("/host", "host"),
        ("/host/F0", "host"),
    ]
    assert found["folder-12"].relations == [Relation(PART_OF, K.FOLDER, "folder-4")]
    assert found["folder-4"].relations == ()


def test_folders_in_a_circle_come_to_an_end() -> None:
    parent = '<val xsi:type="ManagedObjectReference" type="Folder">{}</val>'
    one = content("Folder", "group-v1", {"name": "a", "parent": parent.format("group-v2")})
    two = content("Folder", "group-v2", {"name": "b", "parent": parent.format("group-v1")})
    assert len(written(K.FOLDER, one, two)) == 2


def test_a_datastore_cluster_is_a_folder() -> None:
    (found,) = written(K.FOLDER, content("StoragePod", "group-p1", {"name": "pod"}))
    assert (found.native_kind, found.name) == ("StoragePod", "pod")
