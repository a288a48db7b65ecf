"""The request arrives and its answer does not: what became of it is found out by looking, and it is sent once."""

from collections.abc import Iterator
from typing import Any

import pytest

from mcm.contract import Resource, ResourceKind, ResourceRef, Unreachable
from mcm.contract.actions import Order, Seen
from mcm_providers.vmware.adapter import VmwareProvider
from tests.harness.acting import act, look, ordered, send
from tests.harness.proxy import DropAnswer, FaultProxy, by_action
from tests.harness.vcsim import VcsimServer
from tests.integration.vmware.acting import machine_of, named
from tests.integration.vmware.conftest import Connect
from tests.integration.vmware.operator import Operator

pytestmark = pytest.mark.vcsim


@pytest.fixture
def proxy(vcsim: VcsimServer) -> Iterator[FaultProxy]:
    with FaultProxy(f"https://{vcsim.host}:{vcsim.port}", tls=True) as standing:
        yield standing


@pytest.fixture
def through(connect: Connect, proxy: FaultProxy) -> VmwareProvider:
    return connect(port=proxy.port, ca_file=str(proxy.ca_file))


def lose(through: VmwareProvider, proxy: FaultProxy, order: Order, method: str, step: str = "") -> int:
    """Sends the step and loses its answer; how often the request reached the server."""
    through.regions()
    proxy.rule(by_action(method), DropAnswer(), times=1)
    with pytest.raises(Unreachable):
        send(through, order, step)
    return [call.action for call in proxy.ledger.mutations()].count(method)


@pytest.mark.parametrize(
    ("action", "params", "method"),
    [
        ("instance.stop", {"mode": "hard"}, "PowerOffVM_Task"),
        ("instance.stop", {}, "ShutdownGuest"),
        ("instance.suspend", {}, "SuspendVM_Task"),
        ("instance.rename", {"name": "renamed and lost"}, "Rename_Task"),
        ("instance.snapshot", {"name": "lost"}, "CreateSnapshot_Task"),
        ("instance.create_image", {"name": "lost image"}, "CloneVM_Task"),
    ],
)
def test_a_lost_answer_is_one_effect(
    through: VmwareProvider, proxy: FaultProxy, ref: ResourceRef, action: str, params: dict[str, Any], method: str
) -> None:
    order = ordered(action, ref, **params)
    assert lose(through, proxy, order, method) == 1
    assert look(through, order).seen is Seen.DONE


def test_a_lost_clone_is_one_instance(
    through: VmwareProvider, proxy: FaultProxy, operator: Operator, template: Resource
) -> None:
    order = ordered("instance.create", region=template.region, image=template.native_id, name="lost clone")
    assert lose(through, proxy, order, "CloneVM_Task") == 1
    assert look(through, order).made is not None
    assert named(operator, "lost clone") == 1


def test_a_lost_end_is_seen(through: VmwareProvider, proxy: FaultProxy, operator: Operator, ref: ResourceRef) -> None:
    operator.power(machine_of(operator, ref), False)
    order = ordered("instance.delete", ref)
    assert lose(through, proxy, order, "Destroy_Task", "destroy") == 1
    assert look(through, order, "destroy").seen is Seen.DONE


def test_a_lost_end_of_a_snapshot_is_seen(through: VmwareProvider, proxy: FaultProxy, ref: ResourceRef) -> None:
    made = act(through, ordered("instance.snapshot", ref, name="to go")).made
    assert made is not None
    assert made.kind is ResourceKind.SNAPSHOT
    order = ordered("snapshot.delete", made)
    assert lose(through, proxy, order, "RemoveSnapshot_Task") == 1
    assert look(through, order).seen is Seen.DONE


@pytest.mark.parametrize(("action", "method"), [("reboot", "ResetVM_Task"), ("revert", "RevertToSnapshot_Task")])
def test_what_leaves_no_trace_is_for_a_person(
    through: VmwareProvider, proxy: FaultProxy, ref: ResourceRef, action: str, method: str
) -> None:
    params: dict[str, Any] = {"mode": "hard"}
    if action == "revert":
        made = act(through, ordered("instance.snapshot", ref, name="here")).made
        assert made is not None
        params = {"snapshot": made.native_id}
    order = ordered(f"instance.{action}", ref, **params)
    assert lose(through, proxy, order, method) == 1
    assert look(through, order).seen is Seen.UNCLEAR
