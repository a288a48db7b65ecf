"""Alibaba Cloud's prices under the conformance suite, from answers of the documented form."""

from collections.abc import Iterator

import pytest

from mcm.contract import ConnectionForm, ProviderDescriptor
from mcm.contract.conformance.context import PlainContext
from mcm.contract.conformance.suite import Connect, PriceConformance
from mcm_providers.alibaba.adapter import AlibabaProvider
from mcm_providers.alibaba.descriptor import DESCRIPTOR
from tests.providers.alibaba.ecs import KEY, SECRET, Alibaba, serving


class TestAlibaba(PriceConformance):
    @pytest.fixture(scope="class")
    @classmethod
    def descriptor(cls) -> ProviderDescriptor:
        return DESCRIPTOR

    @pytest.fixture(scope="class")
    @classmethod
    def form(cls) -> Iterator[ConnectionForm]:
        with serving(Alibaba()) as alibaba:
            config = {"regions": "eu-central-1,cn-hangzhou", "endpoint": alibaba.url}
            yield DESCRIPTOR.connection.validated(config, {"access_key_id": KEY, "access_key_secret": SECRET})

    @pytest.fixture(scope="class")
    @classmethod
    def wrong_credentials(cls, form: ConnectionForm) -> Connect:
        def connected(context: PlainContext) -> AlibabaProvider:
            secrets = {"access_key_id": KEY, "access_key_secret": "wrong"}
            return AlibabaProvider.connect(ConnectionForm(form.config, secrets), context)

        return connected
