"""A small sound provider, and how a broken one is made of it. `must_fail` names the tests that have to notice."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

import pytest

from mcm.contract import ConnectionForm, ProviderDescriptor, ResourceKind
from mcm.contract.conformance.context import PlainContext
from mcm.contract.conformance.suite import Connect, ProviderConformance, Scope
from mcm_providers.simulated.adapter import SimulatedProvider
from mcm_providers.simulated.descriptor import DESCRIPTOR
from mcm_providers.simulated.world import worlds

SECRET = "a-token-that-is-fine"


class Broken(ProviderConformance):
    must_fail: ClassVar[frozenset[str]] = frozenset()
    provider: ClassVar[Any] = SimulatedProvider

    @pytest.fixture(scope="class")
    @classmethod
    def descriptor(cls) -> ProviderDescriptor:
        return DESCRIPTOR

    @pytest.fixture(scope="class")
    @classmethod
    def provider_class(cls) -> type[Any]:
        broken: type[Any] = cls.provider
        return broken

    @pytest.fixture(scope="class")
    @classmethod
    def form(cls) -> Iterator[ConnectionForm]:
        worlds.clear()
        config = {"flavour": "openstack", "regions": "1", "instances": 12, "page_size": 5, "cloud_id": cls.__name__}
        yield DESCRIPTOR.connection.validated(config, {"token": SECRET})
        worlds.clear()

    @pytest.fixture(scope="class")
    @classmethod
    def wrong_credentials(cls, form: ConnectionForm) -> Connect:
        def connected(context: PlainContext) -> Any:
            return cls.provider.connect(ConnectionForm(form.config, {"token": "wrong"}), context)

        return connected

    @pytest.fixture(scope="class")
    @classmethod
    def expected_counts(cls) -> Mapping[Scope, int]:
        return {("bj-1", ResourceKind.INSTANCE): 12}

    @pytest.fixture(scope="class")
    @classmethod
    def expected_kinds(cls) -> frozenset[ResourceKind]:
        return frozenset({ResourceKind.INSTANCE, ResourceKind.PROJECT})

    @pytest.fixture(scope="class")
    @classmethod
    def paged_scope(cls) -> Scope:
        return "bj-1", ResourceKind.INSTANCE

    @pytest.fixture(scope="class")
    @classmethod
    def change_something(cls, form: ConnectionForm) -> Callable[[], tuple[Scope, str]]:
        def change() -> tuple[Scope, str]:
            world = worlds.get(form.text("cloud_id"))
            native_id = world.ids()[0]
            world.change(native_id, name="changed")
            return ("bj-1", ResourceKind.INSTANCE), native_id

        return change

    @pytest.fixture(scope="class")
    @classmethod
    def descriptor_path(cls) -> str:
        return ""  # a process for each broken provider would take long; two of them try it
