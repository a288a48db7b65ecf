"""Every way in which OpenStack refuses or breaks becomes the contract's error, in a sentence that helps."""

import ssl
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import requests
from keystoneauth1 import exceptions as ksa

from mcm.contract import (
    AuthenticationFailed,
    InvalidRequest,
    PermissionDenied,
    ProviderError,
    RateLimited,
    Region,
    ResourceBusy,
    ResourceKind,
    ResourceNotFound,
    UnexpectedResponse,
    Unreachable,
)
from mcm.contract.conformance.context import PlainContext
from mcm_providers.openstack.errors import Call, ItemNotFound, SignIn, refusal, translate
from tests.providers.openstack.stub import Reply, Stub

CALL = Call("compute", "RegionOne", "/servers/detail")
REGION = Region("RegionOne", "RegionOne", frozenset(ResourceKind))


def answered(status: int, body: bytes, content_type: str = "application/json", **headers: str) -> requests.Response:
    response = requests.Response()
    response.status_code = status
    response._content = body
    response.headers.update({"Content-Type": content_type, **{k.replace("_", "-"): v for k, v in headers.items()}})
    return response


@pytest.mark.parametrize(
    ("body", "permission"),
    [
        (
            b'{"forbidden": {"code": 403, "message": "Policy doesn\'t allow os_compute_api:os-hypervisors:list-detail '
            b'to be performed."}}',
            "os_compute_api:os-hypervisors:list-detail",
        ),
        (
            b'{"error": {"code": 403, "message": "You are not authorized to perform the requested action: '
            b'identity:list_projects.", "title": "Forbidden"}}',
            "identity:list_projects",
        ),
        (
            b'{"NeutronError": {"type": "PolicyNotAuthorized", "message": "rule:get_network is disallowed by policy", '
            b'"detail": ""}}',
            "get_network",
        ),
        (
            b'{"NeutronError": {"type": "PolicyNotAuthorized", "message": "(rule:get_port and (rule:get_port:x)) is '
            b'disallowed by policy", "detail": ""}}',
            "get_port",
        ),
        (b"<html><title>403 Forbidden</title></html>", "compute GET /servers/detail in RegionOne"),
    ],
)
def test_a_missing_right_is_named(body: bytes, permission: str) -> None:
    error = refusal(answered(403, body), CALL)
    assert isinstance(error, PermissionDenied)
    assert error.permission == permission


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, InvalidRequest),
        (401, AuthenticationFailed),
        (403, PermissionDenied),
        (404, ResourceNotFound),
        (406, InvalidRequest),
        (408, Unreachable),
        (409, ResourceBusy),
        (413, RateLimited),
        (429, RateLimited),
        (500, Unreachable),
        (502, Unreachable),
        (503, Unreachable),
        (504, Unreachable),
    ],
)
@pytest.mark.parametrize("body", [b"", b"<html>gateway</html>", b'{"x": 1}', b"[]", b"\xff\xfe", b'{"a": {"b": 1}}'])
def test_each_status_whatever_the_body(status: int, kind: type[ProviderError], body: bytes) -> None:
    assert type(refusal(answered(status, body), CALL)) in (kind, ItemNotFound)


def test_only_the_service_itself_can_say_that_an_item_is_gone() -> None:
    own = (
        b'{"itemNotFound": {"code": 404, "message": "Instance x could not be found."}}',
        b'{"NeutronError": {"type": "NetworkNotFound", "message": "Network x could not be found.", "detail": ""}}',
        b'{"error": {"code": 404, "message": "Could not find project: x.", "title": "Not Found"}}',
    )
    foreign = (
        b"<html><head><title>404 Not Found</title></head></html>",
        b'{"message": "no Route matched with those values"}',
        b'{"NeutronError": {"type": "HTTPNotFound", "message": "The resource could not be found.", "detail": ""}}',
        b"",
    )
    assert all(isinstance(refusal(answered(404, body), CALL), ItemNotFound) for body in own)
    assert not any(isinstance(refusal(answered(404, body), CALL), ItemNotFound) for body in foreign)


def test_retry_after_in_all_its_forms() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    old_nova = b'{"overLimit": {"code": 413, "message": "This request was rate-limited.", "retryAfter": "17"}}'
    in_seconds = refusal(answered(429, b"", Retry_After="30"), CALL)
    as_date = refusal(answered(429, b"", Retry_After=later), CALL)
    in_body = refusal(answered(413, old_nova), CALL)
    unsaid = refusal(answered(429, b"slow down"), CALL)
    assert isinstance(in_seconds, RateLimited)
    assert in_seconds.retry_after == 30.0
    assert isinstance(as_date, RateLimited)
    assert as_date.retry_after is not None
    assert 60 < as_date.retry_after <= 90
    assert isinstance(in_body, RateLimited)
    assert in_body.retry_after == 17.0
    assert isinstance(unsaid, RateLimited)
    assert unsaid.retry_after is None


def test_the_request_id_is_kept() -> None:
    error = refusal(answered(500, b"{}", x_openstack_request_id="req-42"), CALL)
    assert error.request_id == "req-42"


def test_what_a_cloud_says_cannot_break_a_terminal() -> None:
    body = b'{"badRequest": {"code": 400, "message": "\\u001b[2J\\u202eevil' + b"x" * 5000 + b'"}}'
    shown = refusal(answered(400, body), CALL).message
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert len(shown) <= 501


@pytest.mark.parametrize(
    ("reason", "helps"),
    [
        ("certificate verify failed: self-signed certificate", "cacert"),
        ("certificate verify failed: unable to get local issuer certificate", "cacert"),
        ("certificate verify failed: Hostname mismatch, certificate is not valid for 'x'", "another name"),
        ("certificate verify failed: certificate has expired", "not valid at this time"),
        ("[SSL: WRONG_VERSION_NUMBER] wrong version number", "does not speak TLS"),
    ],
)
def test_tls_failures_say_what_helps(reason: str, helps: str) -> None:
    error = translate(ksa.SSLError(f"SSL exception connecting to https://x: {reason}"), CALL)
    assert isinstance(error, Unreachable)
    assert helps in error.message


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ksa.ConnectTimeout("x"), Unreachable),
        (ksa.ConnectFailure("Unable to establish connection to http://x: [Errno 111] Connection refused"), Unreachable),
        (ksa.UnknownConnectionError("x", requests.exceptions.ChunkedEncodingError("cut")), UnexpectedResponse),
        (ksa.UnknownConnectionError("x", requests.exceptions.TooManyRedirects("x")), Unreachable),
        (requests.exceptions.ReadTimeout("x"), Unreachable),
        (ksa.InvalidResponse(answered(200, b"")), UnexpectedResponse),
        (ksa.EndpointNotFound("x"), UnexpectedResponse),
        (ksa.AuthorizationFailure("x"), InvalidRequest),
        (ssl.SSLError("x"), Unreachable),
        (KeyError("X-Subject-Token"), UnexpectedResponse),
    ],
)
def test_what_the_sdk_raises(error: Exception, kind: type[ProviderError]) -> None:
    assert type(translate(error, SignIn("http://x/v3"))) is kind


def test_refused_connection_is_a_sentence(stub: Stub) -> None:
    provider = stub.connect(auth_url="http://127.0.0.1:9/v3")
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1"):
        provider.check()


def test_wrong_password(stub: Stub) -> None:
    said = {"error": {"code": 401, "message": "The request you have made requires authentication."}}
    stub.token_reply = lambda asked: Reply(401, said)
    with pytest.raises(AuthenticationFailed) as refused:
        stub.connect().check()
    assert "correct-horse" not in refused.value.message
    assert stub.count("/auth/tokens") == 1, "a wrong password must not be tried again: it may lock the user out"


@pytest.mark.parametrize(
    "reply",
    [
        Reply(404, b"<html>nothing here</html>", content_type="text/html"),
        Reply(200, b"<html>Welcome to the router</html>", content_type="text/html"),
        Reply(201, {"no": "token"}, {"X-Subject-Token": "x"}),
        Reply(201, {"token": {}}),
        Reply(201, b'{"token": {"cat', {"X-Subject-Token": "x"}),
    ],
)
def test_an_address_where_no_keystone_is(stub: Stub, reply: Reply) -> None:
    stub.token_reply = lambda asked: reply
    with pytest.raises(UnexpectedResponse):
        stub.connect().check()


def test_an_expired_token_is_renewed_once(stub: Stub) -> None:
    said = {"error": {"code": 401, "message": "The request you have made requires authentication."}}
    stub.put("network", "/subnets", Reply(401, said))
    with pytest.raises(AuthenticationFailed):
        list(stub.connect().collect(ResourceKind.SUBNET, REGION))
    assert stub.count("/auth/tokens") == 2
    assert stub.count("/subnets") == 2


def test_a_token_is_not_taken_to_another_host(stub: Stub) -> None:
    elsewhere = {"Location": stub.url.replace("127.0.0.1", "localhost") + "/stolen"}
    stub.put("network", "/subnets", Reply(302, b"", elsewhere))
    with pytest.raises(UnexpectedResponse, match="redirects to another place"):
        list(stub.connect().collect(ResourceKind.SUBNET, REGION))
    assert stub.count("/stolen") == 0


def test_a_redirect_on_the_same_host_is_followed(stub: Stub) -> None:
    stub.put("network", "/subnets", Reply(307, b"", {"Location": f"{stub.url}/moved"}))
    stub.answers["/moved"] = {"subnets": []}
    assert list(stub.connect().collect(ResourceKind.SUBNET, REGION)) == []


def test_a_redirect_in_circles_ends(stub: Stub) -> None:
    stub.put("network", "/subnets", Reply(302, b"", {"Location": stub.url + stub.path("network", "/subnets")}))
    with pytest.raises(UnexpectedResponse, match="redirected too often"):
        list(stub.connect().collect(ResourceKind.SUBNET, REGION))


def test_catalogue_addresses_are_guarded(stub: Stub) -> None:
    class Strict(PlainContext):
        def allow_url(self, url: str) -> None:
            if "/RegionOne/" in url:
                raise InvalidRequest(f"forbidden: {url}")

    with pytest.raises(InvalidRequest, match="forbidden"):
        list(stub.connect(Strict()).collect(ResourceKind.SUBNET, REGION))


def test_calls_are_counted_for_their_service_and_region(stub: Stub) -> None:
    class Counting(PlainContext):
        def before_call(self, service: str, region: str = "") -> None:
            super().before_call(service, region)
            seen.append((service, region))

    seen: list[tuple[str, str]] = []
    stub.put("network", "/routers", {"routers": []})
    stub.put("compute", "/flavors/detail", {"flavors": []})
    provider = stub.connect(Counting())
    list(provider.collect(ResourceKind.ROUTER, REGION))
    list(provider.collect(ResourceKind.FLAVOR, REGION))
    assert seen == [("identity", ""), ("network", "RegionOne"), ("compute", "RegionOne"), ("compute", "RegionOne")]
