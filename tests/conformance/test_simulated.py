"""The simulated cloud under the conformance suite: its flavours, a seed file, an account that sees one project."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import ClassVar

import pytest

from mcm.contract import ConnectionForm, ProviderDescriptor, ResourceKind
from mcm.contract.conformance.context import PlainContext
from mcm.contract.conformance.suite import Connect, ProviderConformance, Scope
from mcm_providers.simulated.adapter import SimulatedProvider
from mcm_providers.simulated.descriptor import DESCRIPTOR
from mcm_providers.simulated.world import worlds

_SEED = Path(__file__).parents[1] / "providers" / "simulated" / "seed.yaml"


class Simulated(ProviderConformance):
    config: ClassVar[dict[str, object]] = {}

    @pytest.fixture(scope="class")
    @classmethod
    def descriptor(cls) -> ProviderDescriptor:
        return DESCRIPTOR

    @pytest.fixture(scope="class")
    @classmethod
    def form(cls) -> Iterator[ConnectionForm]:
        worlds.clear()
        config = {"cloud_id": cls.__name__, "instances": 61, "page_size": 7} | cls.config
        yield DESCRIPTOR.connection.validated(config, {"token": "a-token-that-is-fine"})
        worlds.clear()

    @pytest.fixture(scope="class")
    @classmethod
    def wrong_credentials(cls, form: ConnectionForm) -> Connect:
        wrong = ConnectionForm(form.config, {"token": "wrong"})

        def connected(context: PlainContext) -> SimulatedProvider:
            return SimulatedProvider.connect(wrong, context)

        return connected

    @pytest.fixture(scope="class")
    @classmethod
    def change_something(cls, form: ConnectionForm, paged_scope: Scope) -> Callable[[], tuple[Scope, str]]:
        def change() -> tuple[Scope, str]:
            world = worlds.get(form.text("cloud_id"))
            native_id = world.ids(ResourceKind.INSTANCE, paged_scope[0])[0]
            world.change(native_id, name="changed")
            return paged_scope, native_id

        return change


class TestOpenStackFlavour(Simulated):
    config: ClassVar[dict[str, object]] = {"flavour": "openstack", "regions": "3"}

    @pytest.fixture(scope="class")
    @classmethod
    def paged_scope(cls) -> Scope:
        return "sh-1", ResourceKind.INSTANCE

    @pytest.fixture(scope="class")
    @classmethod
    def expected_counts(cls) -> Mapping[Scope, int]:
        return {
            ("bj-1", ResourceKind.INSTANCE): 21,
            ("sh-1", ResourceKind.INSTANCE): 20,
            ("gz-1", ResourceKind.INSTANCE): 20,
            ("bj-1", ResourceKind.PORT): 21,
            ("global", ResourceKind.REGION): 3,
        }

    @pytest.fixture(scope="class")
    @classmethod
    def expected_kinds(cls) -> frozenset[ResourceKind]:
        return frozenset(ResourceKind) - {
            ResourceKind.DATASTORE,
            ResourceKind.RESOURCE_POOL,
            ResourceKind.FOLDER,
            ResourceKind.LOAD_BALANCER,
            ResourceKind.DATABASE,
            ResourceKind.BUCKET,
            ResourceKind.OTHER,
        }


class TestVMwareFlavour(Simulated):
    config: ClassVar[dict[str, object]] = {"flavour": "vmware"}

    @pytest.fixture(scope="class")
    @classmethod
    def paged_scope(cls) -> Scope:
        return "datacenter-21", ResourceKind.INSTANCE

    @pytest.fixture(scope="class")
    @classmethod
    def expected_counts(cls) -> Mapping[Scope, int]:
        return {("datacenter-2", ResourceKind.INSTANCE): 31, ("datacenter-21", ResourceKind.INSTANCE): 30}


class TestPublicFlavour(Simulated):
    config: ClassVar[dict[str, object]] = {"flavour": "public", "latency_ms": "1"}

    @pytest.fixture(scope="class")
    @classmethod
    def paged_scope(cls) -> Scope:
        return "cn-north-1", ResourceKind.INSTANCE

    @pytest.fixture(scope="class")
    @classmethod
    def expected_counts(cls) -> Mapping[Scope, int]:
        return {("cn-north-1", ResourceKind.INSTANCE): 31, ("cn-east-2", ResourceKind.BUCKET): 3}


class TestOneProject(Simulated):
    config: ClassVar[dict[str, object]] = {"flavour": "openstack", "project": "core-banking", "regions": "1"}

    @pytest.fixture(scope="class")
    @classmethod
    def paged_scope(cls) -> Scope:
        return "bj-1", ResourceKind.INSTANCE

    @pytest.fixture(scope="class")
    @classmethod
    def expected_counts(cls) -> Mapping[Scope, int]:
        return {("global", ResourceKind.PROJECT): 1, ("bj-1", ResourceKind.QUOTA): 3}


class TestSeedFile(Simulated):
    config: ClassVar[dict[str, object]] = {"seed_file": str(_SEED), "instances": 0, "page_size": 1}

    @pytest.fixture(scope="class")
    @classmethod
    def paged_scope(cls) -> Scope:
        return "r1", ResourceKind.INSTANCE

    @pytest.fixture(scope="class")
    @classmethod
    def expected_counts(cls) -> Mapping[Scope, int]:
        return {
            ("r1", ResourceKind.INSTANCE): 2,
            ("r1", ResourceKind.VOLUME): 1,
            ("r2", ResourceKind.INSTANCE): 0,
            ("global", ResourceKind.REGION): 2,
            ("global", ResourceKind.PROJECT): 1,
        }
