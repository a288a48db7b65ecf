"""AWS under the conformance suite, against moto's server; and its paging against a server that pages like EC2."""

from collections.abc import Callable, Mapping
from typing import ClassVar

import pytest

from mcm.contract import ConnectionForm, InvalidRequest, NotSupported, ProviderDescriptor, ResourceKind
from mcm.contract.conformance.base import ConformanceFixtures, Inventory
from mcm.contract.conformance.listing import Listing
from mcm.contract.conformance.observing import Observing
from mcm.contract.conformance.suite import ProviderConformance, Scope
from mcm_providers.aws.descriptor import DESCRIPTOR
from tests.harness.moto import MotoServer, SmallEstate, seed_small
from tests.harness.replay.running import Replay

MAIN, STANDBY = "eu-central-1", "eu-west-1"


class Aws(ConformanceFixtures):
    without: ClassVar[Mapping[str, str]] = {
        "change_feed": "the provider has none",
        "refusals": "neither moto nor the replay server looks at credentials; tests/providers/aws/test_errors.py does",
    }

    @pytest.fixture(scope="class")
    @classmethod
    def descriptor(cls) -> ProviderDescriptor:
        return DESCRIPTOR


class TestMoto(Aws, ProviderConformance):
    without: ClassVar[Mapping[str, str]] = {**Aws.without, "pages": "moto answers all at once; the replay server pages"}

    @pytest.fixture(scope="class")
    @classmethod
    def estate(cls, moto_server: MotoServer) -> SmallEstate:
        moto_server.reset()
        return seed_small(
            moto_server.endpoint_url,
            access_key_id=moto_server.access_key_id,
            secret_access_key=moto_server.secret_access_key,
            regions=(MAIN, STANDBY),
        )

    @pytest.fixture(scope="class")
    @classmethod
    def form(cls, moto_server: MotoServer, estate: SmallEstate) -> ConnectionForm:
        # me-south-1 is a region that moto's account has not enabled. The standby region would only take its time.
        return DESCRIPTOR.connection.validated(
            {"endpoint_url": moto_server.endpoint_url, "regions": [MAIN, "me-south-1"]},
            {"access_key_id": moto_server.access_key_id, "secret_access_key": moto_server.secret_access_key},
        )

    @pytest.fixture(scope="class")
    @classmethod
    def expected_kinds(cls) -> frozenset[ResourceKind]:
        return frozenset(DESCRIPTOR.kinds)

    @pytest.fixture(scope="class")
    @classmethod
    def expected_counts(cls, estate: SmallEstate) -> Mapping[Scope, int]:
        region = estate.regions[MAIN]
        return {
            ("global", ResourceKind.BUCKET): len(estate.buckets),
            (MAIN, ResourceKind.INSTANCE): len(region.instances),
            # Each instance has a root volume and a network interface.
            (MAIN, ResourceKind.VOLUME): len(region.instances) + len(region.volumes + region.unattached_volumes),
            (MAIN, ResourceKind.PORT): len(region.instances),
            (MAIN, ResourceKind.IMAGE): 1,
            (MAIN, ResourceKind.PUBLIC_IP): 1,
            (MAIN, ResourceKind.KEYPAIR): 1,
            (MAIN, ResourceKind.LOAD_BALANCER): 1,
            (MAIN, ResourceKind.DATABASE): 1,
            # With the default one.
            (MAIN, ResourceKind.NETWORK): 2,
            (MAIN, ResourceKind.ZONE): 3,
        }


class TestReplay(Aws, Listing, Observing):
    COUNT = 1_234

    @pytest.fixture(scope="class")
    @classmethod
    def form(cls, ec2_replay: Callable[..., Replay]) -> ConnectionForm:
        replay = ec2_replay(instances=cls.COUNT)
        return DESCRIPTOR.connection.validated(
            {"endpoint_url": replay.endpoint_url, "region": "us-east-1"},
            {"access_key_id": "AKIAREPLAYED", "secret_access_key": "replayed-and-secret"},
        )

    @pytest.fixture(scope="class")
    @classmethod
    def expected_counts(cls) -> Mapping[Scope, int]:
        return {("us-east-1", ResourceKind.INSTANCE): cls.COUNT}

    @pytest.fixture(scope="class")
    @classmethod
    def paged_scope(cls) -> Scope:
        return "us-east-1", ResourceKind.INSTANCE

    def test_every_scope_can_be_read(self, inventory: Inventory) -> None:
        """It is EC2 and nothing else: what belongs to other services is refused, not read as empty."""
        elsewhere = {ResourceKind.LOAD_BALANCER, ResourceKind.DATABASE, ResourceKind.BUCKET}
        assert {kind for _, kind in inventory.errors} == elsewhere
        assert {type(error) for error in inventory.errors.values()} <= {NotSupported, InvalidRequest}
