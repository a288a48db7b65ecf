"""What a listing asks besides itself: instance types, image names, key pairs, tags of balancers and buckets."""

import pytest

from mcm.contract import PermissionDenied, RateLimited, Region, Resource, ResourceKind
from tests.providers.aws.cloud import REGION, Asked, Cloud, Reply, connected, refusal, xml

INSTANCES = xml(
    "DescribeInstances",
    "<reservationSet><item><instancesSet>"
    + "".join(
        f"<item><instanceId>i-{n}</instanceId><imageId>ami-{n % 2}</imageId><instanceType>m5.large</instanceType>"
        f"<keyName>operations</keyName></item>"
        for n in range(250)
    )
    + "</instancesSet></item></reservationSet>",
)
TYPES = xml(
    "DescribeInstanceTypes",
    "<instanceTypeSet><item><instanceType>m5.large</instanceType><hypervisor>nitro</hypervisor>"
    "<vCpuInfo><defaultVCpus>2</defaultVCpus></vCpuInfo><memoryInfo><sizeInMiB>8192</sizeInMiB></memoryInfo></item>"
    "</instanceTypeSet>",
)
IMAGES = xml("DescribeImages", "<imagesSet><item><imageId>ami-1</imageId><name>golden</name></item></imagesSet>")
KEYS = xml(
    "DescribeKeyPairs", "<keySet><item><keyPairId>key-1</keyPairId><keyName>operations</keyName></item></keySet>"
)
ANSWERS = {
    "DescribeInstances": INSTANCES,
    "DescribeInstanceTypes": TYPES,
    "DescribeImages": IMAGES,
    "DescribeKeyPairs": KEYS,
}
GLOBAL = Region("global", "", frozenset())


def instances(cloud: Cloud) -> list[Resource]:
    return list(connected(cloud).collect(ResourceKind.INSTANCE, REGION))


def test_each_name_is_asked_for_once() -> None:
    with Cloud(ANSWERS) as cloud:
        provider = connected(cloud)
        first = list(provider.collect(ResourceKind.INSTANCE, REGION))
        list(provider.collect(ResourceKind.INSTANCE, REGION))
    assert {(one.attributes.vcpus, one.attributes.memory_mib) for one in first} == {(2, 8192)}  # type: ignore[attr-defined]
    assert {one.attributes.image for one in first} == {"golden", None}  # type: ignore[attr-defined]
    assert (cloud.count("DescribeInstances"), cloud.count("DescribeInstanceTypes")) == (2, 1)
    assert cloud.count("DescribeImages") == 1, "an image that is gone is not asked for again"
    assert cloud.count("DescribeKeyPairs") == 2, "a name may have been given to another key pair since"


def test_without_the_permissions_the_instances_are_there_and_the_rest_unknown() -> None:
    denied = refusal("UnauthorizedOperation", "You are not authorized", 403)
    answers = dict.fromkeys(ANSWERS, denied) | {"DescribeInstances": INSTANCES}
    with Cloud(answers) as cloud:
        provider = connected(cloud)
        for _ in range(2):
            found = list(provider.collect(ResourceKind.INSTANCE, REGION))
            assert len(found) == 250
            assert {one.attributes.memory_mib for one in found} == {None}  # type: ignore[attr-defined]
            assert {one.attributes.flavor for one in found} == {"m5.large"}  # type: ignore[attr-defined]
    assert cloud.count("DescribeInstanceTypes") == 1, "a refusal is remembered"


def test_a_look_up_that_fails_for_now_fails_the_listing() -> None:
    """Otherwise memory and names would come and go with the weather."""
    with Cloud({**ANSWERS, "DescribeInstanceTypes": refusal("RequestLimitExceeded", "", 503)}) as cloud:
        provider = connected(cloud)
        with pytest.raises(RateLimited):
            list(provider.collect(ResourceKind.INSTANCE, REGION))
        cloud.answers["DescribeInstanceTypes"] = TYPES
        found = list(provider.collect(ResourceKind.INSTANCE, REGION))
    assert {one.attributes.memory_mib for one in found} == {8192}  # type: ignore[attr-defined]


def test_tags_of_load_balancers_come_in_batches_of_20() -> None:
    def balancers(asked: Asked) -> Reply:
        if asked.form["Version"] == "2012-06-01":
            inside = (
                "<DescribeLoadBalancersResult><LoadBalancerDescriptions><member><LoadBalancerName>old</LoadBalancerName>"
                "<DNSName>old-1.elb</DNSName></member></LoadBalancerDescriptions></DescribeLoadBalancersResult>"
            )
        else:
            members = "".join(f"<member><LoadBalancerArn>arn-{n}</LoadBalancerArn></member>" for n in range(45))
            inside = (
                f"<DescribeLoadBalancersResult><LoadBalancers>{members}</LoadBalancers></DescribeLoadBalancersResult>"
            )
        return xml("DescribeLoadBalancers", inside)

    def tags(asked: Asked) -> Reply:
        names = [value for key, value in asked.form.items() if key.startswith(("ResourceArns", "LoadBalancerNames"))]
        assert len(names) <= 20
        key = "LoadBalancerName" if asked.form["Version"] == "2012-06-01" else "ResourceArn"
        members = "".join(
            f"<member><{key}>{one}</{key}><Tags><member><Key>of</Key><Value>{one}</Value></member></Tags></member>"
            for one in names
        )
        inside = f"<DescribeTagsResult><TagDescriptions>{members}</TagDescriptions></DescribeTagsResult>"
        return xml("DescribeTags", inside)

    with Cloud({"DescribeLoadBalancers": balancers, "DescribeTags": tags}) as cloud:
        found = list(connected(cloud).collect(ResourceKind.LOAD_BALANCER, REGION))
    assert len(found) == 46
    assert {one.native_id: one.tags for one in found} == {
        **{f"arn-{n}": {"of": f"arn-{n}"} for n in range(45)},
        "old-1.elb": {"of": "old"},
    }
    assert cloud.count("DescribeTags") == 4


BUCKETS = Reply(
    b"<ListAllMyBucketsResult><Buckets><Bucket><Name>told</Name><BucketRegion>eu-west-1</BucketRegion></Bucket>"
    b"<Bucket><Name>old</Name></Bucket><Bucket><Name>locked</Name><BucketRegion>eu-west-1</BucketRegion></Bucket>"
    b"</Buckets></ListAllMyBucketsResult>"
)


def bucket_tags(asked: Asked) -> Reply:
    # The path is not in the form; the signature's region tells which client asked.
    region = asked.headers["authorization"].split("/")[2]
    if region == "us-east-1":
        return Reply(b"<Error><Code>NoSuchTagSet</Code><Message>none</Message></Error>", 404)
    return Reply(b"<Tagging><TagSet><Tag><Key>env</Key><Value>prod</Value></Tag></TagSet></Tagging>")


def test_buckets_are_asked_in_their_own_region() -> None:
    location = Reply(b"<LocationConstraint/>")
    with Cloud({"ListBuckets": BUCKETS, "GetBucketLocation": location, "GetBucketTagging": bucket_tags}) as cloud:
        found = {one.native_id: one for one in connected(cloud).collect(ResourceKind.BUCKET, GLOBAL)}
    assert {name: one.attributes.location for name, one in found.items()} == {  # type: ignore[attr-defined]
        "told": "eu-west-1",
        "old": "us-east-1",
        "locked": "eu-west-1",
    }
    assert {name: one.tags for name, one in found.items()} == {
        "told": {"env": "prod"},
        "old": {},
        "locked": {"env": "prod"},
    }
    assert cloud.count("GetBucketLocation") == 1
    assert {one.region for one in found.values()} == {"global"}


def test_a_bucket_that_refuses_its_tags_is_listed_without() -> None:
    denied = Reply(b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>", 403)
    with Cloud({"ListBuckets": BUCKETS, "GetBucketLocation": denied, "GetBucketTagging": denied}) as cloud:
        found = list(connected(cloud).collect(ResourceKind.BUCKET, GLOBAL))
    assert [one.tags for one in found] == [None, None, None]


def test_a_missing_permission_for_the_listing_itself_is_raised() -> None:
    denied = refusal("UnauthorizedOperation", "You are not authorized", 403)
    with Cloud({**ANSWERS, "DescribeInstances": denied}) as cloud, pytest.raises(PermissionDenied):
        instances(cloud)
