"""Regions, missing services and versions, from catalogues and version documents as clouds have them."""

import pytest

from mcm.contract import (
    GLOBAL_REGION,
    InvalidRequest,
    NotSupported,
    PermissionDenied,
    Region,
    ResourceKind,
    UnexpectedResponse,
    Unreachable,
)
from mcm.contract.conformance.checks import region_problems
from mcm_providers.openstack.adapter import OpenStackProvider
from mcm_providers.openstack.descriptor import DESCRIPTOR
from mcm_providers.openstack.versions import at_least, at_most
from tests.providers.openstack.stub import KEYSTONE_ID, PROJECT, Asked, Reply, Stub

FORBIDDEN = Reply(
    403,
    {
        "forbidden": {
            "code": 403,
            "message": "Policy doesn't allow os_compute_api:servers:detail:get_all_tenants to be performed.",
        }
    },
)
ALL = "os_compute_api:servers:detail:get_all_tenants"


def named(provider: OpenStackProvider) -> dict[str, Region]:
    return {region.native_id: region for region in provider.regions()}


def test_every_region_of_the_catalogue(stub: Stub) -> None:
    stub.regions = ["north", "south"]
    found = named(stub.connect())
    assert list(found) == ["north", "south", GLOBAL_REGION]
    assert found["north"].kinds == set(DESCRIPTOR.kinds) - {ResourceKind.PROJECT, ResourceKind.REGION}
    assert found[GLOBAL_REGION].kinds == {ResourceKind.PROJECT, ResourceKind.REGION}
    assert [one.path for one in stub.asked] == ["/v3/auth/tokens"], "no region may be asked: it may be down"


def test_a_missing_service_is_stated(stub: Stub) -> None:
    stub.services = ["compute", "image"]
    region = named(stub.connect())["RegionOne"]
    assert region_problems(region, DESCRIPTOR) == []
    assert {ResourceKind.VOLUME, ResourceKind.SNAPSHOT, ResourceKind.NETWORK, ResourceKind.PUBLIC_IP} <= set(
        region.absent
    )
    assert region.absent[ResourceKind.VOLUME].code == "service_missing"
    assert region.absent[ResourceKind.VOLUME].params == {"service": "block-storage", "region": "RegionOne"}
    assert ResourceKind.INSTANCE in region.kinds
    with pytest.raises(NotSupported):
        list(stub.connect().collect(ResourceKind.VOLUME, region))


def test_a_cloud_without_compute(stub: Stub) -> None:
    stub.services = ["block-storage"]
    region = named(stub.connect())["RegionOne"]
    assert region.kinds == {ResourceKind.VOLUME, ResourceKind.SNAPSHOT}
    assert ResourceKind.INSTANCE in region.absent


def test_a_service_that_regions_share_is_read_once(stub: Stub) -> None:
    stub.regions = ["north", "south"]
    ordinary = stub.endpoint

    def shared(service: str, region: str) -> str:
        return ordinary(service, "north" if service == "image" else region)

    stub.endpoint = shared  # type: ignore[method-assign]
    found = named(stub.connect())
    assert ResourceKind.IMAGE in found["north"].kinds
    assert found["south"].absent[ResourceKind.IMAGE].code == "read_in_region"
    assert found["south"].absent[ResourceKind.IMAGE].params["other"] == "north"
    assert region_problems(found["south"], DESCRIPTOR) == []


def test_configured_regions(stub: Stub) -> None:
    stub.regions = ["north", "south", "west"]
    assert list(named(stub.connect(region_name="west,north"))) == ["west", "north", GLOBAL_REGION]
    with pytest.raises(InvalidRequest, match="'est'; the catalogue knows north, south, west"):
        stub.connect(region_name="est").regions()


def test_another_interface(stub: Stub) -> None:
    with pytest.raises(InvalidRequest, match="no internal endpoint"):
        stub.connect(interface="internal").regions()


def test_no_project_no_catalogue(stub: Stub) -> None:
    stub.services, stub.regions = [], []
    with pytest.raises(InvalidRequest, match=r"auth\.project_name"):
        stub.connect().regions()


def test_older_names_of_block_storage(stub: Stub) -> None:
    ordinary = stub.token

    def token(asked: Asked) -> Reply:
        reply = ordinary()
        for service in reply.body["token"]["catalog"]:  # type: ignore[index]
            service["type"] = {"block-storage": "volumev3"}.get(service["type"], service["type"])
        return reply

    stub.token_reply = token
    assert ResourceKind.VOLUME in named(stub.connect())["RegionOne"].kinds


def test_an_endpoint_override(stub: Stub) -> None:
    stub.answers["/elsewhere/v2.0/subnets"] = {"subnets": []}
    region = Region("RegionOne", "RegionOne", frozenset({ResourceKind.SUBNET}))
    provider = stub.connect(network_endpoint_override=f"{stub.url}/elsewhere")
    assert list(provider.collect(ResourceKind.SUBNET, region)) == []
    stub.regions = ["north", "south"]
    with pytest.raises(InvalidRequest, match="region_name"):
        stub.connect(network_endpoint_override=f"{stub.url}/elsewhere").regions()


@pytest.mark.parametrize(("server", "asked"), [("2.104", "2.100"), ("2.93", "2.93"), ("2.1", "2.1"), ("3.5", None)])
def test_the_newest_version_both_know(stub: Stub, server: str, asked: str | None) -> None:
    stub.versions(compute=server)
    stub.put("compute", "/flavors/detail", {"flavors": []})
    region = Region("RegionOne", "RegionOne", frozenset({ResourceKind.FLAVOR}))
    provider = stub.connect()
    for _ in range(2):
        list(provider.collect(ResourceKind.FLAVOR, region))
    listings = [one for one in stub.asked if one.path.endswith("/flavors/detail")]
    assert {one.microversion() for one in listings} == {asked or ""}
    assert stub.count("/compute/v2.1/") - len(listings) == 1, "versions are asked once"


def test_a_service_without_versions(stub: Stub) -> None:
    """Its document is hidden by a gateway: every nova answers in its first version."""
    stub.answers[stub.path("compute", "/")] = Reply(403, b"<html>no</html>", content_type="text/html")
    stub.put("compute", "/flavors/detail", {"flavors": []})
    region = Region("RegionOne", "RegionOne", frozenset({ResourceKind.FLAVOR}))
    list(stub.connect().collect(ResourceKind.FLAVOR, region))
    assert stub.asked[-1].microversion() == ""


@pytest.mark.parametrize(
    ("reply", "kind"),
    [(Reply(503), Unreachable), (Reply(body={}), UnexpectedResponse), (Reply(body=b"<html>"), UnexpectedResponse)],
)
def test_a_service_that_cannot_say_is_not_taken_for_an_old_one(stub: Stub, reply: Reply, kind: type[Exception]) -> None:
    stub.answers[stub.path("compute", "/")] = reply
    region = Region("RegionOne", "RegionOne", frozenset({ResourceKind.FLAVOR}))
    with pytest.raises(kind):
        list(stub.connect().collect(ResourceKind.FLAVOR, region))


def test_an_endpoint_without_a_version(stub: Stub) -> None:
    base = stub.path("compute", "").removesuffix("/v2.1")
    versions = [
        {"id": "v2.0", "version": "", "min_version": ""},
        {"id": "v2.1", "version": "2.93", "min_version": "2.1"},
    ]
    stub.answers[f"{base}/"] = Reply(300, {"versions": versions})
    stub.answers[f"{base}/v2.1/flavors/detail"] = {"flavors": []}
    ordinary = stub.endpoint
    stub.endpoint = lambda service, region: ordinary(service, region).removesuffix("/v2.1")  # type: ignore[method-assign]
    region = Region("RegionOne", "RegionOne", frozenset({ResourceKind.FLAVOR}))
    list(stub.connect().collect(ResourceKind.FLAVOR, region))
    assert stub.asked[-1].microversion() == "2.93"


def test_hypervisors_are_asked_for_in_a_version_that_tells_sizes(stub: Stub) -> None:
    for path in ("/os-hypervisors/detail", "/os-aggregates", "/os-availability-zone/detail"):
        stub.put("compute", path, {"hypervisors": [], "aggregates": [], "availabilityZoneInfo": []})
    region = Region("RegionOne", "RegionOne", frozenset({ResourceKind.HOST}))
    list(stub.connect().collect(ResourceKind.HOST, region))
    assert stub.asked[-1].path.endswith("/os-hypervisors/detail")
    assert stub.asked[-1].microversion() == "2.87"


def test_comparing_versions() -> None:
    assert at_least("2.100", (2, 53))
    assert not at_least("2.9", (2, 53))
    assert not at_least("", (2, 1))
    assert at_most("2.100", (2, 87)) == "2.87"
    assert at_most("2.9", (2, 87)) == "2.9"
    assert at_most("", (2, 87)) == ""


def test_who_we_are(stub: Stub) -> None:
    stub.put("compute", "/servers/detail", {"servers": []})
    identity = stub.connect().check()
    assert identity.realm == f"openstack:{KEYSTONE_ID}"
    assert (identity.principal, identity.scope_name, identity.version) == ("admin@Default", "demo", "compute 2.100")
    assert identity.grants.endswith("instances=all")
    assert identity.missing == ()


def test_the_realm_of_a_catalogue_without_ids(stub: Stub) -> None:
    ordinary = stub.token

    def token(asked: Asked) -> Reply:
        reply = ordinary()
        for service in reply.body["token"]["catalog"]:  # type: ignore[index]
            del service["id"]
        return reply

    stub.token_reply = token
    stub.put("compute", "/servers/detail", {"servers": []})
    assert stub.connect().check().realm == "openstack:" + stub.url.removeprefix("http://")


def test_a_lost_right_changes_the_grants(stub: Stub) -> None:
    stub.put("compute", "/servers/detail", {"servers": []})
    provider = stub.connect()
    before = provider.check()
    stub.put("compute", "/servers/detail", FORBIDDEN)
    after = provider.check()
    stub.roles = [{"id": "another", "name": "reader"}]
    other_role = provider.check()
    assert before.grants.endswith("instances=all")
    assert after.grants.endswith("instances=project")
    assert after.missing == (ALL,)
    assert len({before.grants, after.grants, other_role.grants}) == 3


def test_all_projects_are_asked_for_only_where_allowed(stub: Stub) -> None:
    def own_only(asked: Asked) -> Reply:
        return FORBIDDEN if "all_tenants" in asked.params else Reply(body={"servers": [{"id": "mine", "name": "mine"}]})

    stub.put("compute", "/servers/detail", own_only)
    provider = stub.connect()
    provider.check()
    region = named(provider)["RegionOne"]
    for _ in range(2):
        assert [one.name for one in provider.collect(ResourceKind.INSTANCE, region)] == ["mine"]
    refused = [one for one in stub.asked if "all_tenants" in one.params]
    assert len(refused) == 1, "decided once, not at every read"


def test_a_right_lost_between_check_and_read_is_no_empty_cloud(stub: Stub) -> None:
    stub.put("compute", "/servers/detail", {"servers": []})
    provider = stub.connect()
    provider.check()
    stub.put("compute", "/servers/detail", FORBIDDEN)
    with pytest.raises(PermissionDenied) as refused:
        list(provider.collect(ResourceKind.INSTANCE, named(provider)["RegionOne"]))
    assert refused.value.permission == ALL


def test_a_region_that_is_down_does_not_change_the_grants(stub: Stub) -> None:
    stub.regions = ["north", "south"]
    stub.versions()
    for region in stub.regions:
        stub.put("compute", "/servers/detail", {"servers": []}, region)
    provider = stub.connect()
    before = provider.check()
    stub.put("compute", "/servers/detail", Reply(503), "south")
    assert provider.check().grants == before.grants
    assert "south" in named(provider)


def test_a_region_that_was_down_must_agree_with_the_others(stub: Stub) -> None:
    """Else the region's own project would pass for all of the region."""

    def own_only(asked: Asked) -> Reply:
        return FORBIDDEN if "all_tenants" in asked.params else Reply(body={"servers": []})

    stub.regions = ["north", "south"]
    stub.versions()
    stub.put("compute", "/servers/detail", {"servers": []}, "north")
    stub.put("compute", "/servers/detail", Reply(503), "south")
    provider = stub.connect()
    assert provider.check().grants.endswith("instances=all")
    stub.put("compute", "/servers/detail", own_only, "south")
    with pytest.raises(PermissionDenied):
        list(provider.collect(ResourceKind.INSTANCE, named(provider)["south"]))
    assert provider.check().grants.endswith("instances=north:all,south:project")
    assert list(provider.collect(ResourceKind.INSTANCE, named(provider)["south"])) == []


def test_no_region_answers(stub: Stub) -> None:
    stub.put("compute", "/servers/detail", Reply(503))
    with pytest.raises(Unreachable):
        stub.connect().check()


def test_the_projects_url_has_its_versions_above(stub: Stub) -> None:
    stub.put("block-storage", "/volumes/detail", {"volumes": []})
    region = Region("RegionOne", "RegionOne", frozenset({ResourceKind.VOLUME}))
    list(stub.connect().collect(ResourceKind.VOLUME, region))
    assert stub.asked[-1].path.endswith(f"/v3/{PROJECT}/volumes/detail")
    assert stub.asked[-1].microversion() == "3.71"
    assert stub.asked[-1].params["all_tenants"] == "1"
