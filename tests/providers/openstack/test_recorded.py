"""The whole adapter against recorded conversations with real services, for an administrator and for a project user."""

from collections import Counter
from collections.abc import Iterator

import pytest
import yaml

from mcm.contract import AuthenticationFailed, PermissionDenied, Region, Resource, ResourceKind, ResourceRef
from mcm.contract.conformance.checks import identity_problems, region_problems, resource_problems
from mcm.contract.conformance.context import PlainContext
from mcm_providers.openstack.adapter import OpenStackProvider
from mcm_providers.openstack.descriptor import DESCRIPTOR
from tests.providers.openstack import recording

# What nova tells administrators only.
ADMINISTRATORS = {
    ResourceKind.HOST: "os_compute_api:os-hypervisors:list-detail",
    ResourceKind.CLUSTER: "os_compute_api:os-aggregates:index",
}


@pytest.fixture(params=recording.ROLES)
def role(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def provider(role: str) -> Iterator[OpenStackProvider]:
    with recording.conversation(role):
        connected = recording.connect(role)
        yield connected
        connected.close()


def everything(provider: OpenStackProvider, skip: set[ResourceKind]) -> dict[ResourceKind, list[Resource]]:
    return {
        kind: list(provider.collect(kind, region))
        for region in provider.regions()
        for kind in sorted(region.kinds - skip)
    }


def main_region(provider: OpenStackProvider) -> Region:
    return next(region for region in provider.regions() if ResourceKind.INSTANCE in region.kinds)


def test_check_and_regions(provider: OpenStackProvider, role: str) -> None:
    identity = provider.check()
    assert identity_problems(identity) == []
    assert (identity.principal, identity.scope_name) == (f"{role}@Default", role)
    assert identity.grants.endswith("instances=all" if role == "admin" else "instances=project")
    assert [problem for region in provider.regions() for problem in region_problems(region, DESCRIPTOR)] == []


def test_both_see_one_realm() -> None:
    realms = set()
    for role in recording.ROLES:
        with recording.conversation(role):
            realms.add(recording.connect(role).check().realm)
    assert len(realms) == 1


def test_every_kind_is_read(provider: OpenStackProvider, role: str) -> None:
    found = everything(provider, set() if role == "admin" else set(ADMINISTRATORS))
    empty = [kind for kind, resources in found.items() if not resources]
    assert empty == []
    regions = {kind: region.native_id for region in provider.regions() for kind in region.kinds}
    problems = [p for kind, ones in found.items() for one in ones for p in resource_problems(one, kind, regions[kind])]
    assert problems == []
    identities = Counter((one.kind, one.native_scope, one.native_id) for ones in found.values() for one in ones)
    assert [one for one, times in identities.items() if times > 1] == []


def test_administrators_see_all_projects() -> None:
    seen: dict[str, set[str | None]] = {}
    for role in recording.ROLES:
        with recording.conversation(role):
            provider = recording.connect(role)
            region = main_region(provider)
            seen[role] = {
                one.project_name
                for kind in (ResourceKind.INSTANCE, ResourceKind.VOLUME, ResourceKind.PUBLIC_IP, ResourceKind.QUOTA)
                for one in provider.collect(kind, region)
            }
    assert seen["demo"] == {"demo"}
    assert len(seen["admin"]) > 1
    assert seen["admin"] > seen["demo"]
    assert None not in seen["admin"]


def test_what_only_administrators_may_read_names_the_right() -> None:
    with recording.conversation("demo"):
        provider = recording.connect("demo")
        for kind, policy in ADMINISTRATORS.items():
            with pytest.raises(PermissionDenied) as refused:
                list(provider.collect(kind, main_region(provider)))
            assert refused.value.permission == policy


def test_relations_lead_to_what_is_there() -> None:
    with recording.conversation("admin"):
        found = everything(recording.connect("admin"), set())
    there = {(one.kind, one.native_scope, one.native_id) for ones in found.values() for one in ones}
    kinds = set(found)
    dangling = Counter(
        (one.kind.value, relation.kind.value)
        for ones in found.values()
        for one in ones
        for relation in one.relations
        if relation.kind in kinds and (relation.kind, relation.native_scope, relation.native_id) not in there
    )
    # A key pair is shown to its own user only; an aggregate may name a zone that has no host yet.
    assert set(dangling) <= {("instance", "keypair"), ("cluster", "zone")}
    of_instances = {relation.kind for one in found[ResourceKind.INSTANCE] for relation in one.relations}
    assert of_instances >= {
        ResourceKind.FLAVOR,
        ResourceKind.HOST,
        ResourceKind.IMAGE,
        ResourceKind.NETWORK,
        ResourceKind.PROJECT,
        ResourceKind.SECURITY_GROUP,
        ResourceKind.VOLUME,
        ResourceKind.ZONE,
    }


def test_observe(provider: OpenStackProvider, role: str) -> None:
    region = main_region(provider)
    for kind in sorted(region.kinds - (set() if role == "admin" else set(ADMINISTRATORS))):
        sample = list(provider.collect(kind, region))[:2]
        gone = ResourceRef(kind, "00000000-0000-4000-8000-000000000000", region=region.native_id)
        seen = provider.observe([*(one.ref for one in sample), gone])
        assert [seen[one.ref] for one in sample] == sample, kind
        assert seen[gone] is None


def test_the_feed(provider: OpenStackProvider) -> None:
    region = main_region(provider)
    batch = provider.changes(ResourceKind.INSTANCE, region, provider.open_feed(ResourceKind.INSTANCE, region))
    problems = [p for one in batch.changed for p in resource_problems(one, ResourceKind.INSTANCE, region.native_id)]
    assert problems == []


def test_a_wrong_password() -> None:
    with recording.conversation("wrong"), pytest.raises(AuthenticationFailed):
        recording.connect("demo").check()


def test_every_call_is_reported(provider: OpenStackProvider) -> None:
    context = PlainContext()
    connected = OpenStackProvider.connect(recording.form("demo"), context)
    region = main_region(connected)
    list(connected.collect(ResourceKind.FLAVOR, region))
    assert context.calls == context.finished > 0
    assert context.received > 0


def test_cassettes_hold_no_secret() -> None:
    for file in recording.CASSETTES.glob("*.yaml"):
        for interaction in yaml.safe_load(file.read_text(encoding="utf-8"))["interactions"]:
            request, response = interaction["request"], interaction["response"]
            assert request["body"] is None
            assert {name.lower() for name in request["headers"]} <= {"accept", "openstack-api-version"}
            assert response["headers"].get("X-Subject-Token") in (None, ["a-recorded-token"])
            for sign in ("127.0.0.1", "gAAAA", "PRIVATE KEY", '"password":', "adminPass"):
                assert sign not in response["body"]["string"] + request["uri"], (request["uri"], sign)
