"""The descriptor says of every action whether AWS can do it, and the README which right it takes."""

import re
from pathlib import Path

import pytest

from mcm.contract import Capability, InvalidRequest, NotSupported
from mcm.contract.actions import ACTIONS, Order, Params, Repeat, Step
from mcm_providers.aws import adapter
from mcm_providers.aws.action_table import MESSAGES, SUPPORT
from mcm_providers.aws.actions.table import DEEDS
from mcm_providers.aws.client import loader
from mcm_providers.aws.descriptor import DESCRIPTOR
from tests.harness.acting import ordered, send
from tests.providers.aws.actions.records import INSTANCE
from tests.providers.aws.cloud import Cloud, connected

HERE = Path(adapter.__file__).parent
ABSENT = {ident: support.absent for ident, support in SUPPORT.items() if support.absent}
# As a program writes them: verb and thing.
_CHANGES = re.compile(
    r'"((?:Start|Stop|Reboot|Run|Terminate|Modify|Create|Delete|Attach|Detach|Allocate|Associate|Disassociate|Release|'
    r'Import|Authorize|Revoke)[A-Z][A-Za-z]+)"'
)


def test_every_action_is_offered_or_refused_with_a_sentence() -> None:
    assert Capability.ACTIONS in DESCRIPTOR.capabilities
    assert set(DESCRIPTOR.actions) == set(ACTIONS)
    assert set(DEEDS) == set(ACTIONS) - set(ABSENT)
    assert set(ABSENT.values()) == set(MESSAGES) <= set(DESCRIPTOR.messages)


@pytest.mark.parametrize("action", ABSENT)
def test_what_aws_cannot_do_is_refused_with_the_reason(action: str) -> None:
    order = Order(action, INSTANCE, INSTANCE.region, Params(), "mcm-1")
    with Cloud({}) as cloud:
        provider = connected(cloud)
        for ask in (provider.steps, provider.send, provider.look):
            with pytest.raises(NotSupported) as raised:
                ask(order)
            assert raised.value.reason == ABSENT[action]
        assert not cloud.asked


def test_demands_name_parameters_of_the_action() -> None:
    for ident, support in SUPPORT.items():
        named = {*support.needs, *support.ignores, *support.unlisted}
        assert named <= set(ACTIONS[ident].params.model_fields), ident


def test_steps_need_no_network_and_are_the_same_each_time() -> None:
    with Cloud({}) as cloud:
        provider = connected(cloud)
        order = ordered("instance.set_tags", INSTANCE, set={"a": "b"}, remove=["c"])
        assert provider.steps(order) == provider.steps(order)
        destroying = [ident for ident, action in ACTIONS.items() if action.destructive and ident in DEEDS]
        for ident in destroying:
            steps = provider.steps(Order(ident, INSTANCE, INSTANCE.region, Params(), "mcm-1"))
            assert steps == [Step(ident.partition(".")[2], Repeat.NEVER)]
        assert not cloud.asked


def test_the_readme_names_the_right_for_every_change() -> None:
    sent = set()
    for file in (HERE / "actions").glob("*.py"):
        sent |= set(_CHANGES.findall(file.read_text(encoding="utf-8")))
    sent &= set(loader().load_service_model("ec2", "service-2")["operations"])
    readme = (HERE / "README.md").read_text(encoding="utf-8")
    table = readme[readme.index("### Acting") :]
    rows = dict(re.findall(r"^\| `([a-z_.]+)` \| (.+) \|$", table, re.MULTILINE))
    assert set(rows) == set(DEEDS)
    assert {right for row in rows.values() for right in re.findall(r"`ec2:([A-Za-z]+)`", row)} == {
        *sent,
        "DescribeVolumesModifications",
    }


def test_an_order_for_another_kind_of_parameters_is_refused() -> None:
    with Cloud({}) as cloud:
        order = Order("instance.rename", INSTANCE, INSTANCE.region, Params(), "mcm-1", "rename")
        with pytest.raises(InvalidRequest, match="needs Rename"):
            send(connected(cloud), order)
        assert not cloud.asked
