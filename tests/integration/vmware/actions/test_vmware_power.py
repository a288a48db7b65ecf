"""Power at the simulator: what is asked for happens, once, and shows without the receipt."""

from typing import Any

import pytest

from mcm.contract import NotSupported, ResourceKind, ResourceNotFound, ResourceRef
from mcm.contract.actions import Seen
from mcm.contract.conformance.context import PlainContext
from mcm_providers.vmware.adapter import VmwareProvider
from tests.harness.acting import act, look, ordered, send
from tests.integration.vmware.acting import machine_of, seen
from tests.integration.vmware.operator import Operator

pytestmark = pytest.mark.vcsim
HARD = {"mode": "hard"}
MOVES = [
    pytest.param("instance.stop", HARD, "poweredOn", "stopped", id="stop_hard"),
    pytest.param("instance.stop", {}, "poweredOn", "stopped", id="stop_soft"),
    pytest.param("instance.start", {}, "poweredOff", "running", id="start"),
    pytest.param("instance.suspend", {}, "poweredOn", "suspended", id="suspend"),
    pytest.param("instance.resume", {}, "suspended", "running", id="resume"),
]


@pytest.mark.parametrize(("action", "params", "before", "after"), MOVES)
def test_it_goes_there_once(
    provider: VmwareProvider,
    context: PlainContext,
    operator: Operator,
    ref: ResourceRef,
    action: str,
    params: dict[str, Any],
    before: str,
    after: str,
) -> None:
    machine = machine_of(operator, ref)
    if before == "suspended":
        operator.do(machine.SuspendVM_Task())
    else:
        operator.power(machine, before == "poweredOn")
    order = ordered(action, ref, **params)
    assert look(provider, order).seen is Seen.ABSENT
    receipt = send(provider, order)
    assert look(provider, order, facts=receipt.facts).seen is Seen.DONE
    assert look(provider, order).seen is Seen.DONE
    assert seen(provider, ref).state == after
    assert act(provider, order).seen is Seen.DONE
    assert context.changes == 1


def test_a_reset_is_told_by_its_task_alone(provider: VmwareProvider, ref: ResourceRef, operator: Operator) -> None:
    order = ordered("instance.reboot", ref, mode="hard")
    assert look(provider, order).seen is Seen.UNCLEAR
    receipt = send(provider, order)
    assert receipt.request_id.startswith("task-")
    assert look(provider, order, facts=receipt.facts).seen is Seen.DONE
    assert look(provider, order).seen is Seen.UNCLEAR
    done = [one.info for one in operator.content.taskManager.recentTask]
    assert [one.key for one in done if one.descriptionId == "VirtualMachine.reset"].count(receipt.request_id) == 1


def test_a_failed_task_is_told(provider: VmwareProvider, ref: ResourceRef, operator: Operator) -> None:
    order = ordered("instance.reboot", ref, mode="hard")
    operator.power(machine_of(operator, ref), False)
    outlook = act(provider, order)
    assert outlook.seen is Seen.FAILED
    assert "InvalidPowerState" in outlook.message


def test_the_simulator_cannot_ask_a_guest_to_reboot(provider: VmwareProvider, ref: ResourceRef) -> None:
    with pytest.raises(NotSupported):
        send(provider, ordered("instance.reboot", ref))


def test_the_simulator_gives_no_console(provider: VmwareProvider, context: PlainContext, ref: ResourceRef) -> None:
    order = ordered("instance.console", ref)
    assert look(provider, order).seen is Seen.ABSENT
    with pytest.raises(NotSupported):
        send(provider, order)
    assert context.changes == 0


@pytest.mark.parametrize("action", [one.values[0] for one in MOVES] + ["instance.reboot"])
def test_what_is_gone_is_not_found(provider: VmwareProvider, context: PlainContext, action: str) -> None:
    gone = ResourceRef(
        ResourceKind.INSTANCE, "50000000-0000-4000-8000-00000000dead", "", "datacenter-2", "VirtualMachine:vm-9"
    )
    with pytest.raises(ResourceNotFound):
        send(provider, ordered(action, gone))
    assert context.changes == 0


def test_a_reference_that_leads_elsewhere_is_not_followed(
    provider: VmwareProvider, operator: Operator, ref: ResourceRef
) -> None:
    """The instance was registered anew; its old reference is another's."""
    other = operator.machines()[0]
    moved = ref._replace(locator=f"VirtualMachine:{other._moId}")
    power = other.runtime.powerState
    assert act(provider, ordered("instance.stop", moved, mode="hard")).seen is Seen.DONE
    assert machine_of(operator, ref).runtime.powerState == "poweredOff"
    assert other.runtime.powerState == power
