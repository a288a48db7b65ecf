"""OpenStack under the conformance suite: against the real services, and without them against recorded conversations."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

import pytest

from mcm.contract import ConnectionForm, PermissionDenied, ProviderDescriptor, ResourceKind
from mcm.contract.conformance.base import ConformanceFixtures, Inventory
from mcm.contract.conformance.connecting import Connecting
from mcm.contract.conformance.context import PlainContext
from mcm.contract.conformance.deadlines import Deadlines
from mcm.contract.conformance.describing import Describing
from mcm.contract.conformance.listing import Listing
from mcm.contract.conformance.suite import Connect, ProviderConformance, Scope
from mcm.contract.conformance.watched import WatchedContext
from mcm_providers.openstack import paging
from mcm_providers.openstack.adapter import OpenStackProvider
from mcm_providers.openstack.descriptor import DESCRIPTOR
from tests.harness.openstack.cloud import OpenStackCloud
from tests.harness.openstack.seed import Seeded, seed
from tests.providers.openstack import recording

# What nova tells administrators only.
_ADMINISTRATORS = {ResourceKind.HOST, ResourceKind.CLUSTER}


class OpenStack(ConformanceFixtures):
    user: ClassVar[str] = "admin"

    @pytest.fixture(scope="class")
    @classmethod
    def descriptor(cls) -> ProviderDescriptor:
        return DESCRIPTOR

    @pytest.fixture(scope="class")
    @classmethod
    def expected_kinds(cls) -> frozenset[ResourceKind]:
        return frozenset(DESCRIPTOR.kinds)


class OnlyOneProject:
    """For a user who is no administrator, after `Listing` in the order of bases."""

    def test_every_scope_can_be_read(self, inventory: Inventory) -> None:
        assert {kind for _, kind in inventory.errors} == _ADMINISTRATORS
        assert {type(error) for error in inventory.errors.values()} == {PermissionDenied}

    def test_every_socket_is_dialled(self, connect: Connect, context: WatchedContext) -> None:
        """The suite's own begins with kinds that are refused here."""
        with context.watching():
            provider = connect(context)
            for region in provider.regions():
                for kind in sorted(region.kinds - _ADMINISTRATORS):
                    next(iter(provider.collect(kind, region)), None)
            provider.close()
        assert not context.unguarded


@pytest.mark.openstack
class Real(OpenStack, ProviderConformance):
    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def small_pages(cls) -> Iterator[None]:
        """A small cloud has no second page of a thousand."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(paging, "PAGE_SIZE", 2)
            yield

    @pytest.fixture(scope="class")
    @classmethod
    def seeded(cls, openstack_cloud: OpenStackCloud) -> Seeded:
        return seed(openstack_cloud, instances=4, volumes=3)

    @pytest.fixture(scope="class")
    @classmethod
    def credentials(cls, openstack_cloud: OpenStackCloud) -> dict[str, str]:
        return openstack_cloud.credentials(cls.user)

    @pytest.fixture(scope="class")
    @classmethod
    def form(cls, credentials: dict[str, str], seeded: Seeded) -> ConnectionForm:
        config = {key: value for key, value in credentials.items() if key != "password"}
        return DESCRIPTOR.connection.validated(config, {"password": credentials["password"]})

    @pytest.fixture(scope="class")
    @classmethod
    def wrong_credentials(cls, form: ConnectionForm) -> Connect:
        wrong = ConnectionForm(form.config, {"auth.password": "certainly-not-this"})

        def connected(context: PlainContext) -> Any:
            return OpenStackProvider.connect(wrong, context)

        return connected

    @pytest.fixture(scope="class")
    @classmethod
    def paged_scope(cls) -> Scope:
        return "RegionOne", ResourceKind.FLAVOR

    @pytest.fixture(scope="class")
    @classmethod
    def change_something(cls, openstack_cloud: OpenStackCloud, seeded: Seeded) -> Callable[[], tuple[Scope, str]]:
        def change() -> tuple[Scope, str]:
            native_id = seeded.instances["demo"][0]
            connection = openstack_cloud.connect("demo")
            was = connection.compute.get_server(native_id).description
            connection.compute.update_server(native_id, description="changed" if was != "changed" else "and back")
            connection.close()
            return ("RegionOne", ResourceKind.INSTANCE), native_id

        return change


class TestRealAdmin(Real):
    @pytest.fixture(scope="class")
    @classmethod
    def expected_counts(cls, openstack_cloud: OpenStackCloud, seeded: Seeded) -> Mapping[Scope, int]:
        """By the SDK's own listings."""
        connection = openstack_cloud.connect("admin")
        try:
            return {
                ("RegionOne", ResourceKind.INSTANCE): len(list(connection.compute.servers(all_projects=True))),
                ("RegionOne", ResourceKind.VOLUME): len(list(connection.block_storage.volumes(all_projects=True))),
                ("RegionOne", ResourceKind.PORT): len(list(connection.network.ports())),
                ("RegionOne", ResourceKind.SECURITY_GROUP): len(list(connection.network.security_groups())),
                ("RegionOne", ResourceKind.FLAVOR): len(list(connection.compute.flavors(is_public=None))),
                ("RegionOne", ResourceKind.HOST): len(list(connection.compute.hypervisors())),
                ("global", ResourceKind.PROJECT): len(list(connection.identity.projects())),
            }
        finally:
            connection.close()


class TestRealDemo(OnlyOneProject, Real):
    user: ClassVar[str] = "demo"

    @pytest.fixture(scope="class")
    @classmethod
    def expected_counts(cls, seeded: Seeded) -> Mapping[Scope, int]:
        return {("global", ResourceKind.PROJECT): 1, ("RegionOne", ResourceKind.KEYPAIR): 1}


class Recorded(OpenStack, Describing, Connecting, Listing, Deadlines):
    """Without what would have to be asked anew: ids nobody recorded, and changes."""

    without: ClassVar[Mapping[str, str]] = {
        "pages": "nothing that was recorded has a second page; TestRealAdmin pages",
        "refusals": "a cassette answers whatever the password is; tests/providers/openstack/test_recorded.py has one",
    }

    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def conversation(cls) -> Iterator[None]:
        with recording.conversation(cls.user):
            yield

    @pytest.fixture(scope="class")
    @classmethod
    def form(cls) -> ConnectionForm:
        return recording.form(cls.user)


class TestRecordedAdmin(Recorded):
    pass


class TestRecordedDemo(OnlyOneProject, Recorded):
    user: ClassVar[str] = "demo"
