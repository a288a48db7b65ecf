"""The libcloud bridge under the conformance suite, against a server that pages and refuses like CloudStack."""

from collections.abc import Iterator, Mapping
from typing import ClassVar

import pytest

from mcm.contract import ConnectionForm, ProviderDescriptor, ResourceKind
from mcm.contract.conformance.context import PlainContext
from mcm.contract.conformance.suite import Connect, ProviderConformance, Scope
from mcm_providers.libcloud.adapter import LibcloudProvider
from mcm_providers.libcloud.descriptor import DESCRIPTOR
from tests.harness.replay.cloudstack_inside import Inside, running_inside
from tests.harness.replay.cloudstack_signing import ADMIN, USER, Caller

REGION = "cn-north"


class CloudStack(ProviderConformance):
    without: ClassVar[Mapping[str, str]] = {
        "change_feed": "the provider has none",
        "actions": "the bridge reads only",
    }
    caller = ADMIN
    odd = False

    @pytest.fixture(scope="class")
    @classmethod
    def cloudstack(cls) -> Iterator[Inside]:
        with running_inside(instances=61, odd=cls.odd, size=3, page_cap=20) as server:
            yield server

    @pytest.fixture(scope="class")
    @classmethod
    def descriptor(cls) -> ProviderDescriptor:
        return DESCRIPTOR

    @pytest.fixture(scope="class")
    @classmethod
    def form(cls, cloudstack: Inside) -> ConnectionForm:
        return DESCRIPTOR.connection.validated(cloudstack.config(region=REGION), cloudstack.secrets(cls.caller))

    @pytest.fixture(scope="class")
    @classmethod
    def wrong_credentials(cls, cloudstack: Inside) -> Connect:
        wrong = Caller(cls.caller.api_key, "not-the-secret", "acme", "alice")
        form = DESCRIPTOR.connection.validated(cloudstack.config(), cloudstack.secrets(wrong))

        def connected(context: PlainContext) -> LibcloudProvider:
            return LibcloudProvider.connect(form, context)

        return connected

    @pytest.fixture(scope="class")
    @classmethod
    def paged_scope(cls) -> Scope:
        return REGION, ResourceKind.INSTANCE

    @pytest.fixture(scope="class")
    @classmethod
    def change_something(cls) -> str:
        return "CloudStack has no change feed"


class TestAdministrator(CloudStack):
    @pytest.fixture(scope="class")
    @classmethod
    def expected_kinds(cls) -> frozenset[ResourceKind]:
        return frozenset(DESCRIPTOR.kinds)

    @pytest.fixture(scope="class")
    @classmethod
    def expected_counts(cls, cloudstack: Inside) -> Mapping[Scope, int]:
        held = {command: len(documents) for command, documents in cloudstack.server.estate.lists.items()}
        return {
            (REGION, ResourceKind.INSTANCE): 61,
            (REGION, ResourceKind.VOLUME): held["listVolumes"],
            (REGION, ResourceKind.SNAPSHOT): held["listSnapshots"] + held["listVMSnapshot"],
            (REGION, ResourceKind.NETWORK): held["listNetworks"] + held["listVPCs"],
            (REGION, ResourceKind.PUBLIC_IP): held["listPublicIpAddresses"],
            (REGION, ResourceKind.KEYPAIR): held["listSSHKeyPairs"],
            # Two templates in two zones each.
            (REGION, ResourceKind.IMAGE): 4,
            # One that is switched off with them.
            (REGION, ResourceKind.ZONE): 3,
            # A project and three accounts.
            (REGION, ResourceKind.PROJECT): 4,
            (REGION, ResourceKind.HOST): held["listHosts"],
        }


class TestOneAccount(CloudStack):
    """What a user sees: the own account and the projects it is in."""

    caller = USER

    @pytest.fixture(scope="class")
    @classmethod
    def expected_kinds(cls) -> frozenset[ResourceKind]:
        return frozenset(DESCRIPTOR.kinds) - {ResourceKind.HOST, ResourceKind.CLUSTER, ResourceKind.DATASTORE}

    @pytest.fixture(scope="class")
    @classmethod
    def expected_counts(cls) -> Mapping[Scope, int]:
        # Of five instances one belongs to the neighbour.
        return {
            (REGION, ResourceKind.INSTANCE): 61 - 12,
            (REGION, ResourceKind.ZONE): 2,
            (REGION, ResourceKind.PROJECT): 2,
        }


class TestHostile(CloudStack):
    """Names with control characters, 200 kB names, states that nobody knows."""

    odd = True
