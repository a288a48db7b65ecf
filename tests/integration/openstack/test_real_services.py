"""Against real keystone, nova, cinder, glance and neutron: what cassettes and the conformance suite cannot show."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mcm.contract import (
    AuthenticationFailed,
    ConnectionForm,
    NotSupported,
    Region,
    Resource,
    ResourceKind,
    ResourceRef,
    UnexpectedResponse,
)
from mcm.contract.conformance.context import PlainContext
from mcm_providers.openstack import versions
from mcm_providers.openstack.adapter import OpenStackProvider
from mcm_providers.openstack.catalogue import TYPES
from mcm_providers.openstack.descriptor import DESCRIPTOR
from tests.harness.openstack.cloud import OpenStackCloud
from tests.harness.openstack.seed import Seeded, seed

pytestmark = pytest.mark.openstack

_WAIT_SECONDS = 90.0


@pytest.fixture(scope="module")
def seeded(openstack_cloud: OpenStackCloud) -> Seeded:
    return seed(openstack_cloud, instances=4, volumes=3)


@pytest.fixture
def connect(openstack_cloud: OpenStackCloud, seeded: Seeded) -> Iterator[Callable[..., OpenStackProvider]]:
    opened: list[OpenStackProvider] = []

    def connected(user: str, password: str = "", **config: object) -> OpenStackProvider:
        answers = openstack_cloud.credentials(user)
        secret = password or answers.pop("password")
        answers.pop("password", None)
        form: ConnectionForm = DESCRIPTOR.connection.validated({**answers, **config}, {"password": secret})
        opened.append(OpenStackProvider.connect(form, PlainContext(seconds=300)))
        return opened[-1]

    yield connected
    for provider in opened:
        provider.close()


def main_region(provider: OpenStackProvider) -> Region:
    return next(region for region in provider.regions() if ResourceKind.INSTANCE in region.kinds)


def everything(provider: OpenStackProvider) -> dict[ResourceKind, list[Resource]]:
    return {
        kind: list(provider.collect(kind, region)) for region in provider.regions() for kind in sorted(region.kinds)
    }


@pytest.fixture
def pool(openstack_cloud: OpenStackCloud) -> Iterator[str]:
    """An aggregate with the first host in it."""
    connection = openstack_cloud.connect("admin")
    host = next(iter(connection.compute.hypervisors())).name
    aggregate = connection.compute.create_aggregate(name=f"pool-{time.time_ns()}")
    connection.compute.add_host_to_aggregate(aggregate, host)
    key = connection.compute.create_keypair(name=f"key-{time.time_ns()}")
    yield str(aggregate.name)
    connection.compute.delete_keypair(key)
    connection.compute.remove_host_from_aggregate(aggregate, host)
    connection.compute.delete_aggregate(aggregate)
    connection.close()


def test_every_kind_has_something(connect: Callable[..., OpenStackProvider], pool: str) -> None:
    found = everything(connect("admin"))
    assert set(found) == set(DESCRIPTOR.kinds)
    assert [kind for kind, resources in found.items() if not resources] == []


def test_hosts_are_in_their_pool_and_zone(connect: Callable[..., OpenStackProvider], pool: str) -> None:
    provider = connect("admin")
    region = main_region(provider)
    [cluster] = [one for one in provider.collect(ResourceKind.CLUSTER, region) if one.name == pool]
    zones = {one.native_id for one in provider.collect(ResourceKind.ZONE, region)}
    hosts = list(provider.collect(ResourceKind.HOST, region))
    inside = [one for one in hosts if cluster.native_id in {relation.native_id for relation in one.relations}]
    assert len(inside) == 1
    assert {one.zone for one in hosts} <= zones


def test_administrators_see_all_and_others_their_own(connect: Callable[..., OpenStackProvider], seeded: Seeded) -> None:
    seen = {}
    for user in ("admin", "demo", "second"):
        provider = connect(user)
        region = main_region(provider)
        seen[user] = {
            kind: {one.native_id: one.project_name for one in provider.collect(kind, region)}
            for kind in (ResourceKind.INSTANCE, ResourceKind.VOLUME)
        }
    for kind, ids in ((ResourceKind.INSTANCE, seeded.instances), (ResourceKind.VOLUME, seeded.volumes)):
        assert set(ids["demo"]) <= set(seen["demo"][kind])
        assert not set(ids["demo"]) & set(seen["second"][kind])
        assert set(ids["demo"]) | set(ids["second"]) <= set(seen["admin"][kind])
        assert set(seen["demo"][kind].values()) == {"demo"}
        assert {"demo", "second"} <= set(seen["admin"][kind].values())


def test_all_accounts_see_one_realm_and_one_identity(connect: Callable[..., OpenStackProvider], seeded: Seeded) -> None:
    admin, demo = connect("admin"), connect("demo")
    assert admin.check().realm == demo.check().realm
    region = main_region(demo)
    own = {one.native_id: one.ref for one in demo.collect(ResourceKind.INSTANCE, region)}
    all_of_them = {one.native_id: one.ref for one in admin.collect(ResourceKind.INSTANCE, region)}
    assert all(all_of_them[native_id] == ref for native_id, ref in own.items())


def test_relations_of_a_seeded_instance(connect: Callable[..., OpenStackProvider], seeded: Seeded) -> None:
    provider = connect("admin")
    region = main_region(provider)
    volume, instance_id = next(iter(seeded.attached_to.items()))
    [instance] = [one for one in provider.collect(ResourceKind.INSTANCE, region) if one.native_id == instance_id]
    targets = {(relation.kind, relation.native_id) for relation in instance.relations}
    hosts = {one.native_id for one in provider.collect(ResourceKind.HOST, region)}
    assert (ResourceKind.VOLUME, volume) in targets
    assert {native_id for kind, native_id in targets if kind is ResourceKind.HOST} <= hosts
    assert {kind for kind, _ in targets} >= {
        ResourceKind.IMAGE,
        ResourceKind.FLAVOR,
        ResourceKind.KEYPAIR,
        ResourceKind.NETWORK,
        ResourceKind.SECURITY_GROUP,
        ResourceKind.HOST,
        ResourceKind.ZONE,
        ResourceKind.PROJECT,
    }


@pytest.mark.parametrize("user", ["admin", "demo"])
def test_the_feed_sees_an_instance_come_and_go(
    connect: Callable[..., OpenStackProvider], openstack_cloud: OpenStackCloud, user: str
) -> None:
    provider = connect(user)
    region = main_region(provider)
    connection = openstack_cloud.connect("demo")
    compute = connection.compute
    cursor = provider.open_feed(ResourceKind.INSTANCE, region)
    network = connection.network.find_network("private")
    made = compute.create_server(
        name="comes-and-goes",
        flavor_id=compute.find_flavor("m1.tiny").id,
        image_id=connection.image.find_image("dummy").id,
        networks=[{"uuid": network.id}],
    )
    ref = ResourceRef(ResourceKind.INSTANCE, made.id, region=region.native_id)
    running = awaited(provider, region, cursor, lambda batch: _state(batch, made.id) == "running")
    assert ref not in running.removed
    compute.delete_server(made.id)
    # From the cursor of a later batch: it must not have run ahead of the deletion.
    gone = awaited(provider, region, running.cursor, lambda batch: ref in batch.removed)
    assert made.id not in {one.native_id for one in gone.changed}
    assert provider.observe([ref]) == {ref: None}
    connection.close()


def _state(batch: Any, native_id: str) -> str:
    return next((one.state for one in batch.changed if one.native_id == native_id), "")


def awaited(provider: OpenStackProvider, region: Region, cursor: str, done: Callable[[Any], bool]) -> Any:
    end = time.monotonic() + _WAIT_SECONDS
    while time.monotonic() < end:
        batch = provider.changes(ResourceKind.INSTANCE, region, cursor)
        if done(batch):
            return batch
        time.sleep(0.5)
    raise AssertionError("the feed did not tell it in time")


def test_a_wrong_password(connect: Callable[..., OpenStackProvider]) -> None:
    with pytest.raises(AuthenticationFailed):
        connect("demo", password="certainly-not-this").check()


def test_a_wrong_address(connect: Callable[..., OpenStackProvider], openstack_cloud: OpenStackCloud) -> None:
    glance = openstack_cloud.auth_url.replace(
        str(openstack_cloud.ports["keystone"]), str(openstack_cloud.ports["glance"])
    )
    with pytest.raises(UnexpectedResponse, match="auth_url"):
        connect("demo", auth_url=glance).check()


def test_a_missing_service(connect: Callable[..., OpenStackProvider], monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a cloud without cinder: its types are not in the catalogue."""
    monkeypatch.setitem(TYPES, "block-storage", ("no-such-service",))
    provider = connect("admin")
    region = main_region(provider)
    assert region.absent[ResourceKind.VOLUME].code == "service_missing"
    with pytest.raises(NotSupported):
        list(provider.collect(ResourceKind.VOLUME, region))
    assert list(provider.collect(ResourceKind.INSTANCE, region))
    assert {one.attributes.services[0] for one in provider.collect(ResourceKind.ZONE, region)} == {"compute"}  # type: ignore[attr-defined]
    assert list(provider.collect(ResourceKind.QUOTA, region))


def test_an_application_credential(openstack_cloud: OpenStackCloud, seeded: Seeded) -> None:
    connection = openstack_cloud.connect("demo")
    user = connection.current_user_id
    made = connection.identity.create_application_credential(user, name=f"mcm-{time.time_ns()}")
    try:
        form = DESCRIPTOR.connection.validated(
            {"auth_url": openstack_cloud.auth_url, "application_credential_id": made.id},
            {"application_credential_secret": made.secret},
        )
        provider = OpenStackProvider.connect(form, PlainContext(seconds=300))
        assert provider.check().scope_name == "demo"
        found = {one.native_id for one in provider.collect(ResourceKind.INSTANCE, main_region(provider))}
        assert set(seeded.instances["demo"]) <= found
        provider.close()
    finally:
        connection.identity.delete_application_credential(user, made.id)
        connection.close()


@pytest.mark.parametrize(("compute", "volume"), [((2, 1), (3, 0)), ((2, 46), (3, 27)), ((2, 93), (3, 70))])
def test_older_versions_read_everything(
    connect: Callable[..., OpenStackProvider],
    pool: str,
    monkeypatch: pytest.MonkeyPatch,
    compute: tuple[int, int],
    volume: tuple[int, int],
) -> None:
    newest = everything(connect("admin"))
    monkeypatch.setitem(versions.NEWEST, "compute", compute)
    monkeypatch.setitem(versions.NEWEST, "block-storage", volume)
    provider = connect("admin")
    assert provider.check().version == f"compute {compute[0]}.{compute[1]}"
    older = everything(provider)
    assert {kind: len(resources) for kind, resources in older.items()} == {
        kind: len(resources) for kind, resources in newest.items()
    }
    seen = {one.native_id: one for one in newest[ResourceKind.INSTANCE]}
    for one in older[ResourceKind.INSTANCE]:
        assert one.state == seen[one.native_id].state
        assert one.attributes.vcpus == seen[one.native_id].attributes.vcpus  # type: ignore[attr-defined]
        # Hosts are known by another id before 2.53.
        kinds = {relation.kind for relation in one.relations}
        assert kinds == {relation.kind for relation in seen[one.native_id].relations}
