"""The fast reader makes of an answer what botocore's parser makes of the same bytes, and refuses what is no answer."""

from typing import Any

import botocore.parsers
import pytest

from mcm.contract import UnexpectedResponse
from mcm_providers.aws.client import operation_model
from mcm_providers.aws.documents import read_answer, read_page, read_text
from mcm_providers.aws.kinds import LISTINGS
from tests.harness.replay.ec2_instances import RESERVATION_CLOSE, render, reservation_open
from tests.providers.aws.rendering import TEXTS, Renderer

PAGED = sorted({(one.service, one.operation, one.members) for listings in LISTINGS.values() for one in listings})
WHOLE = [
    ("ec2", "DescribeRegions"),
    ("sts", "GetCallerIdentity"),
    ("elb", "DescribeTags"),
    ("elbv2", "DescribeTags"),
    ("s3", "GetBucketTagging"),
]


def by_botocore(body: bytes, service: str, operation: str) -> dict[str, Any]:
    """With timestamps as the text they are, as the fast reader leaves them."""
    model = operation_model(service, operation)
    factory = botocore.parsers.ResponseParserFactory()
    factory.set_parser_defaults(timestamp_parser=lambda text: text)
    parser = factory.create_parser(model.service_model.resolved_protocol)
    parsed: dict[str, Any] = parser.parse({"body": body, "headers": {}, "status_code": 200}, model.output_shape)
    del parsed["ResponseMetadata"]
    return parsed


@pytest.mark.parametrize("indent", [False, True], ids=["dense", "indented"])
@pytest.mark.parametrize(("service", "operation", "members"), PAGED)
def test_a_page_equals_botocores(service: str, operation: str, members: str, indent: bool) -> None:
    body = Renderer(operation_model(service, operation), indent).answer()
    page = read_page(body, service, operation, members)
    read = {members: list(page.records), **page.rest}
    assert read == by_botocore(body, service, operation)
    assert len(read[members]) == 2


@pytest.mark.parametrize(("service", "operation"), WHOLE)
def test_an_answer_equals_botocores(service: str, operation: str) -> None:
    body = Renderer(operation_model(service, operation), indent=True).answer()
    assert read_answer(body, service, operation) == by_botocore(body, service, operation)


def test_the_rendered_answers_hold_every_kind_of_text() -> None:
    body = Renderer(operation_model("ec2", "DescribeInstances"), indent=True).answer()
    shown = repr(read_answer(body, "ec2", "DescribeInstances"))
    assert all(repr(text) in shown for text in TEXTS)


def test_instances_as_ec2_words_them_equal_botocores() -> None:
    inside = b"".join(
        reservation_open(7, number) + render(7, number, number % 3) + RESERVATION_CLOSE for number in range(200)
    )
    body = (
        b'<?xml version="1.0" encoding="UTF-8"?>\n<DescribeInstancesResponse '
        b'xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">\n    <requestId>r</requestId>\n    <reservationSet>\n'
        + inside
        + b"    </reservationSet>\n    <nextToken>more</nextToken>\n</DescribeInstancesResponse>"
    )
    page = read_page(body, "ec2", "DescribeInstances", "Reservations")
    assert {"Reservations": list(page.records), **page.rest} == by_botocore(body, "ec2", "DescribeInstances")


GOOD = b'<DescribeVpcsResponse xmlns="http://ec2"><vpcSet><item><vpcId>vpc-1</vpcId></item></vpcSet></DescribeVpcsResponse>'


@pytest.mark.parametrize(
    "body",
    [
        GOOD,
        b"\xef\xbb\xbf" + GOOD,
        b'<?xml version="1.0"?>\r\n\r\n' + GOOD,
        GOOD.replace(b' xmlns="http://ec2"', b""),
        GOOD.replace(b"<vpcId>vpc-1</vpcId>", b"<!-- a comment --><new><deep>1</deep></new><vpcId>vpc-1</vpcId><?pi?>"),
        GOOD.replace(b"vpc-1", b"<![CDATA[vpc-1]]>"),
    ],
    ids=["plain", "byte order mark", "declared", "no namespace", "unknown members", "CDATA"],
)
def test_other_ways_to_write_the_same(body: bytes) -> None:
    page = read_page(body, "ec2", "DescribeVpcs", "Vpcs")
    assert list(page.records) == [{"VpcId": "vpc-1"}]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00\x01\x02",
        b"{}",
        b"<!DOCTYPE html><html><body>Sign in</body></html>",
        b"<html><body>Sign in</body></html>",
        GOOD[:-1],
        GOOD[: len(GOOD) // 2],
        GOOD + b"<more/>",
        GOOD.replace(b"vpc-1", b"\xff\xfe"),
        GOOD.replace(b"vpc-1", b"a\x1bb"),
        GOOD.replace(b"vpc-1", b"&undefined;"),
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>' + GOOD.replace(b"vpc-1", b"&e;"),
        GOOD.replace(b"vpc-1", b"a" * 10_500_000),
        GOOD.replace(b"<vpcId>vpc-1</vpcId>", b"<a>" * 3000 + b"</a>" * 3000),
        GOOD.replace(b"DescribeVpcs", b"DescribeSubnets"),
        b'<DescribeVpcsResponse xmlns="http://ec2"><requestId>r</requestId></DescribeVpcsResponse>',
        b"<DescribeVpcsResponse/>",
    ],
    ids=[
        *("nothing", "binary", "JSON", "HTML", "XHTML", "one byte short", "cut", "two roots", "bad UTF-8"),
        *("control character", "undefined entity", "external entity", "10 MB text", "too deep", "another answer"),
        *("no list", "an empty root"),
    ],
)
def test_what_is_no_answer_is_refused(body: bytes) -> None:
    with pytest.raises(UnexpectedResponse):
        list(read_page(body, "ec2", "DescribeVpcs", "Vpcs").records)


def test_many_nested_entities_are_refused_before_they_grow() -> None:
    body = b'<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>' + GOOD.replace(
        b"vpc-1", b"&b;" * 100
    )
    with pytest.raises(UnexpectedResponse, match="not a DescribeVpcsResponse"):
        read_page(body, "ec2", "DescribeVpcs", "Vpcs")


def test_a_number_that_is_none_is_refused() -> None:
    body = (
        b"<DescribeVolumesResponse><volumeSet><item><volumeId>vol-1</volumeId><size>big</size></item></volumeSet>"
        b"</DescribeVolumesResponse>"
    )
    with pytest.raises(UnexpectedResponse, match="garbled"):
        list(read_page(body, "ec2", "DescribeVolumes", "Volumes").records)


def test_an_answer_without_its_result_is_refused() -> None:
    with pytest.raises(UnexpectedResponse, match="DescribeDBInstancesResult"):
        read_page(b"<DescribeDBInstancesResponse/>", "rds", "DescribeDBInstances", "DBInstances")


def test_a_location_is_the_text_of_its_answer() -> None:
    assert read_text(b'<LocationConstraint xmlns="s3">eu-west-1</LocationConstraint>', "s3", "GetBucketLocation") == (
        "eu-west-1"
    )
    assert read_text(b'<LocationConstraint xmlns="s3"/>', "s3", "GetBucketLocation") == ""
