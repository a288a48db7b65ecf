"""What is made carries its token, is asked for in full, and is found again when EC2 knows it later than it should."""

import base64
from typing import Any

import pytest

from mcm.contract import InvalidRequest, ResourceKind
from mcm.contract.actions import Order, Seen
from tests.harness.acting import look, ordered, send
from tests.providers.aws.actions.records import INSTANCE, VOLUME, instances, listed, volumes
from tests.providers.aws.cloud import REGION, Answer, Cloud, Reply, connected, refusal, xml

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHZxqH9ryDwg1nTE5M3Y0mYk2Nn3l0oYyHnGZ9bD0F1u someone@example"
LAUNCHED = xml("RunInstances", "<instancesSet><item><instanceId>i-1</instanceId></item></instancesSet>")


def launching(**params: Any) -> Order:
    given: dict[str, Any] = {"name": "web", "image": "ami-1", "flavor": "t3.micro", **params}
    return ordered("instance.create", region=REGION.native_id, **given)


def later(first: Reply, then: Reply) -> Answer:
    """The first question gets another answer than all that follow."""
    answers = [first]
    return lambda _: answers.pop() if answers else then


def form_of(cloud: Cloud, action: str) -> dict[str, str]:
    (asked,) = [asked for asked in cloud.asked if asked.action == action]
    return asked.form


def test_an_instance_is_asked_for_in_one_request() -> None:
    images = listed("DescribeImages", "imagesSet", "<imageId>ami-1</imageId><rootDeviceName>/dev/xvda</rootDeviceName>")
    keys = listed("DescribeKeyPairs", "keySet", "<keyPairId>key-1</keyPairId><keyName>ops team</keyName>")
    answers = {
        "DescribeInstances": instances(),
        "DescribeImages": images,
        "DescribeKeyPairs": keys,
        "RunInstances": LAUNCHED,
    }
    order = launching(
        networks=["subnet-1"], security_groups=["sg-1", "sg-2"], keypair="key-1", zone="eu-central-1b", disk_gib=40,
        user_data="#!/bin/sh\necho kanari7\n", tags={"env": "dev"},
    )  # fmt: skip
    with Cloud(answers) as cloud:
        receipt = send(connected(cloud), order)
        form = form_of(cloud, "RunInstances")
    assert receipt.made is not None
    assert (receipt.made.kind, receipt.made.native_id, receipt.made.region) == (
        ResourceKind.INSTANCE,
        "i-1",
        "eu-central-1",
    )
    assert base64.b64decode(form.pop("UserData")) == b"#!/bin/sh\necho kanari7\n"
    assert {name: value for name, value in form.items() if name not in ("Action", "Version")} == {
        "ImageId": "ami-1",
        "InstanceType": "t3.micro",
        "MinCount": "1",
        "MaxCount": "1",
        "ClientToken": order.token,
        "Placement.AvailabilityZone": "eu-central-1b",
        "KeyName": "ops team",
        "SubnetId": "subnet-1",
        "SecurityGroupId.1": "sg-1",
        "SecurityGroupId.2": "sg-2",
        "BlockDeviceMapping.1.DeviceName": "/dev/xvda",
        "BlockDeviceMapping.1.Ebs.VolumeSize": "40",
        "TagSpecification.1.ResourceType": "instance",
        "TagSpecification.1.Tag.1.Key": "env",
        "TagSpecification.1.Tag.1.Value": "dev",
        "TagSpecification.1.Tag.2.Key": "Name",
        "TagSpecification.1.Tag.2.Value": "web",
        "TagSpecification.1.Tag.3.Key": "mcm-op",
        "TagSpecification.1.Tag.3.Value": order.token,
    }


def test_a_token_that_is_known_with_other_parameters_was_received() -> None:
    """Between two requests another subnet became the first one; the instance of the first request is the one."""
    answers: dict[str, Reply | Answer] = {
        "DescribeInstances": later(instances(), instances("running")),
        "RunInstances": refusal("IdempotentParameterMismatch", "Arguments on this idempotent request are inconsistent"),
    }
    with Cloud(answers) as cloud:
        provider, order = connected(cloud), launching()
        receipt = send(provider, order)
        assert receipt.made is None
        found = look(provider, order, facts=receipt.facts)
    assert found.seen is Seen.DONE
    assert found.made is not None
    assert found.made.native_id == "i-1"


@pytest.mark.parametrize("mine", [True, False])
def test_a_name_that_is_taken_may_be_this_orders_own(mine: bool) -> None:
    order = ordered("keypair.import", region=REGION.native_id, name="ops", public_key=KEY)
    none = listed("DescribeKeyPairs", "keySet")
    there = listed("DescribeKeyPairs", "keySet", "<keyPairId>key-1</keyPairId><keyName>ops</keyName>")
    answers: dict[str, Reply | Answer] = {
        "DescribeKeyPairs": later(none, there if mine else none),
        "ImportKeyPair": refusal("InvalidKeyPair.Duplicate", "The keypair already exists"),
    }
    with Cloud(answers) as cloud:
        if mine:
            assert send(connected(cloud), order).facts["made"] == "key-1"
        else:
            with pytest.raises(InvalidRequest, match="already exists"):
                send(connected(cloud), order)


@pytest.mark.parametrize(
    ("state", "seen"),
    [
        ("pending", Seen.UNDERWAY),
        ("running", Seen.DONE),
        ("stopped", Seen.DONE),
        ("terminated", Seen.FAILED),
        ("", Seen.ABSENT),
    ],
)
def test_a_new_instance_on_its_way(state: str, seen: Seen) -> None:
    why = "Client.VolumeLimitExceeded: Volume limit exceeded" if state == "terminated" else ""
    with Cloud({"DescribeInstances": instances(state, message=why)}) as cloud:
        outlook = look(connected(cloud), launching())
        by_token = [asked.form["Filter.1.Name"] for asked in cloud.asked if asked.action == "DescribeInstances"]
        look(connected(cloud), launching(), facts={"made": "i-1"})
        assert form_by_id(cloud) == "instance-id"
    assert by_token == ["tag:mcm-op"]
    assert outlook.seen is seen
    assert outlook.message == why
    assert (outlook.made is None) == (state == "")


def form_by_id(cloud: Cloud) -> str:
    return next(one.form["Filter.1.Name"] for one in reversed(cloud.asked) if one.action == "DescribeInstances")


@pytest.mark.parametrize(
    ("state", "progress", "seen", "percent"),
    [
        ("pending", "37%", Seen.UNDERWAY, 37),
        ("pending", "", Seen.UNDERWAY, None),
        ("completed", "100%", Seen.DONE, None),
        ("error", "12%", Seen.FAILED, None),
    ],
)
def test_a_snapshot_on_its_way(state: str, progress: str, seen: Seen, percent: int | None) -> None:
    record = (
        f"<snapshotId>snap-1</snapshotId><volumeId>vol-1</volumeId><status>{state}</status>"
        f"<progress>{progress}</progress><statusMessage>kms key is disabled</statusMessage>"
    )
    with Cloud({"DescribeSnapshots": listed("DescribeSnapshots", "snapshotSet", record)}) as cloud:
        outlook = look(connected(cloud), ordered("volume.snapshot", VOLUME, name="x"))
    assert (outlook.seen, outlook.percent) == (seen, percent)
    assert outlook.message == ("kms key is disabled" if seen is Seen.FAILED else "")


@pytest.mark.parametrize(
    ("state", "seen"),
    [("pending", Seen.UNDERWAY), ("available", Seen.DONE), ("failed", Seen.FAILED), ("deregistered", Seen.FAILED)],
)
def test_an_image_on_its_way(state: str, seen: Seen) -> None:
    record = f"<imageId>ami-1</imageId><imageState>{state}</imageState><name>x</name>"
    with Cloud({"DescribeImages": listed("DescribeImages", "imagesSet", record)}) as cloud:
        assert look(connected(cloud), ordered("instance.create_image", INSTANCE, name="xyz")).seen is seen


def test_an_image_does_not_reboot_its_instance() -> None:
    answers = {
        "DescribeImages": listed("DescribeImages", "imagesSet"),
        "CreateImage": xml("CreateImage", "<imageId>ami-9</imageId>"),
    }
    with Cloud(answers) as cloud:
        send(connected(cloud), ordered("instance.snapshot", INSTANCE, name="before"))
        assert form_of(cloud, "CreateImage")["NoReboot"] == "true"


@pytest.mark.parametrize(
    ("state", "seen"),
    [
        ("creating", Seen.UNDERWAY),
        ("available", Seen.DONE),
        ("in-use", Seen.DONE),
        ("error", Seen.FAILED),
        ("", Seen.ABSENT),
    ],
)
def test_a_new_volume_on_its_way(state: str, seen: Seen) -> None:
    order = ordered("volume.create", region=REGION.native_id, name="d", size_gib=1, zone="eu-central-1a")
    with Cloud({"DescribeVolumes": volumes(state)}) as cloud:
        assert look(connected(cloud), order).seen is seen


def test_a_volume_is_asked_for_with_its_token() -> None:
    order = ordered("volume.create", region=REGION.native_id, name="d", size_gib=1, zone="eu-central-1a")
    answers = {"DescribeVolumes": volumes(), "CreateVolume": xml("CreateVolume", "<volumeId>vol-1</volumeId>")}
    with Cloud(answers) as cloud:
        assert send(connected(cloud), order).facts == {"made": "vol-1"}
        assert form_of(cloud, "CreateVolume")["ClientToken"] == order.token
