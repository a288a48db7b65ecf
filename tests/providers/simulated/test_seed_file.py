"""Clouds described by a file, which may change while it is in use."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from mcm.contract import InvalidRequest, Region, Resource, ResourceKind, UnexpectedResponse
from mcm_providers.simulated.adapter import SimulatedProvider

Account = Callable[..., SimulatedProvider]

_HOME = Region("r1", "r1", frozenset(ResourceKind))
_CLOUD = "regions: [{id: r1, instance: [{id: a, name: one}, {id: b}, {id: c}]}]"


@pytest.fixture
def seed(tmp_path: Path) -> Path:
    path = tmp_path / "cloud.yaml"
    path.write_text(_CLOUD)
    return path


def _listed(provider: SimulatedProvider) -> dict[str, Resource]:
    return {one.native_id: one for one in provider.collect(ResourceKind.INSTANCE, _HOME)}


def _replace(path: Path, text: str) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(text)
    os.replace(fresh, path)


def test_a_file_is_the_whole_truth(account: Account) -> None:
    path = Path(__file__).with_name("seed.yaml")
    form = {"seed_file": str(path), "cloud_id": "file"}
    provider = account(**form, page_size=1)
    instances = _listed(provider)
    one = instances["vm-one"]
    assert (one.name, one.state, one.native_state, one.project_name) == ("web-1", "running", "ACTIVE", "财务")
    assert one.tags == {"env": "prod", "等级": "三级"}
    assert str(one.created_at) == "2026-01-02 03:04:05+00:00"
    assert (instances["vm-two"].state, instances["vm-two"].native_state) == ("unknown", "WEIRD")
    assert instances["vm-two"].attributes.vcpus is None  # type: ignore[attr-defined]
    absent = {region.native_id: region.absent for region in provider.regions()}
    assert absent["r2"][ResourceKind.VOLUME].code == "service_missing"
    assert absent["r1"].keys() & {ResourceKind.VOLUME, ResourceKind.INSTANCE} == set()


def test_a_changed_file_changes_the_cloud_and_its_feed(seed: Path, account: Account) -> None:
    provider = account(seed_file=str(seed), page_size=1)
    cursor = provider.open_feed(ResourceKind.INSTANCE, _HOME)
    assert set(_listed(provider)) == {"a", "b", "c"}
    _replace(seed, "regions: [{id: r1, instance: [{id: a, name: two}, {id: c}, {id: d}]}]")
    assert set(_listed(provider)) == {"a", "c", "d"}
    batch = provider.changes(ResourceKind.INSTANCE, _HOME, cursor)
    assert {one.native_id: one.name for one in batch.changed} == {"a": "two", "d": "d"}
    assert [ref.native_id for ref in batch.removed] == ["b"]


def test_a_file_that_changes_during_a_listing_breaks_it(seed: Path, account: Account) -> None:
    provider = account(seed_file=str(seed), page_size=1)
    listing = provider.collect(ResourceKind.INSTANCE, _HOME)
    next(listing)
    _replace(seed, "regions: [{id: r1, instance: [{id: c}]}]")
    with pytest.raises(UnexpectedResponse, match="described anew"):
        list(listing)
    assert set(_listed(provider)) == {"c"}


def test_a_file_that_breaks_is_an_unexpected_answer_until_it_is_mended(seed: Path, account: Account) -> None:
    provider = account(seed_file=str(seed))
    _replace(seed, "regions: [{id: r1, instance: [{id: a")
    with pytest.raises(UnexpectedResponse, match="not YAML at line"):
        _listed(provider)
    _replace(seed, _CLOUD + "  # mended")
    assert set(_listed(provider)) == {"a", "b", "c"}


def test_a_file_that_is_away_for_a_moment_leaves_the_cloud_as_it_was(seed: Path, account: Account) -> None:
    provider = account(seed_file=str(seed))
    seed.unlink()
    assert set(_listed(provider)) == {"a", "b", "c"}


_SECRET = "hunter2"
_BAD = {
    "not YAML": f"a: [{_SECRET}",
    "must hold a mapping": "- 1",
    "'regions' must be": "project: []",
    "unknown top-level": "regions: [{id: r}]\ncolour: red",
    "needs an 'id'": "regions: [{id: r, instance: [{name: x}]}]",
    "region number 1": "regions: [{name: r}]",
    "unknown kind 'vm'": "regions: [{id: r, vm: []}]",
    "must be a list": "regions: [{id: r, instance: {id: a}}]",
    "is there twice": "regions: [{id: r, instance: [{id: a}, {id: a}]}]",
    "region 's'": "regions: [{id: r, instance: [{id: a}]}, {id: s, instance: [{id: a}]}]",
    "no plain value": "regions: [{id: r, instance: [{id: a, x: !!binary aGk=}]}]",
}


@pytest.mark.parametrize("sentence", list(_BAD))
def test_a_bad_file_is_refused_with_the_place(sentence: str, tmp_path: Path, account: Account) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(_BAD[sentence])
    with pytest.raises(InvalidRequest, match=sentence) as raised:
        account(seed_file=str(path))
    assert _SECRET not in str(raised.value)


def test_a_missing_file_is_refused(tmp_path: Path, account: Account) -> None:
    with pytest.raises(InvalidRequest, match="cannot read"):
        account(seed_file=str(tmp_path / "none.yaml"))
    with pytest.raises(InvalidRequest, match="cannot read"):
        account(seed_file=str(tmp_path))


def test_zones_and_key_pairs_may_share_their_names_between_regions(tmp_path: Path, account: Account) -> None:
    path = tmp_path / "zones.yaml"
    path.write_text("regions: [{id: r1, zone: [{id: nova}]}, {id: r2, zone: [{id: nova}]}]")
    provider = account(seed_file=str(path))
    zones = [one for region in provider.regions()[1:] for one in provider.collect(ResourceKind.ZONE, region)]
    assert [(one.native_scope, one.native_id) for one in zones] == [("r1", "nova"), ("r2", "nova")]
    assert [one.region for one in provider.observe([one.ref for one in zones]).values() if one] == ["r1", "r2"]
