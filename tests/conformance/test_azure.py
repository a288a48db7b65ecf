"""Azure's price list under the conformance suite, from recorded answers."""

from collections.abc import Iterator, Mapping
from typing import ClassVar

import pytest

from mcm.contract import ConnectionForm, ProviderDescriptor
from mcm.contract.conformance.suite import PriceConformance
from mcm_providers.azure.descriptor import DESCRIPTOR
from tests.providers.azure.retail import Retail, serving


class TestAzure(PriceConformance):
    without: ClassVar[Mapping[str, str]] = {
        "test_wrong_credentials_fail_to_sign_in": "everybody may read the list",
        "test_wrong_credentials_read_nothing": "everybody may read the list",
    }

    @pytest.fixture(scope="class")
    @classmethod
    def descriptor(cls) -> ProviderDescriptor:
        return DESCRIPTOR

    @pytest.fixture(scope="class")
    @classmethod
    def form(cls) -> Iterator[ConnectionForm]:
        with serving(Retail()) as retail:
            config = {"regions": "francecentral,eastus", "endpoint": retail.url}
            yield DESCRIPTOR.connection.validated(config, {})
