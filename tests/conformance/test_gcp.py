"""Google's price catalogue under the conformance suite, from recorded SKUs."""

from collections.abc import Iterator

import pytest

from mcm.contract import ConnectionForm, ProviderDescriptor
from mcm.contract.conformance.context import PlainContext
from mcm.contract.conformance.suite import Connect, PriceConformance
from mcm_providers.gcp.adapter import GcpProvider
from mcm_providers.gcp.descriptor import DESCRIPTOR
from tests.providers.gcp.catalogue import KEY, Google, serving


class TestGcp(PriceConformance):
    @pytest.fixture(scope="class")
    @classmethod
    def descriptor(cls) -> ProviderDescriptor:
        return DESCRIPTOR

    @pytest.fixture(scope="class")
    @classmethod
    def form(cls) -> Iterator[ConnectionForm]:
        with serving(Google()) as google:
            config = {"regions": "us-central1,asia-southeast1", "endpoint": google.url}
            yield DESCRIPTOR.connection.validated(config, {"api_key": KEY})

    @pytest.fixture(scope="class")
    @classmethod
    def wrong_credentials(cls, form: ConnectionForm) -> Connect:
        def connected(context: PlainContext) -> GcpProvider:
            return GcpProvider.connect(ConnectionForm(form.config, {"api_key": "wrong"}), context)

        return connected
