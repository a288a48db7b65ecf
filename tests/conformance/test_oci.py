"""Oracle's list prices under the conformance suite, from the recorded answer."""

from collections.abc import Iterator, Mapping
from typing import ClassVar

import pytest

from mcm.contract import ConnectionForm, ProviderDescriptor
from mcm.contract.conformance.suite import PriceConformance
from mcm_providers.oci.descriptor import DESCRIPTOR
from tests.providers.oci.listed import Oracle, serving


class TestOci(PriceConformance):
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
        with serving(Oracle()) as oracle:
            config = {"regions": "eu-frankfurt-1,us-ashburn-1", "endpoint": oracle.url}
            yield DESCRIPTOR.connection.validated(config, {})
