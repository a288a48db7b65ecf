"""What the generated clouds hold: kinds, relations, states, names; and that a big one costs no memory."""

import itertools
import tracemalloc
from collections import Counter
from collections.abc import Callable

import pytest

from mcm.contract import Region, Resource, ResourceKind
from mcm.contract.conformance.checks import secret_paths
from mcm_providers.simulated.adapter import SimulatedProvider
from mcm_providers.simulated.world import worlds

Account = Callable[..., SimulatedProvider]
_FLAVOURS = ["openstack", "vmware", "public"]


def _everything(provider: SimulatedProvider) -> list[Resource]:
    return [one for region in provider.regions() for kind in region.kinds for one in provider.collect(kind, region)]


@pytest.mark.parametrize("flavour", _FLAVOURS)
@pytest.mark.parametrize("drift", ["0", "500"])
def test_every_relation_leads_to_something(flavour: str, drift: str, account: Account) -> None:
    provider = account(flavour=flavour, instances=400, regions="2", drift=drift)
    worlds.get("c").clock = lambda: 1_790_000_000.0
    found = _everything(provider)
    known = {(one.kind, one.native_scope, one.native_id) for one in found}
    lost = Counter(
        (one.kind, relation.kind)
        for one in found
        for relation in one.relations
        if (relation.kind, relation.native_scope, relation.native_id) not in known
    )
    # A snapshot of what drift has replaced outlives its source; nothing else may point into the void.
    assert {source for source, _ in lost} <= ({ResourceKind.SNAPSHOT} if drift != "0" else set())


@pytest.mark.parametrize("flavour", _FLAVOURS)
def test_the_cloud_sends_secrets_and_the_adapter_drops_them(flavour: str, account: Account) -> None:
    provider = account(flavour=flavour)
    assert any(secret_paths(document) for document in worlds.get("c").each(ResourceKind.INSTANCE))
    assert [path for one in _everything(provider) for path in secret_paths(one.native)] == []


@pytest.mark.parametrize("flavour", _FLAVOURS)
def test_states_are_spread_and_odd_ones_kept(flavour: str, account: Account) -> None:
    provider = account(flavour=flavour, instances=2000)
    instances = [one for one in _everything(provider) if one.kind is ResourceKind.INSTANCE]
    states = Counter(one.state for one in instances)
    assert states["running"] > 1500
    assert {"stopped", "unknown"} <= states.keys()
    assert all(one.native_state for one in instances if one.state == "unknown")


def test_names_are_believable_some_chinese_some_twice(account: Account) -> None:
    provider = account(instances=1000)
    names = Counter(one.name for one in _everything(provider) if one.kind is ResourceKind.INSTANCE)
    assert any(not name.isascii() for name in names)
    assert sum(count > 1 for count in names.values()) > 3


def test_addresses_are_given_once(account: Account, home: Region) -> None:
    provider = account(instances=5000, page_size=1000)
    pairs = Counter(
        (relation.native_id, address)
        for one in provider.collect(ResourceKind.INSTANCE, home)
        for relation in one.relations
        if relation.kind is ResourceKind.NETWORK
        for address in one.attributes.private_ips  # type: ignore[attr-defined]
    )
    assert len(pairs) == 5000


def test_hosts_and_quotas_say_what_instances_use(account: Account, home: Region) -> None:
    provider = account(instances=300)
    instances = list(provider.collect(ResourceKind.INSTANCE, home))
    on_hosts, in_projects = Counter[str](), Counter[str]()
    for one in instances:
        vcpus = one.attributes.vcpus  # type: ignore[attr-defined]
        on_hosts[next(rel.native_id for rel in one.relations if rel.kind is ResourceKind.HOST)] += vcpus
        in_projects[str(one.project)] += 1
    hosts = provider.collect(ResourceKind.HOST, home)
    assert {one.native_id: one.attributes.vcpus_used for one in hosts} == on_hosts  # type: ignore[attr-defined]
    quotas = [one for one in provider.collect(ResourceKind.QUOTA, home) if one.name == "instances"]
    assert {one.project: one.attributes.used for one in quotas if one.attributes.used} == in_projects  # type: ignore[attr-defined]
    unlimited = [one.attributes for one in quotas if one.attributes.unlimited]  # type: ignore[attr-defined]
    assert all(quota.limit is None for quota in unlimited)  # type: ignore[attr-defined]


def test_a_huge_cloud_is_never_held(account: Account, home: Region) -> None:
    provider = account(instances=100_000, page_size=100)
    listing = provider.collect(ResourceKind.INSTANCE, home)
    next(listing)
    tracemalloc.start()
    last = next(itertools.islice(listing, 3000, None))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4_000_000  # two pages; 3,000 instances would be some 20 MB
    assert provider.observe([last.ref]) == {last.ref: last}


def test_the_last_of_a_huge_cloud_is_found_without_listing(account: Account, home: Region) -> None:
    provider = account(instances=100_000)
    world = worlds.get("c")
    (last,) = world.documents(ResourceKind.INSTANCE, "bj-1", 99_999) or []
    assert world.documents(ResourceKind.INSTANCE, "bj-1", 100_000) is None
    (volume,) = (world.find(ResourceKind.VOLUME, last["volumes"][0]),)
    assert volume is not None
    assert volume[1]["attachments"][0]["instance"] == last["id"]
    assert provider.check().realm
