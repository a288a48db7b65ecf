"""A new instance. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html"""

from collections.abc import Sequence
from typing import Any

from mcm.contract import InvalidRequest, ResourceKind, ResourceNotFound
from mcm.contract.actions import Order, Outlook, Receipt, Repeat, Seen
from mcm.contract.actions.params import InstanceCreate
from mcm_providers.aws.actions.desk import Deed, Desk, params_of, single, tagged
from mcm_providers.aws.actions.making import Making, look_made, make
from mcm_providers.aws.actions.power import reason_of, state_of
from mcm_providers.aws.documents import Document
from mcm_providers.aws.resources import instance, keypair, subnet

_MAKING = Making(
    ResourceKind.INSTANCE,
    instance.LISTING,
    "RunInstances",
    lambda answer: str(answer["Instances"][0]["InstanceId"]),
    # Somebody may have stopped it already: it was made all the same.
    {"pending": Seen.UNDERWAY, "shutting-down": Seen.FAILED, "terminated": Seen.FAILED},
    state_of,
    reason_of,
)


def _send(desk: Desk, order: Order) -> Receipt:
    return make(desk, order, _MAKING, _request(desk, order))


def _look(desk: Desk, order: Order) -> Outlook:
    return look_made(desk, order, _MAKING)


def _request(desk: Desk, order: Order) -> dict[str, Any]:
    wanted = params_of(order, InstanceCreate)
    if not wanted.flavor:
        raise InvalidRequest("an instance of EC2 needs a flavor: its instance type, such as t3.micro")
    request: dict[str, Any] = {
        "ImageId": wanted.image,
        "InstanceType": wanted.flavor,
        "MinCount": 1,
        "MaxCount": 1,
        "ClientToken": order.token,
        "TagSpecifications": tagged("instance", order, wanted.name, wanted.tags),
    }
    if wanted.zone:
        request["Placement"] = {"AvailabilityZone": wanted.zone}
    if wanted.keypair:
        request["KeyName"] = _key_name(desk, wanted.keypair)
    if wanted.user_data is not None:
        # botocore encodes it.
        request["UserData"] = wanted.user_data.get_secret_value()
    if wanted.disk_gib is not None:
        request["BlockDeviceMappings"] = [
            {"DeviceName": _root_device(desk, wanted.image), "Ebs": {"VolumeSize": wanted.disk_gib}}
        ]
    subnets = [_subnet(desk, network, wanted.zone) for network in wanted.networks]
    return {**request, **_placed(subnets, wanted.security_groups)}


def _placed(subnets: Sequence[str], groups: Sequence[str]) -> dict[str, Any]:
    """Without a subnet EC2 takes one of the default VPC; with several, each gets a network interface."""
    if len(subnets) < 2:
        placed: dict[str, Any] = {"SubnetId": subnets[0]} if subnets else {}
        return {**placed, "SecurityGroupIds": list(groups)} if groups else placed
    return {
        "NetworkInterfaces": [
            {"DeviceIndex": number, "SubnetId": one, **({"Groups": list(groups)} if groups else {})}
            for number, one in enumerate(subnets)
        ]
    }


def _subnet(desk: Desk, network: str, zone: str | None) -> str:
    """A subnet itself, or the first one of a VPC that has addresses left, in the zone where one is asked for."""
    if network.startswith("subnet-"):
        return network
    if not network.startswith("vpc-"):
        raise InvalidRequest(f"'{network}' is neither a VPC nor a subnet: give the id of one of them")
    records = [found.document for found in desk.matching(subnet.LISTING, "vpc-id", network)]
    fitting = sorted(
        (record["AvailabilityZone"], record["SubnetId"])
        for record in records
        if zone in (None, record.get("AvailabilityZone")) and record.get("AvailableIpAddressCount")
    )
    if not fitting:
        where = f" in {zone}" if zone else ""
        raise InvalidRequest(f"VPC '{network}' has no subnet with a free address{where}; name another network or zone")
    return str(fitting[0][1])


def _key_name(desk: Desk, key_pair: str) -> str:
    """Key pairs are known by their ids here, and by their names to RunInstances."""
    return str(desk.needed(keypair.LISTING, key_pair)["KeyName"])


def _root_device(desk: Desk, image: str) -> str:
    records: list[Document] = desk.read(
        "DescribeImages", "Images", {"image-id": [image]}, IncludeDeprecated=True, IncludeDisabled=True
    )
    if not records:
        raise ResourceNotFound(f"EC2 has no image '{image}' in {desk.region}")
    root = records[0].get("RootDeviceName")
    if not root:
        raise InvalidRequest(f"image '{image}' has no root volume whose size could be set")
    return str(root)


DEEDS = {"instance.create": Deed(single(Repeat.TOKEN), _send, _look)}
