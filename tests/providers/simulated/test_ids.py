"""Ids that can be turned back into positions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcm_providers.simulated.cloud.ids import IdForge

_FORGES = {"uuid": IdForge("w", "instance"), "prefix": IdForge("w", "instance", "i-")}


@pytest.mark.parametrize("form", list(_FORGES))
@given(region=st.integers(0, 63), index=st.integers(0, 2**50 - 1))
def test_an_id_leads_back_to_its_position(form: str, region: int, index: int) -> None:
    forge = _FORGES[form]
    assert forge.decode(forge.encode(region, index)) == (region, index)


@given(st.text(max_size=60))
def test_a_foreign_text_leads_nowhere(text: str) -> None:
    assert [forge.decode(text) for forge in _FORGES.values()] == [None, None]


@pytest.mark.parametrize("other", [IdForge("other", "instance"), IdForge("w", "volume"), _FORGES["prefix"]])
def test_ids_of_another_cloud_or_kind_are_foreign(other: IdForge) -> None:
    assert _FORGES["uuid"].decode(other.encode(1, 77)) is None


def test_ids_do_not_collide() -> None:
    for forge in _FORGES.values():
        assert len({forge.encode(region, index) for region in range(5) for index in range(4000)}) == 20_000
