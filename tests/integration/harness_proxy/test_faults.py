"""Each fault does to a real client what it says, and the ledger knows whether the cloud heard of it."""

import email.utils
import json
import threading
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, EndpointConnectionError, ReadTimeoutError
from botocore.parsers import ResponseParserError

from tests.harness.proxy import (
    CutBody,
    Delay,
    Drip,
    DropAnswer,
    ExpiredToken,
    Garbage,
    Hang,
    HangAtAccept,
    Html,
    PermissionDenied,
    Refuse,
    ResetAtAccept,
    ResetMidBody,
    Status,
    Throttled,
    Together,
    anything,
    by_action,
    mutating,
)
from tests.harness.proxy.rules import Fault
from tests.harness.proxy.server import FaultProxy
from tests.integration.harness_proxy.stub import Reply, Stub


def wait_until(condition: Callable[[], bool]) -> None:
    """For what another thread does in its own time; fails after half a minute."""
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def raised(client: Any, fault: Fault, proxy: FaultProxy) -> Exception:
    """What boto3 makes of DescribeVpcs under that fault."""
    proxy.rule(by_action("DescribeVpcs"), fault)
    with pytest.raises(Exception) as caught:  # noqa: PT011
        client.describe_vpcs()
    return caught.value


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (401, "AuthFailure"),
        (403, "UnauthorizedOperation"),
        (429, "RequestLimitExceeded"),
        (500, "InternalError"),
        (502, "502"),
        (503, "Unavailable"),
        (504, "504"),
    ],
)
def test_statuses_speak_the_api_s_language(proxy: FaultProxy, ec2: Any, status: int, code: str) -> None:
    error = raised(ec2(proxy.url), Status(status), proxy)
    assert isinstance(error, ClientError)
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert error.response["Error"]["Code"] == code
    assert len(proxy.ledger) == 0


def test_a_status_with_body_and_headers_is_sent_as_given(stub_proxy: FaultProxy, http: httpx.Client) -> None:
    stub_proxy.rule("GET", Status(418, b"short and stout", (("X-Pot", "tea"), ("Content-Type", "text/tea"))))
    answer = http.get(stub_proxy.url)
    assert (answer.status_code, answer.content) == (418, b"short and stout")
    assert (answer.headers["x-pot"], answer.headers["content-type"]) == ("tea", "text/tea")


def test_retry_after_comes_in_seconds_or_as_a_date(stub_proxy: FaultProxy, http: httpx.Client) -> None:
    stub_proxy.rule("GET /seconds", Throttled(retry_after_s=7))
    stub_proxy.rule("GET /date", Throttled(retry_after_s=3600, as_date=True))
    seconds = http.get(f"{stub_proxy.url}/seconds")
    date = http.get(f"{stub_proxy.url}/date")
    assert (seconds.status_code, seconds.headers["retry-after"]) == (429, "7")
    when = email.utils.parsedate_to_datetime(date.headers["retry-after"])
    assert date.headers["retry-after"].endswith(" GMT")
    assert 0 < when.timestamp() - time.time() <= 3600


def test_boto3_retries_a_throttled_call_and_the_ledger_has_one(proxy: FaultProxy, ec2: Any) -> None:
    rule = proxy.rule(by_action("DescribeVpcs"), Throttled(), times=1)
    ec2(proxy.url, attempts=3).describe_vpcs()
    assert rule.struck == 1
    assert len(proxy.ledger) == 1


def test_an_expired_token_is_told_in_each_api_s_way(proxy: FaultProxy, ec2: Any, http: httpx.Client) -> None:
    error = raised(ec2(proxy.url), ExpiredToken(), proxy)
    assert isinstance(error, ClientError)
    assert error.response["Error"]["Code"] == "RequestExpired"
    proxy.rule(by_action("GetCallerIdentity"), ExpiredToken())
    with pytest.raises(ClientError, match="ExpiredToken"):
        ec2(proxy.url, service="sts").get_caller_identity()
    proxy.rule("GET /v2.1/servers", ExpiredToken())
    answer = http.get(f"{proxy.url}/v2.1/servers")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Keystone")


def test_a_denied_permission_is_a_403_in_the_api_s_language(proxy: FaultProxy, ec2: Any) -> None:
    error = raised(ec2(proxy.url), PermissionDenied(), proxy)
    assert isinstance(error, ClientError)
    assert error.response["Error"]["Code"] == "UnauthorizedOperation"


def test_refused_connections_are_refused_by_the_kernel_and_come_back(
    proxy: FaultProxy, ec2: Any, http: httpx.Client
) -> None:
    http.get(proxy.url)
    url = proxy.url
    with proxy.refusing():
        with pytest.raises(httpx.ConnectError, match="refused"):
            httpx.get(url, trust_env=False)
        with pytest.raises(EndpointConnectionError):
            ec2(url).describe_vpcs()
    assert proxy.url == url
    ec2(url).describe_vpcs()


def test_a_connection_reset_at_accept(stub_proxy: FaultProxy) -> None:
    rule = stub_proxy.rule(anything, ResetAtAccept(), times=1)
    with pytest.raises((httpx.ReadError, httpx.ConnectError, httpx.WriteError, httpx.RemoteProtocolError)):
        httpx.get(stub_proxy.url, trust_env=False)
    assert rule.struck == 1
    assert httpx.get(stub_proxy.url, trust_env=False).status_code == 200


def test_a_fault_at_accept_cannot_look_at_the_request(stub_proxy: FaultProxy) -> None:
    with pytest.raises(ValueError, match="anything"):
        stub_proxy.rule("GET /x", ResetAtAccept())


def test_refuse_resets_before_the_upstream_hears_of_it(stub_proxy: FaultProxy, http: httpx.Client) -> None:
    stub_proxy.rule("POST", Refuse())
    with pytest.raises(httpx.ReadError, match="reset"):
        http.post(stub_proxy.url)
    assert len(stub_proxy.ledger) == 0


def test_a_dropped_answer_to_head_ends_the_connection(stub_proxy: FaultProxy, http: httpx.Client) -> None:
    stub_proxy.rule("HEAD", DropAnswer())
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        http.head(stub_proxy.url)


def test_reset_in_the_middle_of_the_body(stub: Stub, stub_proxy: FaultProxy, http: httpx.Client) -> None:
    stub.answer = lambda seen: Reply(b"x" * 200_000)
    stub_proxy.rule("GET", ResetMidBody())
    with http.stream("GET", stub_proxy.url) as response:
        assert response.headers["content-length"] == "200000"
        with pytest.raises(httpx.ReadError, match="reset"):
            response.read()
    wait_until(lambda: stub_proxy.ledger[0].answered == 200)
    assert not stub_proxy.ledger[0].delivered


def test_reset_in_the_middle_reaches_boto3(proxy: FaultProxy, ec2: Any) -> None:
    assert isinstance(raised(ec2(proxy.url), ResetMidBody(), proxy), Exception)
    assert proxy.ledger[0].status == 200
    assert not proxy.ledger[0].delivered


def test_hang_answers_never(proxy: FaultProxy, ec2: Any) -> None:
    assert isinstance(raised(ec2(proxy.url, read_timeout=0.3), Hang(), proxy), ReadTimeoutError)
    assert len(proxy.ledger) == 0


def test_hang_at_accept_answers_never(stub_proxy: FaultProxy) -> None:
    stub_proxy.rule(anything, HangAtAccept())
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(stub_proxy.url, trust_env=False, timeout=0.3)
    assert len(stub_proxy.ledger) == 0


def test_stop_ends_requests_that_hang(stub: Stub) -> None:
    proxy = FaultProxy(stub.url).start()
    rule = proxy.rule("GET", Hang())
    outcome: list[BaseException] = []

    def ask(url: str) -> None:
        try:
            httpx.get(url, trust_env=False, timeout=None)
        except httpx.HTTPError as error:
            outcome.append(error)

    client = threading.Thread(target=ask, args=(proxy.url,), daemon=True)
    client.start()
    wait_until(lambda: rule.struck == 1)
    proxy.stop()
    client.join(30)
    assert len(outcome) == 1


def test_drip_gives_byte_after_byte(stub: Stub, stub_proxy: FaultProxy, http: httpx.Client) -> None:
    stub.answer = lambda seen: Reply(b"0123456789" * 100)
    stub_proxy.rule("GET", Drip(pause_s=0.05))
    with http.stream("GET", stub_proxy.url) as response:
        pieces = response.iter_raw()
        assert [next(pieces) for _ in range(4)] == [b"0", b"1", b"2", b"3"]
    wait_until(lambda: stub_proxy.ledger[0].answered == 200)
    assert not stub_proxy.ledger[0].delivered


def test_a_body_cut_with_a_matching_length_breaks_only_the_parser(
    stub: Stub, stub_proxy: FaultProxy, http: httpx.Client
) -> None:
    stub.answer = lambda seen: Reply(json.dumps({"servers": ["x"] * 100}).encode())
    stub_proxy.rule("GET", CutBody(honest=True))
    answer = http.get(stub_proxy.url)
    assert answer.status_code == 200
    assert len(answer.content) == int(answer.headers["content-length"]) > 0
    with pytest.raises(json.JSONDecodeError):
        answer.json()
    assert not stub_proxy.ledger[0].delivered


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_cut_short_of_its_length_breaks_the_transport(
    stub: Stub, stub_proxy: FaultProxy, http: httpx.Client, chunked: bool
) -> None:
    stub.answer = lambda seen: Reply(b"x" * 50_000, chunked=chunked)
    stub_proxy.rule("GET", CutBody(honest=False))
    with pytest.raises(httpx.RemoteProtocolError, match=r"without sending complete|incomplete"):
        http.get(stub_proxy.url)


def test_boto3_meets_cut_xml(proxy: FaultProxy, ec2: Any) -> None:
    assert isinstance(raised(ec2(proxy.url), CutBody(honest=True), proxy), ResponseParserError)


def test_html_in_place_of_the_answer(proxy: FaultProxy, ec2: Any, http: httpx.Client) -> None:
    proxy.rule(by_action("DescribeVpcs"), Html())
    # botocore takes any well-formed page for an answer: no error, and no key for the listing either.
    answer = ec2(proxy.url).describe_vpcs()
    assert answer["ResponseMetadata"]["HTTPHeaders"]["content-type"].startswith("text/html")
    assert "Vpcs" not in answer
    assert len(proxy.ledger) == 0
    proxy.rule("GET", Html(code=502))
    page = http.get(proxy.url)
    assert page.status_code == 502
    assert "<html>" in page.text


def test_garbage_in_the_body_and_garbage_in_place_of_http(proxy: FaultProxy, ec2: Any, http: httpx.Client) -> None:
    assert isinstance(raised(ec2(proxy.url), Garbage(), proxy), ResponseParserError)
    proxy.rule("GET /body", Garbage())
    proxy.rule("GET /raw", Garbage(http=False))
    assert len(http.get(f"{proxy.url}/body").content) == 2048
    with pytest.raises(httpx.RemoteProtocolError):
        http.get(f"{proxy.url}/raw")


def test_a_dropped_answer_leaves_the_effect_behind(proxy: FaultProxy, ec2: Any) -> None:
    client = ec2(proxy.url)
    proxy.rule(by_action("CreateVpc"), DropAnswer(), times=1)
    with pytest.raises(ConnectionClosedError):
        client.create_vpc(CidrBlock="10.77.0.0/16")
    [call] = proxy.ledger.by_action("CreateVpc")
    assert (call.status, call.answered, call.delivered, call.took_effect) == (200, None, False, True)
    found = client.describe_vpcs(Filters=[{"Name": "cidr", "Values": ["10.77.0.0/16"]}])["Vpcs"]
    assert len(found) == 1
    client.delete_vpc(VpcId=found[0]["VpcId"])


@pytest.mark.parametrize("fault", [Status(504, applied=True), Html(code=504, applied=True)])
def test_an_error_after_the_effect_shows_both_in_the_ledger(proxy: FaultProxy, ec2: Any, fault: Fault) -> None:
    proxy.rule(mutating, fault)
    with pytest.raises(ClientError):
        ec2(proxy.url).create_vpc(CidrBlock="10.78.0.0/16")
    [call] = proxy.ledger.effects()
    assert (call.status, call.answered, call.delivered) == (200, 504, False)


def test_a_client_that_retries_a_dropped_answer_shows_as_two_effects(proxy: FaultProxy, ec2: Any) -> None:
    proxy.rule(by_action("CreateVpc"), DropAnswer(), times=1)
    ec2(proxy.url, attempts=2).create_vpc(CidrBlock="10.79.0.0/16")
    assert len(proxy.ledger.effects()) == 2


def test_calls_with_one_client_token_are_one_effect(proxy: FaultProxy, ec2: Any) -> None:
    client = ec2(proxy.url)
    for token in ("a", "a", "b"):
        client.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1, ClientToken=token)
    assert len(proxy.ledger.mutations()) == 3
    assert [call.token for call in proxy.ledger.effects()] == ["a", "b"]


def test_a_delayed_request_reaches_the_upstream_after_its_client_gave_up(stub: Stub, stub_proxy: FaultProxy) -> None:
    stub_proxy.rule("POST", Delay(1.0))
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(stub_proxy.url, trust_env=False, timeout=0.2)
    wait_until(lambda: len(stub.seen) == 1)


def test_a_delayed_answer_leaves_the_effect_behind(stub: Stub, stub_proxy: FaultProxy) -> None:
    stub_proxy.rule("POST", Delay(60, answer=True))
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(stub_proxy.url, trust_env=False, timeout=0.5)
    wait_until(lambda: len(stub_proxy.ledger) == 1 and stub_proxy.ledger[0].status == 200)
    assert not stub_proxy.ledger[0].delivered


def test_faults_together(stub_proxy: FaultProxy, http: httpx.Client) -> None:
    stub_proxy.rule("GET", Together(Delay(0.01), Status(503)))
    assert http.get(stub_proxy.url).status_code == 503


def test_connections_dropped_between_calls_are_noticed_by_the_client(
    stub_proxy: FaultProxy, http: httpx.Client
) -> None:
    http.get(stub_proxy.url)
    stub_proxy.drop_connections()
    assert http.get(stub_proxy.url).status_code == 200
