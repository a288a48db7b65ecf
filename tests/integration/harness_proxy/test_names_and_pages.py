"""Poisoned names and broken pages in each API's own format."""

import json
from typing import Any

import httpx
import pytest
from botocore.parsers import ResponseParserError

from tests.harness.proxy import (
    EmptyPage,
    FaultProxy,
    RepeatPage,
    ReplaceName,
    bad_utf8_name,
    by_action,
    control_character_name,
    huge_name,
)
from tests.harness.proxy.mangling import BAD_UTF8, HUGE_NAME_BYTES
from tests.integration.harness_proxy.stub import Reply, Seen, Stub

SERVERS = {"servers": [{"id": "1", "name": "web-1"}, {"id": "2", "name": 'a "quoted" one'}], "servers_links": []}
SOAP = b"""<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>
<RetrievePropertiesExResponse xmlns="urn:vim25"><returnval><token>7</token>
<objects><obj type="VirtualMachine">vm-%(n)d</obj><propSet><name>name</name><val xsi:type="xsd:string">web-%(n)d</val>
</propSet></objects></returnval></RetrievePropertiesExResponse></soapenv:Body></soapenv:Envelope>"""
ASK_SOAP = "<Envelope><Body><{0} xmlns='urn:vim25'/></Body></Envelope>"


def retrieve(http: httpx.Client, url: str, method: str) -> str:
    return http.post(f"{url}/sdk", content=ASK_SOAP.format(method), headers={"SOAPAction": '"urn:vim25/8.0"'}).text


@pytest.fixture
def vpc(proxy: FaultProxy, ec2: Any) -> Any:
    """A VPC with a name, and the client that made it."""
    client = ec2(proxy.url)
    tags = [{"ResourceType": "vpc", "Tags": [{"Key": "Name", "Value": "main"}]}]
    found = client.create_vpc(CidrBlock="10.55.0.0/16", TagSpecifications=tags)["Vpc"]["VpcId"]
    yield lambda: {
        tag["Value"] for entry in client.describe_vpcs(VpcIds=[found])["Vpcs"] for tag in entry.get("Tags", ())
    }
    proxy.clear()
    client.delete_vpc(VpcId=found)


def test_boto3_gets_a_10_mb_name(proxy: FaultProxy, vpc: Any) -> None:
    assert vpc() == {"main"}
    proxy.rule(by_action("DescribeVpcs"), huge_name(), times=1)
    assert vpc() == {"A" * HUGE_NAME_BYTES}
    assert vpc() == {"main"}


def test_boto3_gets_a_name_that_is_not_utf8(proxy: FaultProxy, vpc: Any) -> None:
    proxy.rule(by_action("DescribeVpcs"), bad_utf8_name())
    with pytest.raises(ResponseParserError):
        vpc()


def test_boto3_gets_control_characters(proxy: FaultProxy, vpc: Any) -> None:
    proxy.rule(by_action("DescribeVpcs"), control_character_name())
    [name] = vpc()
    assert {"\u202e", "\u009b", "\u2028"} <= set(name)


def test_json_names(stub: Stub, stub_proxy: FaultProxy, http: httpx.Client) -> None:
    stub.answer = lambda seen: Reply(json.dumps(SERVERS).encode())
    stub_proxy.rule("GET /huge", huge_name(index=1))
    stub_proxy.rule("GET /bad", bad_utf8_name())
    stub_proxy.rule("GET /control", control_character_name())
    huge = http.get(f"{stub_proxy.url}/huge")
    assert [len(server["name"]) for server in huge.json()["servers"]] == [5, HUGE_NAME_BYTES]
    bad = http.get(f"{stub_proxy.url}/bad").content
    assert b'"name": "' + BAD_UTF8 + b'"' in bad
    with pytest.raises(UnicodeDecodeError):
        bad.decode()
    assert "\u202e" in http.get(f"{stub_proxy.url}/control").json()["servers"][0]["name"]


def test_vsphere_names_are_values_and_not_paths(stub: Stub, stub_proxy: FaultProxy, http: httpx.Client) -> None:
    stub.answer = lambda seen: Reply(SOAP % {b"n": 1}, content_type="text/xml")
    stub_proxy.rule(by_action("RetrievePropertiesEx"), ReplaceName(b"evil"))
    text = retrieve(http, stub_proxy.url, "RetrievePropertiesEx")
    assert '<name>name</name><val xsi:type="xsd:string">evil</val>' in text


def test_an_answer_without_a_name_does_not_use_up_the_rule(
    stub: Stub, stub_proxy: FaultProxy, http: httpx.Client
) -> None:
    rule = stub_proxy.rule("GET", ReplaceName(b"evil"), times=1)
    assert http.get(stub_proxy.url).json() == {}
    assert (rule.seen, rule.struck) == (1, 0)
    stub.answer = lambda seen: Reply(json.dumps(SERVERS).encode())
    assert http.get(stub_proxy.url).json()["servers"][0]["name"] == "evil"
    assert rule.struck == 1


def test_empty_pages_of_json(stub: Stub, stub_proxy: FaultProxy, http: httpx.Client) -> None:
    page = {"servers": [{"id": "1"}], "servers_links": [{"rel": "next", "href": "http://x"}]}
    stub.answer = lambda seen: Reply(json.dumps(page).encode())
    stub_proxy.rule("GET /last", EmptyPage())
    stub_proxy.rule("GET /more", EmptyPage(more=True))
    assert http.get(f"{stub_proxy.url}/last").json() == {"servers": []}
    assert http.get(f"{stub_proxy.url}/more").json() == {**page, "servers": []}


def test_empty_pages_at_boto3(proxy: FaultProxy, ec2: Any) -> None:
    client = ec2(proxy.url)
    assert client.describe_vpcs()["Vpcs"]
    proxy.rule(by_action("DescribeVpcs"), EmptyPage())
    answer = client.describe_vpcs()
    assert answer["Vpcs"] == []
    assert answer["ResponseMetadata"]["RequestId"]


def test_empty_pages_of_vsphere(stub: Stub, stub_proxy: FaultProxy, http: httpx.Client) -> None:
    stub.answer = lambda seen: Reply(SOAP % {b"n": 1}, content_type="text/xml")
    more = stub_proxy.rule(by_action("RetrievePropertiesEx"), EmptyPage(more=True), times=1)
    text = retrieve(http, stub_proxy.url, "RetrievePropertiesEx")
    assert "<token>7</token>" in text
    assert "<objects>" not in text
    assert more.struck == 1
    stub_proxy.rule(by_action("RetrievePropertiesEx"), EmptyPage())
    assert "<token>" not in retrieve(http, stub_proxy.url, "RetrievePropertiesEx")


def test_repeated_pages_of_json_and_of_vsphere(stub: Stub, stub_proxy: FaultProxy, http: httpx.Client) -> None:
    def answer(seen: Seen) -> Reply:
        if seen.method == "POST":
            return Reply(SOAP % {b"n": len(stub.seen)}, content_type="text/xml")
        return Reply(json.dumps({"servers": [{"id": seen.path}]}).encode())

    stub.answer = answer
    rule = stub_proxy.rule("GET /servers", RepeatPage(), times=1)
    listing = f"{stub_proxy.url}/servers/detail"
    texts = [http.get(listing + query).text for query in ("", "?marker=a", "?marker=a", "?marker=b")]
    assert texts[0] == texts[1] != texts[2]
    assert "marker=b" in texts[3]
    assert rule.struck == 1
    stub_proxy.rule(by_action("RetrievePropertiesEx", "ContinueRetrievePropertiesEx"), RepeatPage(), times=1)
    methods = ("RetrievePropertiesEx", "ContinueRetrievePropertiesEx", "ContinueRetrievePropertiesEx")
    pages = [retrieve(http, stub_proxy.url, method) for method in methods]
    assert pages[0] == pages[1] != pages[2]
