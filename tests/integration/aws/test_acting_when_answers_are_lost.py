"""Requests that moto applied and whose answers never came: they are found by their token, and have one effect."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mcm.contract import RateLimited, ResourceRef, Unreachable
from mcm.contract.actions import Order, Repeat, Seen
from tests.harness.acting import act, look, ordered, send
from tests.harness.moto import MotoServer
from tests.harness.proxy import DropAnswer, FaultProxy, Status, Throttled, by_action
from tests.integration.aws.acting import KEY, PUBLIC_IMAGE, REGION, Account, account

Prepared = Callable[[Account], Order]

# By the operation that the order sends.
MAKINGS: dict[str, Prepared] = {
    "RunInstances": lambda aws: ordered(
        "instance.create", region=REGION, name="one", image=PUBLIC_IMAGE, flavor="t3.micro"
    ),
    "CreateVolume": lambda aws: ordered("volume.create", region=REGION, name="one", size_gib=5, zone=f"{REGION}a"),
    "CreateSnapshot": lambda aws: ordered("volume.snapshot", aws.volume(), name="one"),
    "CreateImage": lambda aws: ordered("instance.snapshot", aws.instance(), name="one and only"),
    "AllocateAddress": lambda aws: ordered("public_ip.allocate", region=REGION),
    "ImportKeyPair": lambda aws: ordered("keypair.import", region=REGION, name="one", public_key=KEY),
}
ENDINGS: dict[str, Prepared] = {
    "TerminateInstances": lambda aws: ordered("instance.delete", aws.instance()),
    "DeleteVolume": lambda aws: ordered("volume.delete", aws.volume()),
    "DeleteSnapshot": lambda aws: ordered(
        "snapshot.delete", made(aws, ordered("volume.snapshot", aws.volume(), name="x"))
    ),
    "ReleaseAddress": lambda aws: ordered("public_ip.release", aws.address()),
    "DeleteKeyPair": lambda aws: ordered(
        "keypair.delete", made(aws, ordered("keypair.import", region=REGION, name="ends", public_key=KEY))
    ),
}
SETTINGS: dict[str, Prepared] = {
    "StopInstances": lambda aws: ordered("instance.stop", aws.instance()),
    "CreateTags": lambda aws: ordered("instance.rename", aws.instance(), name="other"),
    "ModifyVolume": lambda aws: ordered("volume.extend", aws.volume(), size_gib=77),
    "AttachVolume": lambda aws: ordered("volume.attach", aws.volume(), instance=aws.instance().native_id),
    "AssociateAddress": lambda aws: ordered("public_ip.associate", aws.address(), instance=aws.instance().native_id),
    "AuthorizeSecurityGroupIngress": lambda aws: ordered("security_group.add_rule", aws.group(), port_from=22),
}


@pytest.fixture
def proxy(moto_server: MotoServer) -> Iterator[FaultProxy]:
    with FaultProxy(moto_server.endpoint_url) as proxy:
        yield proxy


@pytest.fixture
def aws(moto_server: MotoServer, proxy: FaultProxy) -> Account:
    moto_server.reset()
    return account(moto_server, proxy.url)


def made(aws: Account, order: Order) -> ResourceRef:
    found = act(aws.provider, order).made
    assert found is not None
    return found


@pytest.mark.parametrize("operation", MAKINGS)
def test_what_was_made_is_found_by_its_token_and_not_made_again(
    aws: Account, proxy: FaultProxy, operation: str
) -> None:
    order = MAKINGS[operation](aws)
    proxy.rule(by_action(operation), DropAnswer(), times=1)
    assert look(aws.provider, order).seen is Seen.ABSENT
    with pytest.raises(Unreachable):
        send(aws.provider, order)
    assert aws.context.changes == 1
    found = look(aws.provider, order)
    assert found.seen is Seen.DONE
    assert found.resource is not None
    again = send(aws.provider, order)
    assert again.made == found.made
    assert act(aws.provider, order).made == found.made
    # However often it is sent, the account got one.
    assert len(proxy.ledger.by_action(operation)) == 1
    assert aws.there(found.made).tags["mcm-op"] == order.token


@pytest.mark.parametrize("operation", [name for name in MAKINGS if name != "ImportKeyPair"])
def test_another_order_makes_another(aws: Account, operation: str) -> None:
    assert made(aws, MAKINGS[operation](aws)) != made(aws, MAKINGS[operation](aws))


@pytest.mark.parametrize("operation", ENDINGS)
def test_what_was_ended_is_seen_to_be_gone(aws: Account, proxy: FaultProxy, operation: str) -> None:
    order = ENDINGS[operation](aws)
    assert [step.repeat for step in aws.provider.steps(order)] == [Repeat.NEVER]
    proxy.rule(by_action(operation), DropAnswer(), times=1)
    assert look(aws.provider, order).seen is Seen.ABSENT
    with pytest.raises(Unreachable):
        send(aws.provider, order)
    assert look(aws.provider, order).seen is Seen.DONE
    send(aws.provider, order)
    assert look(aws.provider, order).seen is Seen.DONE


@pytest.mark.parametrize("operation", SETTINGS)
def test_what_was_set_is_seen_and_may_be_set_again(aws: Account, proxy: FaultProxy, operation: str) -> None:
    order = SETTINGS[operation](aws)
    assert [step.repeat for step in aws.provider.steps(order)] == [Repeat.HARMLESS]
    proxy.rule(by_action(operation), DropAnswer(), times=1)
    assert look(aws.provider, order).seen is Seen.ABSENT
    with pytest.raises(Unreachable):
        send(aws.provider, order)
    assert look(aws.provider, order).seen is Seen.DONE
    send(aws.provider, order)
    assert look(aws.provider, order).seen is Seen.DONE


@pytest.mark.parametrize(
    ("fault", "error"), [(Status(503), Unreachable), (Status(500), Unreachable), (Throttled(), RateLimited)]
)
def test_a_change_is_sent_once_whatever_the_answer(
    aws: Account, proxy: FaultProxy, fault: Any, error: type[Exception]
) -> None:
    """botocore itself would send it again."""
    order = ordered("instance.stop", aws.instance())
    rule = proxy.rule(by_action("StopInstances"), fault)
    with pytest.raises(error):
        send(aws.provider, order)
    assert aws.context.changes == 1
    assert rule.struck == 1
    assert not proxy.ledger.effects()


def test_what_is_refused_before_it_leaves_was_not_sent(aws: Account) -> None:
    """The deadline passes: no request, and nobody is told that one may have had an effect."""
    order = ordered("instance.stop", aws.instance())
    aws.context.arm(0.0)
    with pytest.raises(Unreachable):
        send(aws.provider, order)
    assert aws.context.changes == 0
