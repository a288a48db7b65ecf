"""Actions on instances against moto: sent, looked at until they are done, and seen."""

import base64
from typing import Any

import pytest

from mcm.contract import InvalidRequest, ProviderError, ResourceKind, ResourceNotFound, ResourceRef
from mcm.contract.actions import Order, Seen
from tests.harness.acting import act, look, ordered, send
from tests.harness.moto import MotoServer
from tests.integration.aws.acting import KEY, PUBLIC_IMAGE, REGION, Account, account, ref

K = ResourceKind
NOWHERE = ref(K.INSTANCE, "i-0123456789abcdef0")


@pytest.fixture(scope="module")
def aws(moto_server: MotoServer) -> Account:
    return account(moto_server)


def created(name: str = "web-01", **params: Any) -> Order:
    return ordered("instance.create", region=REGION, name=name, image=PUBLIC_IMAGE, flavor="t3.micro", **params)


def test_stop_and_start(aws: Account) -> None:
    target = aws.instance()
    for mode in ("soft", "hard"):
        stop = ordered("instance.stop", target, mode=mode)
        assert look(aws.provider, stop).seen is Seen.ABSENT
        outlook = act(aws.provider, stop)
        assert outlook.seen is Seen.DONE
        assert outlook.resource is not None
        assert outlook.resource.state == aws.there(target).state == "stopped"
        start = ordered("instance.start", target)
        assert look(aws.provider, start).seen is Seen.ABSENT
        assert act(aws.provider, start).seen is Seen.DONE
        assert aws.there(target).state == "running"


@pytest.mark.parametrize("action", ["instance.stop", "instance.start"])
def test_what_is_so_already_is_no_error(aws: Account, action: str) -> None:
    target = aws.instance()
    act(aws.provider, ordered(action, target))
    assert act(aws.provider, ordered(action, target)).seen is Seen.DONE


def test_reboot_is_known_by_its_answer_alone(aws: Account) -> None:
    target = aws.instance()
    order = ordered("instance.reboot", target)
    assert look(aws.provider, order).seen is Seen.UNCLEAR
    receipt = send(aws.provider, order)
    assert receipt.request_id
    assert look(aws.provider, order, facts=receipt.facts).seen is Seen.DONE
    assert look(aws.provider, order).seen is Seen.UNCLEAR


def test_create_with_all_that_belongs_to_it(aws: Account) -> None:
    vpc = aws.ec2.create_vpc(CidrBlock="10.50.0.0/16")["Vpc"]["VpcId"]
    subnets = {
        zone: aws.ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.50.{n}.0/24", AvailabilityZone=f"{REGION}{zone}")[
            "Subnet"
        ]["SubnetId"]
        for n, zone in enumerate("ba")
    }
    group = aws.ec2.create_security_group(GroupName="born", Description="x", VpcId=vpc)["GroupId"]
    key = aws.ec2.import_key_pair(KeyName="born", PublicKeyMaterial=KEY.encode())["KeyPairId"]
    order = created(
        "born-01",
        networks=[vpc],
        zone=f"{REGION}b",
        security_groups=[group],
        keypair=key,
        tags={"env": "dev", "team": "平台"},
        user_data="#cloud-config\npassword: kanari7-boot\n",
    )
    outlook = act(aws.provider, order)
    assert outlook.made is not None
    found = aws.there(outlook.made)
    assert (found.name, found.state, found.zone) == ("born-01", "running", f"{REGION}b")
    assert found.tags == {"env": "dev", "team": "平台", "Name": "born-01", "mcm-op": order.token}
    raw = aws.raw(outlook.made)
    assert (raw["SubnetId"], raw["KeyName"], raw["ClientToken"]) == (subnets["b"], "born", order.token)
    assert [one["GroupId"] for one in raw["SecurityGroups"]] == [group]
    data = aws.ec2.describe_instance_attribute(InstanceId=outlook.made.native_id, Attribute="userData")
    assert base64.b64decode(data["UserData"]["Value"]).endswith(b"password: kanari7-boot\n")
    assert "kanari7" not in repr(order)
    # Without a zone: the first one's.
    elsewhere = act(aws.provider, created(networks=[vpc]))
    assert elsewhere.made is not None
    assert aws.raw(elsewhere.made)["SubnetId"] == subnets["a"]


def test_create_in_a_named_subnet_with_a_larger_disk(aws: Account) -> None:
    chosen = aws.ec2.describe_subnets()["Subnets"][1]["SubnetId"]
    made = act(aws.provider, created(networks=[chosen], disk_gib=55)).made
    assert made is not None
    raw = aws.raw(made)
    assert raw["SubnetId"] == chosen
    (disk,) = raw["BlockDeviceMappings"]
    assert aws.ec2.describe_volumes(VolumeIds=[disk["Ebs"]["VolumeId"]])["Volumes"][0]["Size"] == 55
    (image,) = aws.ec2.describe_images(ImageIds=[PUBLIC_IMAGE])["Images"]
    assert disk["DeviceName"] == image["RootDeviceName"]


def test_create_with_two_networks_has_two_interfaces(aws: Account) -> None:
    zone = f"{REGION}a"
    (first,) = aws.ec2.describe_subnets(Filters=[{"Name": "availability-zone", "Values": [zone]}])["Subnets"][:1]
    second = aws.ec2.create_subnet(VpcId=first["VpcId"], CidrBlock="172.31.250.0/24", AvailabilityZone=zone)["Subnet"]
    made = act(aws.provider, created(networks=[first["SubnetId"], second["SubnetId"]])).made
    assert made is not None
    assert {one["SubnetId"] for one in aws.raw(made)["NetworkInterfaces"]} == {first["SubnetId"], second["SubnetId"]}


def test_create_refuses_what_cannot_be(aws: Account) -> None:
    def sent(order: Order) -> None:
        with pytest.raises((InvalidRequest, ResourceNotFound)):
            send(aws.provider, order)

    wrong: list[dict[str, Any]] = [
        {"networks": ["net-1"]},
        {"networks": ["vpc-00000000"]},
        {"networks": [aws.ec2.describe_vpcs()["Vpcs"][0]["VpcId"]], "zone": "eu-central-1x"},
        {"keypair": "key-0123456789abcdef0"},
    ]
    for params in wrong:
        order = created(**params)
        assert aws.sent_by(lambda order=order: sent(order)) == 0  # type: ignore[misc]
    sent(ordered("instance.create", region=REGION, name="a", image="ami-0badbadbadbadbad0", flavor="t3.micro",
                 disk_gib=9))  # fmt: skip
    with pytest.raises(ProviderError):
        send(aws.provider, created(networks=["subnet-0123456789abcdef0"]))


def test_delete(aws: Account) -> None:
    target = aws.instance()
    order = ordered("instance.delete", target)
    assert look(aws.provider, order).seen is Seen.ABSENT
    assert act(aws.provider, order).seen is Seen.DONE
    gone = aws.seen(target)
    assert gone is None or gone.state == "terminated"
    # Once more, and something that never was.
    assert act(aws.provider, order).seen is Seen.DONE
    assert act(aws.provider, ordered("instance.delete", NOWHERE)).seen is Seen.DONE


def test_what_amazon_protects_is_not_deleted(aws: Account) -> None:
    target = aws.instance()
    aws.ec2.modify_instance_attribute(InstanceId=target.native_id, DisableApiTermination={"Value": True})
    with pytest.raises(InvalidRequest, match="disableApiTermination"):
        send(aws.provider, ordered("instance.delete", target))
    assert aws.there(target).state == "running"


def test_resize(aws: Account) -> None:
    target = aws.instance()
    act(aws.provider, ordered("instance.stop", target))
    order = ordered("instance.resize", target, flavor="m5.large")
    assert look(aws.provider, order).seen is Seen.ABSENT
    assert act(aws.provider, order).seen is Seen.DONE
    assert act(aws.provider, order).seen is Seen.DONE
    assert aws.there(target).attributes.flavor == "m5.large"


def test_rename(aws: Account) -> None:
    target = aws.instance()
    order = ordered("instance.rename", target, name="数据库-01 <primary>")
    assert look(aws.provider, order).seen is Seen.ABSENT
    assert act(aws.provider, order).seen is Seen.DONE
    assert aws.there(target).name == "数据库-01 <primary>"


def test_tags_are_taken_away_and_set_in_two_steps(aws: Account) -> None:
    target = aws.instance()
    aws.ec2.create_tags(
        Resources=[target.native_id],
        Tags=[{"Key": key, "Value": "old"} for key in ("kept", "changed", "dropped", "both")],
    )
    order = ordered(
        "instance.set_tags", target, set={"changed": "new", "added": "", "both": "set"}, remove=["dropped", "both"]
    )
    assert [step.name for step in aws.provider.steps(order)] == ["remove", "set"]
    assert look(aws.provider, order, "remove").seen is look(aws.provider, order, "set").seen is Seen.ABSENT
    assert aws.sent_by(lambda: act(aws.provider, order)) == 2
    assert aws.there(target).tags == {"kept": "old", "changed": "new", "added": "", "both": "set"}
    only = ordered("instance.set_tags", target, remove=["kept", "never-there"])
    assert [step.name for step in aws.provider.steps(only)] == ["remove"]
    assert act(aws.provider, only).seen is Seen.DONE
    assert "kept" not in aws.there(target).tags


@pytest.mark.parametrize("action", ["instance.snapshot", "instance.create_image"])
def test_an_image_of_an_instance(aws: Account, action: str) -> None:
    target = aws.instance()
    order = ordered(action, target, name=f"golden ({action})".replace("_", "-"))
    assert look(aws.provider, order).seen is Seen.ABSENT
    made = act(aws.provider, order).made
    assert made is not None
    found = aws.there(made)
    assert (found.kind, found.state, found.name) == (K.IMAGE, "available", order.params.name)  # type: ignore[attr-defined]
    assert found.tags["mcm-op"] == order.token
    assert aws.there(target).state == "running"
    with pytest.raises(InvalidRequest, match="name of an image"):
        send(aws.provider, ordered(action, target, name="备份"))


@pytest.mark.parametrize(
    ("action", "params"),
    [
        ("instance.start", {}),
        ("instance.stop", {}),
        ("instance.reboot", {}),
        ("instance.resize", {"flavor": "t3.small"}),
        ("instance.rename", {"name": "nothing"}),
        ("instance.set_tags", {"set": {"a": "b"}}),
        ("instance.snapshot", {"name": "nothing"}),
        ("instance.suspend", {}),
    ],
)
@pytest.mark.parametrize("target", [NOWHERE, ref(K.INSTANCE, "web-01")])
def test_what_is_not_there_is_not_found(aws: Account, action: str, params: dict[str, Any], target: ResourceRef) -> None:
    order = ordered(action, target, **params)
    with pytest.raises((ResourceNotFound, InvalidRequest)):
        send(aws.provider, order)
    assert look(aws.provider, order).seen in (Seen.FAILED, Seen.ABSENT)


def test_a_region_of_nobodys_is_refused(aws: Account) -> None:
    with pytest.raises(InvalidRequest, match="not a region"):
        send(aws.provider, ordered("instance.start", ResourceRef(K.INSTANCE, "i-1", region="us-east-1")))
