"""Fixtures of the OpenStack adapter's own tests."""

from collections.abc import Iterator

import pytest

from tests.providers.openstack.stub import Stub, running


@pytest.fixture
def stub() -> Iterator[Stub]:
    with running() as started:
        yield started
