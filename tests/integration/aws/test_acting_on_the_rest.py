"""Actions on volumes, snapshots, security groups, addresses and key pairs against moto."""

from typing import Any

import pytest

from mcm.contract import CapacityExceeded, InvalidRequest, ProviderError, ResourceBusy, ResourceKind, ResourceNotFound
from mcm.contract.actions import Seen
from tests.harness.acting import act, look, ordered, send
from tests.harness.moto import MotoServer
from tests.integration.aws.acting import KEY, REGION, WINDOWS_IMAGE, Account, account, ref

K = ResourceKind
ZONE = f"{REGION}a"


@pytest.fixture(scope="module")
def aws(moto_server: MotoServer) -> Account:
    return account(moto_server)


def test_a_volume_is_created(aws: Account) -> None:
    order = ordered("volume.create", region=REGION, name="data-1", size_gib=20, zone=ZONE, type="gp3", tags={"a": "b"})
    assert look(aws.provider, order).seen is Seen.ABSENT
    made = act(aws.provider, order).made
    found = aws.there(made)
    assert (found.name, found.state, found.zone) == ("data-1", "available", ZONE)
    assert (found.attributes.size_gib, found.attributes.type) == (20, "gp3")
    assert found.tags == {"a": "b", "Name": "data-1", "mcm-op": order.token}


def test_a_volume_is_created_from_a_snapshot(aws: Account) -> None:
    source = aws.ec2.create_snapshot(VolumeId=aws.volume().native_id)["SnapshotId"]
    order = ordered("volume.create", region=REGION, name="again", size_gib=30, zone=ZONE, snapshot=source)
    found = aws.there(act(aws.provider, order).made)
    assert source in {relation.native_id for relation in found.relations}
    with pytest.raises((ResourceNotFound, InvalidRequest)):
        send(aws.provider, ordered("volume.create", region=REGION, name="x", size_gib=30, zone=ZONE, snapshot="snap-0"))


def test_volumes_are_attached_and_detached(aws: Account) -> None:
    server, volumes = aws.instance(), [aws.volume(), aws.volume()]
    for volume in volumes:
        order = ordered("volume.attach", volume, instance=server.native_id)
        assert look(aws.provider, order).seen is Seen.ABSENT
        assert act(aws.provider, order).seen is Seen.DONE
        assert aws.there(volume).state == "in_use"
        assert aws.sent_by(lambda order=order: act(aws.provider, order)) == 0  # type: ignore[misc]
    devices = [aws.there(volume).attributes.attachments[0].device for volume in volumes]
    assert devices == ["/dev/sdf", "/dev/sdg"]
    other = ordered("volume.attach", volumes[0], instance=aws.instance().native_id)
    assert look(aws.provider, other).seen is Seen.FAILED
    detach = ordered("volume.detach", volumes[0])
    assert look(aws.provider, detach).seen is Seen.ABSENT
    assert act(aws.provider, detach).seen is Seen.DONE
    assert aws.there(volumes[0]).state == "available"
    assert aws.sent_by(lambda: act(aws.provider, detach)) == 0
    assert aws.there(volumes[1]).state == "in_use"


def test_a_windows_instance_has_device_names_of_its_own(aws: Account) -> None:
    volume, server = aws.volume(), aws.instance(WINDOWS_IMAGE)
    act(aws.provider, ordered("volume.attach", volume, instance=server.native_id))
    assert aws.there(volume).attributes.attachments[0].device == "xvdf"


def test_there_are_no_more_device_names_than_letters(aws: Account) -> None:
    server = aws.instance()
    for _ in range(11):
        act(aws.provider, ordered("volume.attach", aws.volume(1), instance=server.native_id))
    with pytest.raises(CapacityExceeded, match="device name"):
        send(aws.provider, ordered("volume.attach", aws.volume(1), instance=server.native_id))


def test_a_volume_grows(aws: Account) -> None:
    volume = aws.volume(10)
    order = ordered("volume.extend", volume, size_gib=25)
    assert look(aws.provider, order).seen is Seen.ABSENT
    assert act(aws.provider, order).seen is Seen.DONE
    assert aws.there(volume).attributes.size_gib == 25
    assert aws.sent_by(lambda: act(aws.provider, order)) == 0


def test_a_snapshot_is_made_and_deleted(aws: Account) -> None:
    volume = aws.volume()
    order = ordered("volume.snapshot", volume, name="before the upgrade 升级前")
    assert look(aws.provider, order).seen is Seen.ABSENT
    made = act(aws.provider, order).made
    assert made is not None
    found = aws.there(made)
    assert (found.kind, found.name, found.state) == (K.SNAPSHOT, "before the upgrade 升级前", "available")
    assert found.attributes.source == volume.native_id
    delete = ordered("snapshot.delete", made)
    assert look(aws.provider, delete).seen is Seen.ABSENT
    assert act(aws.provider, delete).seen is Seen.DONE
    assert aws.seen(made) is None
    assert act(aws.provider, delete).seen is Seen.DONE


def test_a_snapshot_that_an_image_stands_on_stays(aws: Account) -> None:
    image = aws.ec2.create_image(InstanceId=aws.instance().native_id, Name="stands")["ImageId"]
    mappings = aws.ec2.describe_images(ImageIds=[image])["Images"][0]["BlockDeviceMappings"]
    with pytest.raises(ResourceBusy):
        send(aws.provider, ordered("snapshot.delete", ref(K.SNAPSHOT, mappings[0]["Ebs"]["SnapshotId"])))


def test_a_volume_is_deleted(aws: Account) -> None:
    volume = aws.volume()
    order = ordered("volume.delete", volume)
    assert look(aws.provider, order).seen is Seen.ABSENT
    assert act(aws.provider, order).seen is Seen.DONE
    assert aws.seen(volume) is None
    assert act(aws.provider, order).seen is Seen.DONE


def test_a_volume_in_use_is_busy(aws: Account) -> None:
    server, volume = aws.instance(), aws.volume()
    act(aws.provider, ordered("volume.attach", volume, instance=server.native_id))
    with pytest.raises(ResourceBusy):
        send(aws.provider, ordered("volume.delete", volume))
    assert aws.there(volume).state == "in_use"


@pytest.mark.parametrize(
    "rule",
    [
        {"port_from": 443, "cidr": "10.9.8.7/8"},
        {"port_from": 8000, "port_to": 8100, "cidr": "2001:db8:1::/48", "protocol": "udp"},
        {"protocol": "tcp", "cidr": "192.0.2.0/24"},
        {"protocol": "icmp", "cidr": "192.0.2.0/24"},
        {"protocol": "icmp", "port_from": 8, "port_to": 0, "cidr": "198.51.100.7/32"},
        {"protocol": "any", "cidr": "203.0.113.0/24"},
        {"direction": "egress", "port_from": 25, "cidr": "192.0.2.0/24"},
    ],
)
def test_a_rule_is_added_and_removed(aws: Account, rule: dict[str, Any]) -> None:
    group = aws.group()
    before = aws.there(group).attributes.rules
    add = ordered("security_group.add_rule", group, **rule)
    remove = ordered("security_group.remove_rule", group, **rule)
    assert look(aws.provider, add).seen is Seen.ABSENT
    for _ in range(2):
        assert act(aws.provider, add).seen is Seen.DONE
        assert look(aws.provider, remove).seen is Seen.ABSENT
    (new,) = [one for one in aws.there(group).attributes.rules if one not in before]
    assert new.direction == rule.get("direction", "ingress")
    assert new.protocol == rule.get("protocol", "tcp")
    for _ in range(2):
        assert act(aws.provider, remove).seen is Seen.DONE
    assert aws.there(group).attributes.rules == before


@pytest.mark.parametrize(
    "rule",
    [
        {"cidr": "ten.0.0.0/8"},
        {"protocol": "any", "port_from": 1},
        {"port_to": 5},
        {"port_from": 9, "port_to": 5},
    ],
)
def test_a_rule_that_is_none_is_not_sent(aws: Account, rule: dict[str, Any]) -> None:
    order = ordered("security_group.add_rule", aws.group(), **rule)

    def refused() -> None:
        with pytest.raises(InvalidRequest):
            send(aws.provider, order)

    assert aws.sent_by(refused) == 0


def test_a_rule_of_no_group_is_not_found(aws: Account) -> None:
    order = ordered("security_group.add_rule", ref(K.SECURITY_GROUP, "sg-0123456789abcdef0"), port_from=1)
    with pytest.raises(ResourceNotFound):
        send(aws.provider, order)
    assert look(aws.provider, order).seen is Seen.FAILED


def test_an_address_from_first_to_last(aws: Account) -> None:
    order = ordered("public_ip.allocate", region=REGION)
    assert look(aws.provider, order).seen is Seen.ABSENT
    made = act(aws.provider, order).made
    assert made is not None
    found = aws.there(made)
    assert found.tags == {"mcm-op": order.token}
    assert found.attributes.idle
    server = aws.instance()
    associate = ordered("public_ip.associate", made, instance=server.native_id)
    assert look(aws.provider, associate).seen is Seen.ABSENT
    assert act(aws.provider, associate).seen is Seen.DONE
    assert aws.there(made).attributes.associated_with == server.native_id
    assert aws.sent_by(lambda: act(aws.provider, associate)) == 0
    release, away = ordered("public_ip.release", made), ordered("public_ip.disassociate", made)
    with pytest.raises(ResourceBusy):
        send(aws.provider, release)
    assert look(aws.provider, away).seen is Seen.ABSENT
    assert act(aws.provider, away).seen is Seen.DONE
    assert aws.sent_by(lambda: act(aws.provider, away)) == 0
    assert aws.there(made).attributes.idle
    assert look(aws.provider, release).seen is Seen.ABSENT
    assert act(aws.provider, release).seen is Seen.DONE
    assert aws.seen(made) is None
    assert act(aws.provider, release).seen is Seen.DONE


def test_nobodys_address_is_taken_away(aws: Account) -> None:
    first, second, server, other = aws.address(), aws.address(), aws.instance(), aws.instance()
    act(aws.provider, ordered("public_ip.associate", first, instance=server.native_id))
    taking = ordered("public_ip.associate", first, instance=other.native_id)
    with pytest.raises(ResourceBusy, match=server.native_id):
        send(aws.provider, taking)
    assert look(aws.provider, taking).seen is Seen.FAILED
    with pytest.raises(ResourceBusy, match="already"):
        send(aws.provider, ordered("public_ip.associate", second, instance=server.native_id))
    assert aws.there(first).attributes.associated_with == server.native_id
    with pytest.raises(ProviderError):
        send(aws.provider, ordered("public_ip.associate", second, instance="i-0123456789abcdef0"))


def test_a_key_is_imported_and_deleted(aws: Account) -> None:
    order = ordered("keypair.import", region=REGION, name="somebody", public_key=KEY)
    assert look(aws.provider, order).seen is Seen.ABSENT
    made = act(aws.provider, order).made
    assert made is not None
    found = aws.there(made)
    assert (found.name, found.attributes.type) == ("somebody", "ed25519")
    assert found.tags == {"mcm-op": order.token}
    with pytest.raises(InvalidRequest, match="Duplicate"):
        send(aws.provider, ordered("keypair.import", region=REGION, name="somebody", public_key=KEY))
    with pytest.raises(InvalidRequest):
        send(aws.provider, ordered("keypair.import", region=REGION, name="bad", public_key="ssh-rsa " + "x" * 40))
    delete = ordered("keypair.delete", made)
    assert look(aws.provider, delete).seen is Seen.ABSENT
    assert act(aws.provider, delete).seen is Seen.DONE
    assert aws.seen(made) is None
    assert aws.sent_by(lambda: act(aws.provider, delete)) == 0
