"""Names are looked up by one listing each, and a listing of instances survives what cannot be looked up."""

import pytest

from mcm.contract import RateLimited, Region, Resource, ResourceKind, Unreachable
from mcm.contract.conformance.context import PlainContext
from mcm_providers.openstack import names
from mcm_providers.openstack.adapter import OpenStackProvider
from tests.providers.openstack.stub import PROJECT, Asked, Reply, Stub

REGION = Region("RegionOne", "RegionOne", frozenset({ResourceKind.INSTANCE}))
FORBIDDEN = Reply(403, {"forbidden": {"code": 403, "message": "no"}})


def server(number: int, image: str = "image-1", flavor: str = "tiny") -> dict[str, object]:
    return {
        "id": f"instance-{number}",
        "name": f"n{number}",
        "status": "ACTIVE",
        "tenant_id": PROJECT,
        "image": {"id": image},
        "flavor": {"original_name": flavor, "vcpus": 1, "ram": 512, "disk": 1, "ephemeral": 0},
        "addresses": {"net": [{"addr": "10.0.0.1"}]},
        "security_groups": [{"name": "default"}],
        "OS-EXT-SRV-ATTR:hypervisor_hostname": "host-1",
    }


@pytest.fixture
def full(stub: Stub) -> Stub:
    stub.put("compute", "/servers/detail", {"servers": [server(number) for number in range(5)]})
    flavors = [{"id": "1", "name": "tiny", "vcpus": 1, "ram": 512, "disk": 1}]
    stub.put("compute", "/flavors/detail", {"flavors": flavors})
    hypervisors = [{"id": "h1", "hypervisor_hostname": "host-1", "hypervisor_type": "QEMU"}]
    stub.put("compute", "/os-hypervisors/detail", {"hypervisors": hypervisors})
    stub.put(
        "network", "/networks", {"networks": [{"id": "net-1", "name": "net", "project_id": PROJECT, "shared": False}]}
    )
    stub.put(
        "network", "/security-groups", {"security_groups": [{"id": "sg-1", "name": "default", "project_id": PROJECT}]}
    )
    stub.put(
        "image",
        "/images",
        lambda asked: Reply(body={"images": [{"id": "image-1", "name": "Debian", "os_distro": "debian"}]}),
    )
    stub.answers["/v3/projects"] = {"projects": [{"id": PROJECT, "name": "demo"}]}
    return stub


LOOKUPS = ("/flavors/detail", "/os-hypervisors/detail", "/networks", "/security-groups", "/images", "/v3/projects")


def collected(provider: OpenStackProvider) -> list[Resource]:
    return list(provider.collect(ResourceKind.INSTANCE, REGION))


def test_one_listing_each_for_all_instances_and_reads(full: Stub) -> None:
    provider = full.connect()
    for _ in range(3):
        found = collected(provider)
    assert [full.count(path) for path in LOOKUPS] == [1] * len(LOOKUPS)
    one = found[0]
    assert one.project_name == "demo"
    attributes = one.attributes
    assert (attributes.image, attributes.os_name, attributes.virtualization) == ("Debian", "debian", "kvm")  # type: ignore[attr-defined]
    assert {relation.native_id for relation in one.relations} == {"image-1", "1", "net-1", "sg-1", "h1", PROJECT}


@pytest.mark.parametrize("path", LOOKUPS)
@pytest.mark.parametrize("reply", [FORBIDDEN, Reply(503), Reply(404), Reply(body=b"<html>")])
def test_what_cannot_be_looked_up_stays_unknown(full: Stub, path: str, reply: Reply) -> None:
    key = next(known for known in full.answers if known.endswith(path))
    full.answers[key] = reply
    provider = full.connect()
    for _ in range(2):
        assert len(collected(provider)) == 5
    assert full.count(path) <= 2, "what is not told must not be asked for at every read"


def test_a_missing_service_is_not_asked(full: Stub) -> None:
    full.services = ["compute"]
    assert len(collected(full.connect())) == 5


def test_too_many_requests_are_not_borne_in_silence(full: Stub) -> None:
    full.put("network", "/networks", Reply(429, headers={"Retry-After": "7"}))
    with pytest.raises(RateLimited) as asked:
        collected(full.connect())
    assert asked.value.retry_after == 7.0


def test_a_new_name_is_looked_up_again_but_once(full: Stub) -> None:
    provider = full.connect()
    collected(provider)
    full.put("compute", "/servers/detail", {"servers": [server(1), server(2, flavor="new")]})
    for _ in range(3):
        collected(provider)
    assert full.count("/flavors/detail") == 2


def test_only_new_images_are_asked_for(full: Stub) -> None:
    provider = full.connect()
    collected(provider)
    full.put("compute", "/servers/detail", {"servers": [server(1), server(2, image="image-2")]})
    for _ in range(2):
        collected(provider)
    assert [one.params["id"] for one in full.asked if one.path.endswith("/images")] == ["in:image-1", "in:image-2"]


def test_names_grow_old(full: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    provider = full.connect()
    collected(provider)
    full.answers["/v3/projects"] = {"projects": [{"id": PROJECT, "name": "renamed"}]}
    assert collected(provider)[0].project_name == "demo"
    monkeypatch.setattr(names, "_FRESH_SECONDS", -1.0)
    assert collected(provider)[0].project_name == "renamed"


def test_two_groups_of_one_name_are_not_guessed(full: Stub) -> None:
    twice = [{"id": number, "name": "default", "project_id": PROJECT} for number in ("sg-1", "sg-2")]
    full.put("network", "/security-groups", {"security_groups": twice})
    assert ResourceKind.SECURITY_GROUP not in {one.kind for one in collected(full.connect())[0].relations}


def test_the_deadline_is_not_swallowed(full: Stub) -> None:
    context = PlainContext()

    def slow(asked: Asked) -> Reply:
        context.cancel()
        return Reply(503)

    full.put("network", "/networks", slow)
    with pytest.raises(Unreachable, match="cancelled"):
        collected(full.connect(context))
