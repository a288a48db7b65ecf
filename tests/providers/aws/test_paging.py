"""A listing is whole and once through, or it raises."""

from collections.abc import Callable

import pytest

from mcm.contract import Region, ResourceKind, ResourceRef, UnexpectedResponse, Unreachable
from mcm.contract.conformance.context import PlainContext
from tests.providers.aws.cloud import REGION, Asked, Cloud, Reply, connected, refusal, xml


def vpcs(ids: str, token: str = "") -> Reply:
    items = "".join(f"<item><vpcId>vpc-{letter}</vpcId><state>available</state></item>" for letter in ids)
    return xml("DescribeVpcs", f"<vpcSet>{items}</vpcSet>" + (f"<nextToken>{token}</nextToken>" if token else ""))


def paged(**by_token: Reply) -> Callable[[Asked], Reply]:
    return lambda asked: by_token[asked.form.get("NextToken", "first")]


def names(cloud: Cloud, context: PlainContext | None = None) -> str:
    found = connected(cloud, context).collect(ResourceKind.NETWORK, REGION)
    return "".join(resource.native_id[-1] for resource in found)


def test_pages_are_followed_to_the_end() -> None:
    with Cloud({"DescribeVpcs": paged(first=vpcs("ab", "t2"), t2=vpcs("c", "t3"), t3=vpcs("d"))}) as cloud:
        assert names(cloud) == "abcd"
    assert [asked.form.get("NextToken") for asked in cloud.asked] == [None, "t2", "t3"]
    assert {asked.form["MaxResults"] for asked in cloud.asked} == {"1000"}


def test_an_empty_page_with_a_way_on_is_not_the_end() -> None:
    with Cloud({"DescribeVpcs": paged(first=vpcs("a", "t2"), t2=vpcs("", "t3"), t3=vpcs("b"))}) as cloud:
        assert names(cloud) == "ab"


def test_an_empty_listing_is_empty() -> None:
    with Cloud({"DescribeVpcs": vpcs("")}) as cloud:
        assert names(cloud) == ""


def test_an_empty_token_is_the_end() -> None:
    with Cloud({"DescribeVpcs": xml("DescribeVpcs", "<vpcSet/><nextToken/>")}) as cloud:
        assert names(cloud) == ""


@pytest.mark.parametrize(
    "pages",
    [
        {"first": vpcs("a", "t2"), "t2": vpcs("b", "t2")},
        {"first": vpcs("a", "t2"), "t2": vpcs("b", "t3"), "t3": vpcs("c", "t2")},
        {"first": vpcs("ab", "t2"), "t2": vpcs("ab")},
        {"first": vpcs("aba")},
        {"first": vpcs("a", "t2"), "t2": Reply(vpcs("bcd").body[:-40])},
        {"first": vpcs("a", "t2"), "t2": Reply(vpcs("bcd").body[:-40], declared=9_999)},
        {"first": vpcs("a", "t2"), "t2": xml("DescribeVpcs", "<requestId>r</requestId>")},
        {"first": vpcs("a", "t2"), "t2": xml("DescribeVpcs", "<vpcSet><item><state>x</state></item></vpcSet>")},
        {
            "first": vpcs("a", "t2"),
            "t2": xml("DescribeVpcs", f"<vpcSet><item><vpcId>{'v' * 600}</vpcId></item></vpcSet>"),
        },
    ],
    ids=[
        *("same token", "tokens in a circle", "page twice", "id twice in a page", "cut", "fewer bytes than declared"),
        *("no list", "no id", "an id that is none"),
    ],
)
def test_a_listing_that_is_not_whole_raises(pages: dict[str, Reply]) -> None:
    with Cloud({"DescribeVpcs": paged(**pages)}) as cloud, pytest.raises(UnexpectedResponse):
        names(cloud)


@pytest.mark.parametrize(
    "reply",
    [refusal("InternalError", "", 500), Reply(b"", 503)],
    ids=["refused", "gateway"],
)
def test_a_later_page_that_fails_ends_the_listing(reply: Reply) -> None:
    with Cloud({"DescribeVpcs": paged(first=vpcs("a", "t2"), t2=reply)}) as cloud, pytest.raises(Unreachable):
        names(cloud)


def test_cancelling_between_pages_ends_the_listing() -> None:
    context = PlainContext()
    with Cloud({"DescribeVpcs": paged(first=vpcs("ab", "t2"), t2=vpcs("c"))}) as cloud:
        listing = connected(cloud, context).collect(ResourceKind.NETWORK, REGION)
        next(listing)
        context.cancel()
        with pytest.raises(Unreachable, match="cancelled"):
            list(listing)
    assert len(cloud.asked) == 1


def test_the_second_page_is_not_asked_for_before_the_first_is_used() -> None:
    with Cloud({"DescribeVpcs": paged(first=vpcs("ab", "t2"), t2=vpcs("c"))}) as cloud:
        listing = connected(cloud).collect(ResourceKind.NETWORK, REGION)
        next(listing)
        next(listing)
        assert len(cloud.asked) == 1
        assert len(list(listing)) == 1


def test_other_services_page_in_their_own_words() -> None:
    def databases(asked: Asked) -> Reply:
        marker = asked.form.get("Marker", "0")
        on = f"<Marker>{int(marker) + 1}</Marker>" if marker != "2" else ""
        item = f"<DBInstance><DbiResourceId>db-{marker}</DbiResourceId></DBInstance>"
        inside = f"<DescribeDBInstancesResult><DBInstances>{item}</DBInstances>{on}</DescribeDBInstancesResult>"
        return xml("DescribeDBInstances", inside)

    def buckets(asked: Asked) -> Reply:
        token = asked.form.get("continuation-token", "0")
        on = f"<ContinuationToken>{int(token) + 1}</ContinuationToken>" if token != "2" else ""
        item = f"<Bucket><Name>bucket-{token}</Name><BucketRegion>eu-west-1</BucketRegion></Bucket>"
        text = f"<ListAllMyBucketsResult><Buckets>{item}</Buckets>{on}</ListAllMyBucketsResult>"
        return Reply(text.encode())

    none = Reply(b"<Error><Code>NoSuchTagSet</Code><Message>none</Message></Error>", 404)
    with Cloud({"DescribeDBInstances": databases, "ListBuckets": buckets, "GetBucketTagging": none}) as cloud:
        provider = connected(cloud)
        found = [one.native_id for one in provider.collect(ResourceKind.DATABASE, REGION)]
        assert found == ["db-0", "db-1", "db-2"]
        listed = list(provider.collect(ResourceKind.BUCKET, Region("global", "", frozenset())))
    assert [one.native_id for one in listed] == ["bucket-0", "bucket-1", "bucket-2"]
    assert [one.tags for one in listed] == [{}, {}, {}]


def test_observing_asks_for_200_at_a_time_and_in_one_region_only() -> None:
    def answer(asked: Asked) -> Reply:
        wanted = [value for key, value in asked.form.items() if key.startswith("Filter.1.Value.")]
        items = "".join(f"<item><vpcId>{one}</vpcId></item>" for one in wanted if not one.endswith("7"))
        return xml("DescribeVpcs", f"<vpcSet>{items}</vpcSet>")

    refs = [ResourceRef(ResourceKind.NETWORK, f"vpc-{number}", region=REGION.native_id) for number in range(450)]
    with Cloud({"DescribeVpcs": answer}) as cloud:
        seen = connected(cloud).observe(refs)
    assert [asked.form["Filter.1.Name"] for asked in cloud.asked] == ["vpc-id"] * 3
    assert set(seen) == set(refs)
    assert {ref.native_id for ref, found in seen.items() if found is None} == {f"vpc-{n}" for n in range(7, 450, 10)}


def test_observing_what_cannot_be_asked_raises_and_never_says_gone() -> None:
    ref = ResourceRef(ResourceKind.NETWORK, "vpc-1", region=REGION.native_id)
    with Cloud({"DescribeVpcs": refusal("Unavailable", "", 503)}) as cloud, pytest.raises(Unreachable):
        connected(cloud).observe([ref])
