"""An account's answers."""

from collections.abc import Callable

import pytest

from mcm.contract import InvalidRequest
from mcm_providers.simulated.adapter import SimulatedProvider
from mcm_providers.simulated.world import worlds

Account = Callable[..., SimulatedProvider]

_BAD = {
    "flavour": "vcloud",
    "instances": 100_001,
    "page_size": 0,
    "regions": "40",
    "drift": "fast",
    "latency_ms": "-1",
    "seed": -1,
}


@pytest.mark.parametrize("key", _BAD)
def test_an_impossible_answer_names_its_key(key: str, account: Account) -> None:
    with pytest.raises(InvalidRequest, match=f"'{key}'"):
        account(**{key: _BAD[key]})


def test_a_region_named_twice_is_refused(account: Account) -> None:
    with pytest.raises(InvalidRequest, match="each once"):
        account(regions="a,b,a")


def test_the_vmware_flavour_has_no_projects(account: Account) -> None:
    with pytest.raises(InvalidRequest, match="no projects"):
        account(flavour="vmware", project="p")


def test_regions_are_named_or_counted(account: Account) -> None:
    assert [r.native_id for r in account(regions="a, b").regions()] == ["global", "a", "b"]
    counted = [r.native_id for r in account(cloud_id="n", regions="6").regions()]
    assert len(set(counted)) == 7
    assert counted[:3] == ["global", "bj-1", "sh-1"]


def test_without_a_cloud_id_equal_answers_mean_the_same_cloud(account: Account) -> None:
    realms = [account(cloud_id="", seed=seed).check().realm for seed in (1, 1, 2)]
    assert realms[0] == realms[1] != realms[2]


def test_an_account_that_only_names_the_cloud_changes_nothing_in_it(account: Account) -> None:
    account(flavour="public", instances=77)
    shape = worlds.get("c").shape
    account(instances="", regions="", project="portal")
    assert worlds.get("c").shape == shape


@pytest.mark.parametrize("flavour", ["openstack", "vmware", "public"])
def test_a_cloud_may_be_empty(flavour: str, account: Account) -> None:
    provider = account(flavour=flavour, instances=0, drift="60")
    for region in provider.regions():
        for kind in region.kinds:
            resources = list(provider.collect(kind, region))
            assert not resources or kind not in ("instance", "volume", "port")
