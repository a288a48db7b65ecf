"""The fixtures of the suite: what a provider's test module gives, and what is made of it."""

import importlib
import importlib.metadata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pytest

from mcm.contract import ConnectionForm, ProviderDescriptor, ProviderError, Region, Resource, ResourceKind
from mcm.contract.conformance.checks import require
from mcm.contract.conformance.context import PlainContext
from mcm.contract.conformance.watched import WatchedContext

Scope = tuple[str, ResourceKind]  # region's native id and kind
Connect = Callable[[PlainContext], Any]


@dataclass
class Inventory:
    """All scopes of an account, read once. errors: scopes that raised."""

    regions: dict[str, Region] = field(default_factory=dict)
    scopes: dict[Scope, list[Resource]] = field(default_factory=dict)
    errors: dict[Scope, Exception] = field(default_factory=dict)

    def read(self, connect: Connect) -> None:
        """Forget what was known and read everything through a new connection."""
        context = WatchedContext()
        provider = connect(context)
        for known in (self.regions, self.scopes, self.errors):
            known.clear()
        try:
            for region in provider.regions():
                self.regions[region.native_id] = region
                for kind in sorted(region.kinds):
                    context.arm(120.0)
                    scope = (region.native_id, kind)
                    try:
                        self.scopes[scope] = list(provider.collect(kind, region))
                    except Exception as error:  # noqa: BLE001 (judged by a test of its own)
                        self.errors[scope] = error
        finally:
            provider.close()

    def each(self) -> Iterator[tuple[Scope, Resource]]:
        for scope, resources in self.scopes.items():
            for resource in resources:
                yield scope, resource


class ConformanceFixtures:
    """Override as class-scoped (or wider) class-method fixtures; `descriptor` and `form` have to be given.

    without: what the test cloud cannot show, and where it is shown instead or why it need not be. Keys: "actions",
    "change_feed", "durable_feed", "pages", "refusals" or a test's name. A run that wants no skips leaves these tests
    out by it.
    """

    without: ClassVar[Mapping[str, str]] = {}

    @pytest.fixture(scope="class")
    @classmethod
    def descriptor(cls) -> ProviderDescriptor:
        """The provider's descriptor."""
        raise NotImplementedError("give a fixture 'descriptor'")

    @pytest.fixture(scope="class")
    @classmethod
    def form(cls) -> ConnectionForm:
        """Answers that connect to a quiet test cloud: `descriptor.connection.validated(config, secrets)`."""
        raise NotImplementedError("give a fixture 'form'")

    @pytest.fixture(scope="class")
    @classmethod
    def provider_class(cls, descriptor: ProviderDescriptor) -> type[Any]:
        module, _, name = descriptor.adapter.partition(":")
        found: type[Any] = getattr(importlib.import_module(module), name)
        return found

    @pytest.fixture(scope="class")
    @classmethod
    def connect(cls, provider_class: type[Any], form: ConnectionForm) -> Connect:
        """Makes a new connection in the context given."""

        def connected(context: PlainContext) -> Any:
            return provider_class.connect(form, context)

        return connected

    @pytest.fixture(scope="class")
    @classmethod
    def wrong_credentials(cls) -> Connect | str:
        """Connects as `connect` does, with credentials the cloud refuses; or the reason why that cannot be tried."""
        return "no fixture 'wrong_credentials'"

    @pytest.fixture(scope="class")
    @classmethod
    def expected_kinds(cls) -> frozenset[ResourceKind]:
        """Kinds that must be readable somewhere in this account."""
        return frozenset()

    @pytest.fixture(scope="class")
    @classmethod
    def expected_counts(cls) -> Mapping[Scope, int]:
        """How many there really are, for scopes where that is known from elsewhere than the provider."""
        return {}

    @pytest.fixture(scope="class")
    @classmethod
    def paged_scope(cls) -> Scope | str:
        """A scope that takes the cloud more than one page to list; or why there is none."""
        return "no fixture 'paged_scope'"

    @pytest.fixture(scope="class")
    @classmethod
    def change_something(cls) -> Callable[[], tuple[Scope, str]] | str:
        """Changes a resource of a kind with a feed at the cloud, and says which (scope, native id); or why not."""
        return "no fixture 'change_something'"

    @pytest.fixture(scope="class")
    @classmethod
    def descriptor_path(cls, descriptor: ProviderDescriptor) -> str:
        """ "package.module:ATTRIBUTE" of the descriptor, by default as the entry point of its name says."""
        for entry in importlib.metadata.entry_points(group="mcm.providers", name=descriptor.name):
            return entry.value
        return ""

    @pytest.fixture
    def context(self) -> WatchedContext:
        return WatchedContext()

    @pytest.fixture
    def provider_under_test(self, connect: Connect, context: WatchedContext) -> Iterator[Any]:
        """A connection in `context`, closed at the end."""
        provider = connect(context)
        yield provider
        provider.close()

    @pytest.fixture(scope="class")
    @classmethod
    def inventory(cls, connect: Connect) -> Inventory:
        found = Inventory()
        found.read(connect)
        return found


def identity_of(resource: Resource) -> tuple[ResourceKind, str, str]:
    return resource.kind, resource.native_scope, resource.native_id


def comparable(resource: Resource) -> tuple[object, ...]:
    """All that two reads of an unchanged resource must have in common; `native` may hold what changes by itself."""
    return (
        *identity_of(resource),
        resource.name,
        resource.region,
        resource.state,
        resource.native_state,
        resource.attributes,
        resource.zone,
        resource.project,
        resource.project_name,
        resource.task_state,
        resource.tags,
        resource.created_at,
        tuple(sorted(resource.relations)),
        resource.native_kind,
        resource.locator,
    )


def must_raise(
    kinds: type[ProviderError] | tuple[type[ProviderError], ...], what: str, do: Callable[[], object]
) -> None:
    """`do` has to raise one of `kinds`; anything else, and ending normally, fails with a sentence."""
    names = " or ".join(kind.__name__ for kind in (kinds if isinstance(kinds, tuple) else (kinds,)))
    try:
        do()
    except kinds:
        return
    except Exception as error:
        raise AssertionError(f"{what} raised {type(error).__name__} ({error}), not {names}") from error
    require(False, f"{what} ended normally, it had to raise {names}")
