"""What a task says while it runs, when it has failed, when it is forgotten, and when nobody has its receipt."""

import pytest

from mcm.contract.actions import Seen
from tests.harness.acting import look, ordered, send
from tests.providers.vmware.actions.scripted import (
    INSTANCE,
    instance,
    machine,
    number,
    script,
    started,
    task,
    task_error,
)
from tests.providers.vmware.vcenter import Vcenter

OFF = {"runtime__powerState": "poweredOff"}
FACTS = {"task:start": "task-1"}


@pytest.mark.parametrize(("state", "percent"), [("queued", None), ("running", 42)])
def test_a_task_under_way_is_waited_for(state: str, percent: int | None) -> None:
    known = {"progress": number(percent)} if percent is not None else {}
    objects = instance(machine(**OFF), task_1=task(state, **known))
    with Vcenter(script(objects)) as vcenter:
        outlook = look(vcenter.connect(), ordered("instance.start", INSTANCE), facts=FACTS)
    assert (outlook.seen, outlook.percent) == (Seen.UNDERWAY, percent)


def test_the_task_is_the_request_id() -> None:
    objects = instance(machine(**OFF))
    with Vcenter(script(objects, PowerOnVM_Task=started("PowerOnVM_Task"))) as vcenter:
        receipt = send(vcenter.connect(), ordered("instance.start", INSTANCE))
    assert receipt.request_id == "task-1"
    assert receipt.facts == FACTS


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (task_error("InsufficientResourcesFault", "The host has no memory left."), "The host has no memory left."),
        (task_error("FileLocked", ""), ""),
    ],
)
def test_a_failed_task_is_told_in_vcenters_words(error: str, said: str) -> None:
    objects = instance(machine(**OFF), task_1=task("error", error=error))
    with Vcenter(script(objects)) as vcenter:
        outlook = look(vcenter.connect(), ordered("instance.start", INSTANCE), facts=FACTS)
    assert (outlook.seen, outlook.message) == (Seen.FAILED, said)


def test_a_failed_task_does_not_matter_where_it_is_so_all_the_same() -> None:
    objects = instance(machine(), task_1=task("error", error=task_error("InvalidPowerState", "It is on.")))
    with Vcenter(script(objects)) as vcenter:
        assert look(vcenter.connect(), ordered("instance.start", INSTANCE), facts=FACTS).seen is Seen.DONE


@pytest.mark.parametrize(("power", "seen"), [("poweredOn", Seen.DONE), ("poweredOff", Seen.ABSENT)])
def test_a_forgotten_task_leaves_the_state_to_tell(power: str, seen: Seen) -> None:
    with Vcenter(script(instance(machine(runtime__powerState=power)))) as vcenter:
        assert look(vcenter.connect(), ordered("instance.start", INSTANCE), facts=FACTS).seen is seen


def test_the_state_may_come_after_the_tasks_end() -> None:
    with Vcenter(script(instance(machine(**OFF), task_1=task("success")))) as vcenter:
        assert look(vcenter.connect(), ordered("instance.start", INSTANCE), facts=FACTS).seen is Seen.UNDERWAY


def test_without_a_receipt_a_task_under_way_is_found_at_the_instance() -> None:
    recent = machine(**OFF, recentTask=[("Task", "task-1"), ("Task", "task-2"), ("Task", "task-3")])
    others = {"task_1": task("success"), "task_2": task("running", "VirtualMachine.reconfigure")}
    objects = instance(recent, **others, task_3=task("running", "VirtualMachine.powerOn"))
    with Vcenter(script(objects)) as vcenter:
        outlook = look(vcenter.connect(), ordered("instance.start", INSTANCE))
    assert outlook.seen is Seen.UNDERWAY
    assert outlook.facts == {"task:start": "task-3"}


def test_a_reset_under_way_is_found_without_a_receipt() -> None:
    objects = instance(machine(recentTask=[("Task", "task-1")]), task_1=task("running", "VirtualMachine.reset"))
    with Vcenter(script(objects)) as vcenter:
        outlook = look(vcenter.connect(), ordered("instance.reboot", INSTANCE, mode="hard"))
    assert outlook.seen is Seen.UNDERWAY
    assert outlook.facts == {"task:reboot": "task-1"}


def test_a_snapshot_is_there_before_its_memory_is_written() -> None:
    order = ordered("instance.snapshot", INSTANCE, name="one", memory=True)
    tree = (
        '<val xsi:type="VirtualMachineSnapshotInfo"><currentSnapshot type="VirtualMachineSnapshot">snapshot-1'
        "</currentSnapshot><rootSnapshotList>"
        '<snapshot type="VirtualMachineSnapshot">snapshot-1</snapshot><vm type="VirtualMachine">vm-7</vm>'
        f"<name>one</name><description>mcm-op={order.token}</description></rootSnapshotList></val>"
    )
    recent = machine(snapshot=tree, recentTask=[("Task", "task-1")])
    running = task("running", "VirtualMachine.createSnapshot", progress=number(30))
    with Vcenter(script(instance(recent, task_1=running))) as vcenter:
        outlook = look(vcenter.connect(), order)
    assert (outlook.seen, outlook.percent) == (Seen.UNDERWAY, 30)
    assert outlook.made is not None
    assert outlook.made.native_id == f"{INSTANCE.native_id}:snapshot-1"
