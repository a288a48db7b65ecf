"""EC2's refusals of changes: each says that there was no effect, and in which way to go on."""

import pytest

from mcm.contract import (
    AuthenticationFailed,
    CapacityExceeded,
    InvalidRequest,
    NotSupported,
    PermissionDenied,
    ProviderError,
    RateLimited,
    ResourceBusy,
    ResourceNotFound,
    Unreachable,
)
from tests.harness.acting import ordered, send
from tests.providers.aws.actions.records import INSTANCE
from tests.providers.aws.cloud import Cloud, connected, refusal

CASES: list[tuple[str, str, int, type[ProviderError]]] = [
    ("IncorrectInstanceState", "The instance 'i-1' is not in a state from which it can be started.", 400, ResourceBusy),
    ("VolumeInUse", "vol-1 is attached", 400, ResourceBusy),
    ("InvalidSnapshot.InUse", "in use by ami-1", 400, ResourceBusy),
    ("Resource.AlreadyAssociated", "", 400, ResourceBusy),
    ("InsufficientInstanceCapacity", "We currently do not have sufficient capacity", 500, CapacityExceeded),
    ("Server.InsufficientInstanceCapacity", "", 500, CapacityExceeded),
    ("InsufficientFreeAddressesInSubnet", "", 400, CapacityExceeded),
    ("VcpuLimitExceeded", "You have requested more vCPU capacity than your current limit", 400, CapacityExceeded),
    ("InstanceLimitExceeded", "", 400, CapacityExceeded),
    ("AddressLimitExceeded", "", 400, CapacityExceeded),
    ("TagLimitExceeded", "", 400, CapacityExceeded),
    ("RequestLimitExceeded", "", 503, RateLimited),
    ("OperationNotPermitted", "The instance 'i-1' may not be terminated.", 400, InvalidRequest),
    ("UnsupportedOperation", "does not have an 'ebs' root device type and cannot be stopped", 400, InvalidRequest),
    ("OptInRequired", "you need to accept terms and subscribe", 401, InvalidRequest),
    ("PendingVerification", "Your account is currently being verified", 400, InvalidRequest),
    ("InvalidParameterValue", "Invalid value", 400, InvalidRequest),
    ("InvalidInstanceID.NotFound", "The instance ID 'i-1' does not exist", 400, ResourceNotFound),
    ("InvalidInstanceID.Malformed", "", 400, InvalidRequest),
    ("AuthFailure", "Not authorized for images: [ami-1]", 401, PermissionDenied),
    ("AuthFailure", "AWS was not able to validate the provided access credentials", 401, AuthenticationFailed),
    ("UnauthorizedOperation", "You are not authorized to perform this operation.", 403, PermissionDenied),
    ("InvalidAction", "The action StopInstances is not valid", 400, NotSupported),
    # These two may have had an effect, so they are no refusals.
    ("InternalError", "An internal error has occurred", 500, Unreachable),
    ("Unavailable", "The server is overloaded", 503, Unreachable),
]


@pytest.mark.parametrize(("code", "said", "status", "kind"), CASES)
def test_a_refused_change(code: str, said: str, status: int, kind: type[ProviderError]) -> None:
    with Cloud({"StopInstances": refusal(code, said, status)}) as cloud:
        with pytest.raises(ProviderError) as raised:
            send(connected(cloud), ordered("instance.stop", INSTANCE))
        assert cloud.count("StopInstances") == 1
    assert type(raised.value) is kind
    if kind is not NotSupported:
        assert raised.value.native_code == code.removeprefix("Server.")
        assert raised.value.request_id == "req-1"
    if kind in (ResourceBusy, CapacityExceeded, InvalidRequest, ResourceNotFound):
        assert said in raised.value.message


def test_a_missing_right_is_named() -> None:
    said = "You are not authorized to perform: ec2:CreateTags on resource x"
    answers = {"StopInstances": refusal("UnauthorizedOperation", said, 403)}
    with Cloud(answers) as cloud, pytest.raises(PermissionDenied) as raised:
        send(connected(cloud), ordered("instance.stop", INSTANCE))
    assert raised.value.permission == "ec2:CreateTags"


def test_the_same_words_mean_the_credentials_where_nothing_was_to_change() -> None:
    answers = {"DescribeVolumes": refusal("AuthFailure", "Not authorized for images: [ami-1]", 401)}
    with Cloud(answers) as cloud, pytest.raises(AuthenticationFailed):
        send(connected(cloud), ordered("volume.detach", INSTANCE))
