"""What libcloud, requests and CloudStack raise becomes the contract's errors, and none of them shows a key."""

import json
import socket
import traceback
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import requests
from libcloud.common.exceptions import BaseHTTPError, RateLimitReachedError
from libcloud.common.types import InvalidCredsError, LibcloudError, MalformedResponseError
from libcloud.common.types import ProviderError as Refused

from mcm.contract import (
    AuthenticationFailed,
    CapacityExceeded,
    InvalidRequest,
    NotSupported,
    PermissionDenied,
    ProviderError,
    RateLimited,
    ResourceBusy,
    ResourceKind,
    TlsSettings,
    UnexpectedResponse,
    Unreachable,
)
from mcm.contract.conformance.context import PlainContext
from mcm_providers.libcloud.errors import translate
from mcm_providers.libcloud.exchange import Exchange
from tests.harness.proxy.certificates import Certificates, Identity
from tests.harness.replay.cloudstack import Failure
from tests.harness.replay.cloudstack_inside import Inside
from tests.harness.replay.cloudstack_signing import ADMIN, LIMITED, USER, Caller
from tests.providers.libcloud.conftest import GLOBAL, Connect, Serve

K = ResourceKind
LIST = "listVirtualMachines"


def refusal(status: int, text: str) -> Failure:
    inside = {"uuidList": [], "errorcode": status, "cserrorcode": 9999, "errortext": text}
    return Failure(status, json.dumps({"listvirtualmachinesresponse": inside}).encode(), LIST)


@pytest.mark.parametrize(
    ("status", "text", "expected"),
    [
        (430, "malformed", InvalidRequest),
        (431, "Unable to execute API command due to invalid value", InvalidRequest),
        (432, "The API [listVirtualMachines] does not exist or is not available for the account", PermissionDenied),
        (432, "Unknown API command: listVirtualMachines", NotSupported),
        (429, "The given user has reached his/her account api limit, please retry after 1200 ms.", RateLimited),
        (530, "Internal error executing command", Unreachable),
        (531, "Acct does not have permission to operate within domain", PermissionDenied),
        (532, "Maximum number of resources exceeded", CapacityExceeded),
        (533, "Insufficient capacity", CapacityExceeded),
        (534, "Resource is unavailable", Unreachable),
        (536, "in use", ResourceBusy),
        (503, "", Unreachable),
        (404, "", UnexpectedResponse),
    ],
)
def test_cloudstacks_codes(
    serve: Serve, connect: Connect, status: int, text: str, expected: type[ProviderError]
) -> None:
    server = serve()
    server.server.failures.append(refusal(status, text))
    with pytest.raises(expected) as raised:
        list(connect(server).collect(K.INSTANCE, GLOBAL))
    assert text[:40] in raised.value.message or expected is RateLimited
    assert LIST in raised.value.message


def test_retry_after_from_header_and_from_text(serve: Serve, connect: Connect) -> None:
    server = serve()
    said = "The given user has reached his/her account api limit, please retry after 1200 ms."
    with_header = refusal(429, said)
    with_header.headers = (("Retry-After", "7"),)
    server.server.failures += [with_header, refusal(429, said)]
    waits = []
    for _ in range(2):
        with pytest.raises(RateLimited) as raised:
            list(connect(server).collect(K.INSTANCE, GLOBAL))
        waits.append(raised.value.retry_after)
    assert waits == [7.0, 1.2]


def test_nothing_is_retried(serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    """libcloud would, if the environment says so, and sleep meanwhile."""
    monkeypatch.setenv("LIBCLOUD_RETRY_FAILED_HTTP_REQUESTS", "1")
    server = serve()
    server.server.failures.append(Failure(429, b"{}", LIST, times=0))
    with pytest.raises(RateLimited):
        list(connect(server).collect(K.INSTANCE, GLOBAL))
    assert server.server.control.calls[LIST] == 1


def test_the_permission_is_named(serve: Serve, connect: Connect) -> None:
    server = serve()
    server.server.failures.append(refusal(531, "no access"))
    with pytest.raises(PermissionDenied) as raised:
        list(connect(server).collect(K.INSTANCE, GLOBAL))
    assert raised.value.permission == LIST


@pytest.mark.parametrize("old", [False, True])
def test_a_command_the_role_lacks(serve: Serve, connect: Connect, old: bool) -> None:
    """Newer versions say 401 for it, as for wrong credentials."""
    server = serve()
    server.server.old_refusals = old
    provider = connect(server, LIMITED)
    offered = provider.regions()[0]
    assert K.VOLUME not in offered.kinds
    assert offered.absent[K.VOLUME].params == {"command": "listVolumes"}
    with pytest.raises(NotSupported):
        list(provider.collect(K.VOLUME, GLOBAL))
    # Rights taken after they were looked at.
    taken = connect(server, USER)
    taken.regions()
    server.server.failures.append(
        Failure(
            401,
            b'{"listvolumesresponse":{"errorcode":401,"errortext":"The given command \'listVolumes\' either does not '
            b'exist, is not available for user."}}',
            "listVolumes",
        )
    )
    with pytest.raises(PermissionDenied) as raised:
        list(taken.collect(K.VOLUME, GLOBAL))
    assert raised.value.permission == "listVolumes"


def test_an_unknown_command_is_not_taken_for_wrong_credentials(serve: Serve, connect: Connect) -> None:
    """CloudStack answers it word for word as it answers wrong credentials; that would stop the account."""
    server = serve()
    provider = connect(server)
    provider.regions()
    server.server.unknown = frozenset({"listVPCs"})
    with pytest.raises(PermissionDenied) as raised:
        list(provider.collect(K.NETWORK, GLOBAL))
    assert raised.value.permission == "listVPCs"


def test_without_list_apis_everything_is_offered(serve: Serve, connect: Connect) -> None:
    server = serve()
    server.server.unknown = frozenset({"listApis"})
    provider = connect(server)
    assert provider.check().missing == ()
    assert K.HOST in provider.regions()[0].kinds


@pytest.mark.parametrize(
    "wrong", [Caller(ADMIN.api_key, "wrong-secret", "", ""), Caller("unknown-key", ADMIN.secret, "", "")]
)
def test_wrong_credentials(serve: Serve, connect: Connect, wrong: Caller) -> None:
    server = serve()
    for attempt in (lambda: connect(server, wrong).check(), lambda: connect(server, wrong).regions()):
        with pytest.raises(AuthenticationFailed):
            attempt()


@pytest.mark.parametrize(("minutes", "way"), [(-20, "fast"), (20, "slow")])
def test_a_wrong_clock_is_not_taken_for_wrong_credentials(
    serve: Serve, connect: Connect, minutes: int, way: str
) -> None:
    server = serve()
    theirs = format_datetime(datetime.now(UTC) + timedelta(minutes=minutes), usegmt=True)
    failure = Failure(401, b'{"r":{"errortext":"unable to verify user credentials"}}', headers=(("Date", theirs),))
    server.server.failures.append(failure)
    with pytest.raises(Unreachable, match=f"20 minutes {way}"):
        connect(server).check()


def test_expired_requests_are_refused_by_the_server(serve: Serve, connect: Connect) -> None:
    """Each request is signed anew: a recorded URL is worth nothing later. Version 3 is all some clouds take."""
    server = serve()
    server.server.only_version_3 = True
    assert connect(server).check().version == "4.20.0.0"
    form = server.server.asked[0]
    left = datetime.strptime(form["expires"], "%Y-%m-%dT%H:%M:%S%z") - datetime.now(UTC)
    assert timedelta(minutes=5) < left < timedelta(minutes=15)


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_gateway_in_front(serve: Serve, connect: Connect, status: int) -> None:
    """HTML, and libcloud forgets the status over it."""
    server = serve()
    server.server.failures.append(Failure(status, b"<html>Bad gateway</html>", content_type="text/html"))
    with pytest.raises(Unreachable):
        connect(server).check()


def test_a_wrong_path_says_so(serve: Serve, connect: Connect) -> None:
    with pytest.raises(UnexpectedResponse, match="check host, port and path"):
        connect(serve(), path="/wrong").check()


def test_redirects_are_not_followed(serve: Serve, connect: Connect) -> None:
    """The place they name would get the API key and a signature."""
    server = serve()
    server.server.failures.append(Failure(302, b"", headers=(("Location", "https://elsewhere.example/client/api"),)))
    with pytest.raises(UnexpectedResponse, match=r"https://elsewhere\.example"):
        connect(server).check()
    assert server.server.control.calls["listCapabilities"] == 1


def test_nobody_there(connect: Connect) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        dead = Inside(server=None, port=free.getsockname()[1])  # type: ignore[arg-type]
        with pytest.raises(Unreachable):
            connect(dead).check()


@pytest.mark.parametrize("body", [b"\xff\xfe not utf-8", b'{"listvirtualmachinesresponse": {"count": 1, "virt'])
def test_garbled_answers(serve: Serve, connect: Connect, body: bytes) -> None:
    server = serve()
    server.server.failures.append(Failure(200, body, LIST))
    with pytest.raises(UnexpectedResponse):
        list(connect(server).collect(K.INSTANCE, GLOBAL))


def test_a_name_in_another_encoding_hides_nothing(serve: Serve, connect: Connect) -> None:
    server = serve()
    body = b'{"listvirtualmachinesresponse": {"count": 1, "virtualmachine": [{"id": "a", "name": "caf\xe9"}]}}'
    server.server.failures += [Failure(200, body, LIST), Failure(200, b'{"listvirtualmachinesresponse": {}}', LIST)]
    assert [one.name for one in connect(server).collect(K.INSTANCE, GLOBAL)] == ["caf\ufffd"]


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_tls_is_verified(serve: Serve, connect: Connect) -> None:
    certificates = Certificates()
    try:
        server = serve(tls=certificates.context(Identity.TRUSTED))
        trusting = PlainContext(tls=TlsSettings(ca_file=str(certificates.ca_file)))
        assert connect(server, context=trusting, secure=True).check().version == "4.20.0.0"
        # The public authorities did not sign it.
        with pytest.raises(Unreachable, match="TLS"):
            connect(server, secure=True).check()
        careless = PlainContext(tls=TlsSettings(verify=False))
        assert connect(server, context=careless, secure=True).check().version == "4.20.0.0"
        other = serve(tls=certificates.context(Identity.WRONG_NAME))
        with pytest.raises(Unreachable, match="certificate"):
            connect(other, context=trusting, secure=True).check()
    finally:
        certificates.close()


def test_no_error_shows_a_key(serve: Serve, connect: Connect) -> None:
    """requests puts the whole URL, with key and signature, into its exceptions."""
    certificates, server = Certificates(), serve()
    untrusted = serve(tls=certificates.context(Identity.TRUSTED))
    places: list[tuple[Inside, Failure | None, bool]] = [
        (server, Failure(200, b"nonsense"), False),
        (server, Failure(530, b"{}"), False),
        (untrusted, None, True),
    ]
    shown = []
    for place, failure, secure in places:
        place.server.failures[:] = [failure] if failure else []
        try:
            connect(place, secure=secure).check()
        except ProviderError as error:
            shown.append("".join(traceback.format_exception(error)))
    certificates.close()
    assert len(shown) == 3
    for text in shown:
        assert ADMIN.api_key not in text
        assert ADMIN.secret not in text
        assert "signature=" not in text


@pytest.mark.parametrize(
    ("error", "status", "expected"),
    [
        (InvalidCredsError(), 401, AuthenticationFailed),
        (RateLimitReachedError(), 429, RateLimited),  # type: ignore[no-untyped-call]
        (BaseHTTPError(403, "no"), 403, PermissionDenied),  # type: ignore[no-untyped-call]
        (BaseHTTPError(409, "busy"), 409, ResourceBusy),  # type: ignore[no-untyped-call]
        (Refused("gone wrong", 500), 500, Unreachable),
        (MalformedResponseError("not JSON"), 200, UnexpectedResponse),
        (MalformedResponseError("not JSON"), 503, Unreachable),
        (LibcloudError("something"), 200, UnexpectedResponse),
        (NotImplementedError("list_volumes not implemented for this driver"), 0, NotSupported),
        # What many drivers raise for a refusal.
        (Exception("401 Unauthorized"), 401, AuthenticationFailed),
        (KeyError("status"), 200, UnexpectedResponse),
        (requests.exceptions.ReadTimeout("slow"), 0, Unreachable),
        (requests.exceptions.ChunkedEncodingError("cut"), 0, Unreachable),
        (requests.exceptions.ContentDecodingError("gzip"), 0, UnexpectedResponse),
        (requests.exceptions.ProxyError("proxy"), 0, Unreachable),
        (requests.exceptions.InvalidURL("bad"), 0, InvalidRequest),
        (ConnectionResetError("reset"), 0, Unreachable),
    ],
)
def test_what_any_driver_raises(error: Exception, status: int, expected: type[ProviderError]) -> None:
    assert type(translate(error, Exchange(status=status), "listing")) is expected
