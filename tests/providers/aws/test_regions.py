"""Which regions there are, and why one of them cannot be read."""

from dataclasses import replace

import pytest

from mcm.contract import GLOBAL_REGION, InvalidRequest, NotSupported, PermissionDenied, Reason, Region, ResourceKind
from mcm.contract.conformance.checks import region_problems
from mcm_providers.aws import regions
from mcm_providers.aws.descriptor import DESCRIPTOR
from mcm_providers.aws.partitions import find_partition, service_in_region
from tests.providers.aws.cloud import Asked, Cloud, Reply, connected, refusal, xml


def listed(**status: str) -> Reply:
    items = "".join(
        f"<item><regionName>{name.replace('_', '-')}</regionName><optInStatus>{opted}</optInStatus></item>"
        for name, opted in status.items()
    )
    return xml("DescribeRegions", f"<regionInfo>{items}</regionInfo>")


THREE = listed(us_east_1="opt-in-not-required", eu_south_1="opted-in", me_south_1="not-opted-in")


def by_name(cloud: Cloud, **config: object) -> dict[str, Region]:
    found = connected(cloud, None, "", **config).regions()
    assert not [problem for region in found for problem in region_problems(region, DESCRIPTOR)]
    return {region.native_id: region for region in found}


def test_without_configuration_all_enabled_ones() -> None:
    with Cloud({"DescribeRegions": THREE}) as cloud:
        found = by_name(cloud, region=None)
    assert set(found) == {"us-east-1", "eu-south-1", GLOBAL_REGION}
    assert found["eu-south-1"].name == "Europe (Milan)"
    assert found["us-east-1"].kinds == set(DESCRIPTOR.kinds) - {ResourceKind.BUCKET}
    assert found[GLOBAL_REGION].kinds == {ResourceKind.BUCKET}
    assert cloud.asked[0].form["AllRegions"] == "true"


def test_a_configured_one_that_is_not_enabled_is_listed_with_the_reason() -> None:
    with Cloud({"DescribeRegions": THREE}) as cloud:
        found = by_name(cloud, region="me-south-1", regions=["us-east-1", "us-east-11"])
        assert set(found) == {"me-south-1", "us-east-1", "us-east-11", GLOBAL_REGION}
        assert not found["me-south-1"].kinds
        assert found["me-south-1"].absent[ResourceKind.INSTANCE] == Reason(
            "region_not_enabled", {"region": "me-south-1"}
        )
        assert found["us-east-11"].absent[ResourceKind.VOLUME] == Reason("region_unknown", {"region": "us-east-11"})
        with pytest.raises(NotSupported) as caught:
            list(connected(cloud, region="me-south-1").collect(ResourceKind.INSTANCE, found["me-south-1"]))
    assert caught.value.reason == "region_not_enabled"


@pytest.mark.parametrize("reply", [refusal("UnauthorizedOperation", "", 403), refusal("InvalidAction")])
def test_when_regions_may_not_be_asked_for_the_configured_ones_are_taken(reply: Reply) -> None:
    with Cloud({"DescribeRegions": reply}) as cloud:
        found = by_name(cloud, region="eu-central-1")
        assert found["eu-central-1"].kinds
        with pytest.raises((PermissionDenied, NotSupported)):
            connected(cloud, region=None).regions()


def test_regions_are_asked_for_at_home() -> None:
    """A region that is not enabled would refuse valid credentials."""
    asked_in: list[str] = []

    def answer(asked: Asked) -> Reply:
        asked_in.append(asked.headers["authorization"].split("/")[2])
        return THREE

    with Cloud({"DescribeRegions": answer}) as cloud:
        by_name(cloud, region="me-south-1")
    assert asked_in == ["us-east-1"]


def test_a_service_that_is_not_there_is_a_stated_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regions, "service_in_region", lambda service, region: service != "rds")
    with Cloud({"DescribeRegions": THREE}) as cloud:
        provider = connected(cloud, region="us-east-1")
        # The table is AWS's, so an endpoint of one's own is not judged by it.
        settings = replace(provider._settings, endpoint_url="")
        region = next(iter(regions.read_regions(provider._clients, settings, provider._partition)))
    assert ResourceKind.DATABASE not in region.kinds
    assert region.absent[ResourceKind.DATABASE].code == "service_not_in_region"
    assert not region_problems(region, DESCRIPTOR)


def test_partitions() -> None:
    assert find_partition("", ()).name == "aws"
    assert find_partition("", ("cn-north-1",)).name == "aws-cn"
    assert find_partition("", ("us-gov-east-1",)).home_region == "us-gov-west-1"
    assert find_partition("", ("eu-moon-9",)).name == "aws", "a region newer than the table"
    assert find_partition("aws-cn", ()).home_region.startswith("cn-")
    with pytest.raises(InvalidRequest, match="partition"):
        find_partition("aws", ("cn-north-1",))


def test_a_region_newer_than_the_table_has_every_service() -> None:
    assert service_in_region("rds", "eu-central-1")
    assert service_in_region("rds", "eu-moon-9")


def test_only_the_account_s_regions_are_read() -> None:
    with Cloud({"DescribeInstances": xml("DescribeInstances", "<reservationSet/>")}) as cloud:
        provider = connected(cloud, region="eu-central-1")
        for name in ("eu-west-1", "", "..", "nowhere"):
            with pytest.raises((InvalidRequest, NotSupported)):
                list(provider.collect(ResourceKind.INSTANCE, Region(name, "", frozenset())))
        everywhere = connected(cloud, region=None)
        assert list(everywhere.collect(ResourceKind.INSTANCE, Region("eu-moon-9", "", frozenset()))) == []
        with pytest.raises(InvalidRequest):
            list(everywhere.collect(ResourceKind.INSTANCE, Region("nowhere", "", frozenset())))
    assert cloud.count("DescribeInstances") == 1
