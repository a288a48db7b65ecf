"""The provider contract as a pytest class. Subclass it in a test module and give it a test cloud:

    class TestMyCloud(ProviderConformance):
        @pytest.fixture(scope="class")
        @classmethod
        def descriptor(cls) -> ProviderDescriptor:
            return DESCRIPTOR

        @pytest.fixture(scope="class")
        @classmethod
        def form(cls, descriptor: ProviderDescriptor) -> ConnectionForm:
            return descriptor.connection.validated({"endpoint": "http://127.0.0.1:9000"}, {"token": "right"})

`base.py` holds the other fixtures that may be given: connect, wrong_credentials, expected_kinds, expected_counts,
paged_scope, change_something, descriptor_path. What is not given skips its tests and says so. The cloud must be quiet:
nothing may change in it but by `change_something`.
"""

from mcm.contract.conformance.acting import Acting
from mcm.contract.conformance.base import Connect, Inventory, Scope
from mcm.contract.conformance.connecting import Connecting
from mcm.contract.conformance.deadlines import Deadlines
from mcm.contract.conformance.describing import Describing
from mcm.contract.conformance.feeds import Feeds
from mcm.contract.conformance.listing import Listing
from mcm.contract.conformance.observing import Observing
from mcm.contract.conformance.pricing import Pricing


class ProviderConformance(Describing, Connecting, Listing, Observing, Deadlines, Feeds, Acting):
    """Every obligation of `mcm.contract.provider`, one test each."""


class PriceConformance(Describing, Connecting, Pricing):
    """Every obligation of a provider that has price lists and no inventory."""


__all__ = ["Connect", "Inventory", "PriceConformance", "ProviderConformance", "Scope"]
