"""AWS's refusals, in its own words, become the error that makes mcm do the right thing."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from mcm.contract import (
    AuthenticationFailed,
    InvalidRequest,
    NotSupported,
    PermissionDenied,
    ProviderError,
    RateLimited,
    Region,
    ResourceKind,
    ResourceNotFound,
    UnexpectedResponse,
    Unreachable,
)
from tests.providers.aws.cloud import REGION, TOKEN, Cloud, Reply, connected, refusal, xml

IDENTITY = xml(
    "GetCallerIdentity",
    "<GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/mcm</Arn><UserId>AIDA</UserId>"
    "<Account>111122223333</Account></GetCallerIdentityResult>",
)


def raised(
    reply: Reply, action: str = "DescribeVpcs", *, kind: ResourceKind = ResourceKind.NETWORK, token: str = ""
) -> ProviderError:
    with Cloud({action: reply}) as cloud, pytest.raises(ProviderError) as caught:
        list(connected(cloud, token=token).collect(kind, REGION))
    assert cloud.count(action) == 1, "mcm's governor repeats, not botocore"
    return caught.value


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (
            refusal("AuthFailure", "AWS was not able to validate the provided access credentials", 401),
            AuthenticationFailed,
        ),
        (
            refusal("InvalidClientTokenId", "The security token included in the request is invalid.", 403),
            AuthenticationFailed,
        ),
        (
            refusal("SignatureDoesNotMatch", "The request signature we calculated does not match", 403),
            AuthenticationFailed,
        ),
        (refusal("ExpiredToken", "The security token included in the request is expired", 403), AuthenticationFailed),
        (refusal("Blocked", "This account is currently blocked.", 400), AuthenticationFailed),
        (refusal("SomethingNew", "", 401), AuthenticationFailed),
        (refusal("UnauthorizedOperation", "You are not authorized to perform this operation.", 403), PermissionDenied),
        (refusal("Client.UnauthorizedOperation", "", 403), PermissionDenied),
        (refusal("SomethingNew", "", 403), PermissionDenied),
        (refusal("RequestLimitExceeded", "Request limit exceeded.", 503), RateLimited),
        (refusal("Throttling", "Rate exceeded", 400), RateLimited),
        (refusal("SomethingNew", "", 429), RateLimited),
        (refusal("OptInRequired", "You are not subscribed to this service.", 403), NotSupported),
        (refusal("InvalidAction", "The action DescribeVpcs is not valid", 400), NotSupported),
        (refusal("InvalidVpcID.NotFound", "The vpc ID 'vpc-1' does not exist", 400), ResourceNotFound),
        (refusal("InternalError", "An internal error has occurred", 500), Unreachable),
        (refusal("Unavailable", "The server is overloaded", 503), Unreachable),
        (refusal("InvalidParameterValue", "The filter 'x' is invalid", 400), InvalidRequest),
        (refusal("SomethingNew", "", 400), InvalidRequest),
        (Reply(b"<html><body>Bad gateway</body></html>", 502), Unreachable),
        (Reply(b"<html><body>Too many</body></html>", 429, {"Retry-After": "9"}), RateLimited),
        (Reply(b"", 503), Unreachable),
        (Reply(b"<html><body>Forbidden by the proxy</body></html>", 403), UnexpectedResponse),
        (Reply(b"<html><body>Sign in</body></html>", 200, {"Content-Type": "text/html"}), UnexpectedResponse),
        (Reply(b"<?xml version='1.0'?><!DOCTYPE html><html/>", 403), UnexpectedResponse),
        (Reply(b"", 403), UnexpectedResponse),
        (Reply(b"", 302, {"Location": "http://169.254.169.254/"}), UnexpectedResponse),
    ],
    ids=lambda one: one.__name__ if isinstance(one, type) else f"{one.status}-{one.body[:60].decode(errors='replace')}",
)
def test_refusals(reply: Reply, error: type[ProviderError]) -> None:
    assert isinstance(raised(reply), error)


def test_the_permission_is_named_as_the_policy_would_name_it() -> None:
    said = (
        "You are not authorized to perform this operation. User: arn:aws:iam::1:user/x is not authorized to perform: "
    )
    error = raised(refusal("UnauthorizedOperation", said + "ec2:DescribeVpcs because no policy allows it", 403))
    assert isinstance(error, PermissionDenied)
    assert error.permission == "ec2:DescribeVpcs"
    assert "ec2:DescribeVpcs" in error.message
    assert error.native_code == "UnauthorizedOperation"
    assert error.request_id == "req-1"


@pytest.mark.parametrize(
    ("kind", "action", "permission"),
    [
        (ResourceKind.INSTANCE, "DescribeInstances", "ec2:DescribeInstances"),
        (ResourceKind.LOAD_BALANCER, "DescribeLoadBalancers", "elasticloadbalancing:DescribeLoadBalancers"),
        (ResourceKind.DATABASE, "DescribeDBInstances", "rds:DescribeDBInstances"),
    ],
)
def test_a_permission_that_is_not_said_follows_from_the_call(kind: ResourceKind, action: str, permission: str) -> None:
    body = b"<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>"
    reply = refusal("UnauthorizedOperation", "", 403) if action == "DescribeInstances" else Reply(body, 403)
    error = raised(reply, action, kind=kind)
    assert isinstance(error, PermissionDenied)
    assert error.permission == permission


def test_the_permission_to_list_buckets_has_a_name_of_its_own() -> None:
    body = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
    with Cloud({"ListBuckets": Reply(body, 403)}) as cloud, pytest.raises(PermissionDenied) as caught:
        list(connected(cloud).collect(ResourceKind.BUCKET, Region("global", "", frozenset())))
    assert caught.value.permission == "s3:ListAllMyBuckets"


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_passed_on(status: int) -> None:
    error = raised(refusal("RequestLimitExceeded", "Request limit exceeded.", status, {"Retry-After": "17"}))
    assert isinstance(error, RateLimited)
    assert error.retry_after == 17.0


def test_the_canonical_request_is_not_repeated() -> None:
    """With SignatureDoesNotMatch AWS quotes what it signed, and with it the session token."""
    said = f"The request signature we calculated does not match.\n\nThe Canonical String: x-amz-security-token:{TOKEN}"
    error = raised(refusal("SignatureDoesNotMatch", said, 403), token=TOKEN)
    assert isinstance(error, AuthenticationFailed)
    assert TOKEN not in repr(error)
    other = raised(refusal("InvalidParameterValue", f"first line\n{TOKEN}"), token=TOKEN)
    assert TOKEN not in repr(other)
    assert "first line" in other.message


def dated(minutes: float) -> dict[str, str]:
    return {"Date": format_datetime(datetime.now(UTC) + timedelta(minutes=minutes), usegmt=True)}


@pytest.mark.parametrize(
    ("code", "message", "ahead", "sentence"),
    [
        ("RequestExpired", "Request has expired.", 31, "31 minutes"),
        ("RequestTimeTooSkewed", "The difference is too large.", -40, "40 minutes"),
        ("SignatureDoesNotMatch", "Signature expired: 20240101T000000Z is now earlier than ...", 20, "slow"),
        ("InvalidSignatureException", "Signature not yet current: ...", -20, "fast"),
    ],
)
def test_a_wrong_clock_is_called_a_wrong_clock(code: str, message: str, ahead: int, sentence: str) -> None:
    """Without it the operator would change credentials that are right."""
    error = translated_with_date(code, message, ahead, token="")
    assert isinstance(error, Unreachable)
    assert "clock" in error.message
    assert sentence in error.message


def test_expired_credentials_and_a_wrong_clock_have_one_code_at_ec2() -> None:
    error = translated_with_date("RequestExpired", "Request has expired.", 0, token=TOKEN)
    assert isinstance(error, AuthenticationFailed)
    assert "expired" in error.message
    error = translated_with_date("RequestExpired", "Request has expired.", 45, token=TOKEN)
    assert isinstance(error, Unreachable)


def translated_with_date(code: str, message: str, ahead: float, *, token: str) -> ProviderError:
    """Past the HTTP server of the tests, which writes its own Date."""
    from botocore.exceptions import ClientError

    from mcm_providers.aws.errors import Call, translate

    metadata = {"HTTPStatusCode": 400, "HTTPHeaders": {"date": dated(ahead)["Date"]}, "RequestId": "r"}
    error = ClientError({"Error": {"Code": code, "Message": message}, "ResponseMetadata": metadata}, "DescribeVpcs")  # type: ignore[arg-type,unused-ignore]
    return translate(error, Call("ec2", "eu-central-1", "DescribeVpcs", temporary=bool(token)))


def test_nothing_listens() -> None:
    with Cloud({}) as cloud:
        provider = connected(cloud)
    with pytest.raises(Unreachable):
        provider.check()
    with pytest.raises(Unreachable):
        list(provider.collect(ResourceKind.INSTANCE, REGION))


def test_wrong_credentials_fail_to_sign_in_and_read_nothing() -> None:
    refused = refusal("InvalidClientTokenId", "The security token included in the request is invalid.", 403)
    with Cloud({"GetCallerIdentity": refused, "DescribeInstances": refusal("AuthFailure", "", 401)}) as cloud:
        provider = connected(cloud)
        with pytest.raises(AuthenticationFailed):
            provider.check()
        with pytest.raises(AuthenticationFailed):
            list(provider.collect(ResourceKind.INSTANCE, REGION))


def test_a_region_that_is_not_enabled_does_not_stop_the_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """It refuses valid credentials as wrong; whether they are is asked at home."""
    with Cloud({"DescribeInstances": refusal("AuthFailure", "", 401), "GetCallerIdentity": IDENTITY}) as cloud:
        provider = connected(cloud)
        # The rule is for AWS's own endpoints; those of this test all lead to one place.
        monkeypatch.setattr(type(provider), "_one_place", property(lambda _: False))
        with pytest.raises(NotSupported) as caught:
            list(provider.collect(ResourceKind.INSTANCE, REGION))
        assert caught.value.reason == "region_not_enabled"
        cloud.answers["GetCallerIdentity"] = refusal("InvalidClientTokenId", "", 403)
        with pytest.raises(AuthenticationFailed):
            list(provider.collect(ResourceKind.INSTANCE, REGION))


def test_identity() -> None:
    with Cloud({"GetCallerIdentity": IDENTITY}) as cloud:
        identity = connected(cloud).check()
    assert identity.realm == "aws:111122223333"
    assert identity.principal == "arn:aws:iam::111122223333:user/mcm"
    assert identity.scope_name == "111122223333"


def test_the_realm_of_another_partition_is_another() -> None:
    with Cloud({"GetCallerIdentity": IDENTITY}) as cloud:
        identity = connected(cloud, region="cn-north-1").check()
    assert identity.realm == "aws-cn:111122223333"
