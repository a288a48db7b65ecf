"""Descriptors that break an obligation."""

from typing import Any

import pytest

from mcm.contract import ConnectionField, ConnectionSchema, ProviderDescriptor, Text
from mcm_providers.simulated.adapter import SimulatedProvider
from mcm_providers.simulated.descriptor import DESCRIPTOR
from tests.conformance.broken.control import Broken


class _Described(Broken):
    @pytest.fixture(scope="class")
    @classmethod
    def descriptor(cls) -> ProviderDescriptor:
        return cls.described()

    @classmethod
    def described(cls) -> ProviderDescriptor:
        return DESCRIPTOR


def _with_field(**values: Any) -> ProviderDescriptor:
    item = ConnectionField.model_construct(
        **{"key": "more", "title": "More", "title_zh": "更多", "secret": True, **values}
    )
    schema = ConnectionSchema.model_construct(fields=(*DESCRIPTOR.connection.fields, item))
    return DESCRIPTOR.model_copy(update={"connection": schema})


class TestHoldsAnObject(_Described):
    must_fail = frozenset({"test_descriptor_is_json_able"})

    @classmethod
    def described(cls) -> ProviderDescriptor:
        return _with_field(secret=False, default=object())


class TestEnglishOnly(_Described):
    must_fail = frozenset({"test_texts_are_in_both_languages"})

    @classmethod
    def described(cls) -> ProviderDescriptor:
        return DESCRIPTOR.model_copy(update={"title": Text(en="Simulated", zh=" ")})


class TestDefaultPassword(_Described):
    must_fail = frozenset({"test_fields_are_sound"})

    @classmethod
    def described(cls) -> ProviderDescriptor:
        return _with_field(default="admin")


class TestAsksTwice(_Described):
    must_fail = frozenset({"test_fields_are_sound"})

    @classmethod
    def described(cls) -> ProviderDescriptor:
        return _with_field(key="token")


class TestNamesNoKind(_Described):
    must_fail = frozenset({"test_kinds_are_sound", "test_regions_are_well_formed"})

    @classmethod
    def described(cls) -> ProviderDescriptor:
        return DESCRIPTOR.model_copy(update={"kinds": {}})


class TestLacksClose(Broken):
    must_fail = frozenset({"test_adapter_can_be_loaded"})
    provider = type("Unclosable", (SimulatedProvider,), {"close": None})


class TestImportsEverything(Broken):
    must_fail = frozenset({"test_descriptor_needs_no_sdk"})

    @pytest.fixture(scope="class")
    @classmethod
    def descriptor_path(cls) -> str:
        return "tests.conformance.broken.heavy:DESCRIPTOR"


class TestNeedsItsSdk(Broken):
    must_fail = frozenset({"test_descriptor_needs_no_sdk"})

    @pytest.fixture(scope="class")
    @classmethod
    def descriptor(cls) -> ProviderDescriptor:
        return DESCRIPTOR.model_copy(update={"sdk": "yaml"})

    @pytest.fixture(scope="class")
    @classmethod
    def descriptor_path(cls) -> str:
        return "tests.conformance.broken.heavy:DESCRIPTOR"
