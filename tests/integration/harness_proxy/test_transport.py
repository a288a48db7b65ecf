"""Without a fault the proxy is invisible: bodies, framing, connections, links and errors arrive as sent."""

import hashlib
import json
import socket
from typing import Any

import httpx
import pytest

from tests.harness.proxy import FaultProxy, Status, by_action
from tests.integration.harness_proxy.stub import Reply, Stub


def test_boto3_works_through_the_proxy_and_every_call_is_in_the_ledger(proxy: FaultProxy, ec2: Any) -> None:
    client = ec2(proxy.url)
    vpc = client.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    listed = client.describe_vpcs(VpcIds=[vpc])["Vpcs"]
    client.delete_vpc(VpcId=vpc)
    assert [entry["VpcId"] for entry in listed] == [vpc]
    assert [(call.action, call.mutating, call.status, call.answered, call.delivered) for call in proxy.ledger] == [
        ("CreateVpc", True, 200, 200, True),
        ("DescribeVpcs", False, 200, 200, True),
        ("DeleteVpc", True, 200, 200, True),
    ]
    assert [call.action for call in proxy.ledger.effects()] == ["CreateVpc", "DeleteVpc"]


def test_both_sides_keep_their_connection(stub: Stub, stub_proxy: FaultProxy, http: httpx.Client) -> None:
    local_ports = set()
    for _ in range(5):
        with http.stream("GET", f"{stub_proxy.url}/x") as response:
            local_ports.add(response.extensions["network_stream"].get_extra_info("client_addr"))
            response.read()
    assert len(local_ports) == 1
    assert len({seen.connection for seen in stub.seen}) == 1


def test_an_error_status_keeps_the_connection(stub_proxy: FaultProxy, http: httpx.Client) -> None:
    stub_proxy.rule("GET /x", Status(503), times=1)
    local_ports = set()
    for _ in range(2):
        with http.stream("GET", f"{stub_proxy.url}/x") as response:
            local_ports.add(response.extensions["network_stream"].get_extra_info("client_addr"))
            response.read()
    assert len(local_ports) == 1


def test_an_upstream_that_closes_after_each_answer_does_not_disturb_the_client(
    stub: Stub, stub_proxy: FaultProxy, http: httpx.Client
) -> None:
    stub.answer = lambda seen: Reply(headers={"Connection": "close"})
    answers = [http.get(f"{stub_proxy.url}/x") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert all(answer.headers["connection"] == "keep-alive" for answer in answers)
    assert len({seen.connection for seen in stub.seen}) == 3


def test_chunked_answers_stay_chunked_and_whole(stub: Stub, stub_proxy: FaultProxy, http: httpx.Client) -> None:
    body = json.dumps({"items": list(range(40_000))}).encode()
    stub.answer = lambda seen: Reply(body, chunked=True)
    answer = http.get(f"{stub_proxy.url}/big")
    assert answer.headers["transfer-encoding"] == "chunked"
    assert "content-length" not in answer.headers
    assert answer.content == body


def test_chunked_requests_arrive_whole(stub: Stub, stub_proxy: FaultProxy, http: httpx.Client) -> None:
    pieces = [b"a" * 10_000, b"b", b"c" * 70_000]
    assert http.put(f"{stub_proxy.url}/image", content=iter(pieces)).status_code == 200
    assert stub.seen[0].body == b"".join(pieces)
    assert stub_proxy.ledger[0].body_sha256 == hashlib.sha256(b"".join(pieces)).hexdigest()


def test_a_body_held_back_for_100_continue_is_asked_for(stub: Stub, stub_proxy: FaultProxy) -> None:
    with socket.create_connection(("127.0.0.1", stub_proxy.port), timeout=30) as sock:
        sock.sendall(b"PUT /x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
        assert sock.recv(100).startswith(b"HTTP/1.1 100 ")
        sock.sendall(b"hello")
        assert sock.recv(1000).startswith(b"HTTP/1.1 200 ")
    assert stub.seen[0].body == b"hello"


def test_head_and_204_have_no_body_and_the_connection_goes_on(
    stub: Stub, stub_proxy: FaultProxy, http: httpx.Client
) -> None:
    stub.answer = lambda seen: Reply(b"x" * 1234) if seen.method != "DELETE" else Reply(b"", status=204)
    assert http.head(f"{stub_proxy.url}/x").headers["content-length"] == "1234"
    assert http.delete(f"{stub_proxy.url}/x").status_code == 204
    assert http.get(f"{stub_proxy.url}/x").content == b"x" * 1234


def test_the_client_s_host_header_reaches_the_upstream(stub: Stub, stub_proxy: FaultProxy, http: httpx.Client) -> None:
    http.get(f"{stub_proxy.url}/x")
    assert f"http://{stub.seen[0].headers['host']}" == stub_proxy.url


def test_a_rewritten_body_gets_its_own_length(stub: Stub, http: httpx.Client) -> None:
    stub.answer = lambda seen: Reply(b'{"href": "http://inside"}')
    with FaultProxy(
        stub.url, rewrite=lambda request, answer: answer.with_body(answer.body.replace(b"inside", b"a-longer-name"))
    ) as proxy:
        assert http.get(proxy.url).json() == {"href": "http://a-longer-name"}


def test_an_upstream_that_breaks_off_is_a_502_and_the_request_is_not_sent_again(
    stub: Stub, stub_proxy: FaultProxy, http: httpx.Client
) -> None:
    http.get(f"{stub_proxy.url}/warm-up")
    stub.answer = lambda seen: Reply(break_off=True)
    assert http.post(f"{stub_proxy.url}/servers", json={}).status_code == 502
    assert [seen.method for seen in stub.seen] == ["GET", "POST"]
    call = stub_proxy.ledger[-1]
    assert (call.status, call.took_effect, call.delivered) == (None, None, False)


def test_an_upstream_that_is_not_there_is_a_502_and_not_in_the_ledger(http: httpx.Client) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with FaultProxy(f"http://127.0.0.1:{unused.getsockname()[1]}") as proxy:
            assert http.get(proxy.url).status_code == 502
            assert len(proxy.ledger) == 0


def test_rules_count_skip_and_end(proxy: FaultProxy, ec2: Any) -> None:
    client = ec2(proxy.url)
    rule = proxy.rule(by_action("DescribeVpcs"), Status(500), times=2, after=1)
    outcomes = []
    for _ in range(5):
        try:
            client.describe_vpcs()
            outcomes.append(200)
        except client.exceptions.ClientError as error:
            outcomes.append(error.response["ResponseMetadata"]["HTTPStatusCode"])
    assert outcomes == [200, 500, 500, 200, 200]
    assert (rule.seen, rule.struck) == (5, 2)
    proxy.rule(by_action("DescribeVpcs"), Status(500))
    proxy.clear()
    client.describe_vpcs()


def test_a_regular_expression_matches_method_and_path(stub_proxy: FaultProxy, http: httpx.Client) -> None:
    stub_proxy.rule(r"^GET /v2\.1/servers/detail\?.*marker=", Status(503))
    assert http.get(f"{stub_proxy.url}/v2.1/servers/detail?limit=10").status_code == 200
    assert http.get(f"{stub_proxy.url}/v2.1/servers/detail?limit=10&marker=x").status_code == 503
    assert http.post(f"{stub_proxy.url}/v2.1/servers/detail?marker=x").status_code == 200


def test_two_proxies_share_nothing(stub: Stub, http: httpx.Client) -> None:
    with FaultProxy(stub.url) as one, FaultProxy(stub.url) as other:
        one.rule("GET", Status(503))
        assert http.get(one.url).status_code == 503
        assert http.get(other.url).status_code == 200
        assert (len(one.ledger), len(other.ledger)) == (0, 1)


def test_an_upstream_with_a_path_is_refused() -> None:
    with pytest.raises(ValueError, match="without a path"):
        FaultProxy("http://127.0.0.1:1/compute")
