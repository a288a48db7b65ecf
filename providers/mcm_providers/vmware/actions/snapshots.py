"""Snapshots of an instance. What is made carries the order's token in its description."""

from mcm.contract import InvalidRequest, ResourceKind, ResourceNotFound
from mcm.contract.actions import Order, Outlook, Receipt, Repeat, Seen
from mcm.contract.actions.params import Revert, Snapshot
from mcm_providers.vmware.actions.desk import Deed, Desk, mark_of, sent, single, target_of
from mcm_providers.vmware.actions.machine import (
    RECENT,
    UUID,
    Machine,
    escaped,
    find,
    judged,
    snapshot_trees,
    snapshot_value,
    target,
    task_of,
)
from mcm_providers.vmware.content import dig
from mcm_providers.vmware.soap import text

_TYPE, _TREES = "VirtualMachineSnapshot", "snapshot"
_MAKES = ("createsnapshot",)
_REVERTS = ("reverttosnapshot", "revertsnapshot", "revert")
_REMOVES = ("removesnapshot", "remove")


def _send_make(desk: Desk, order: Order) -> Receipt:
    machine, params = target(desk, order), order.params
    if not isinstance(params, Snapshot):
        raise InvalidRequest(f"{order.action} is not asked for in this way")
    return desk.start(
        order,
        "CreateSnapshot_Task",
        machine.reference,
        text("name", escaped(params.name)),
        text("description", mark_of(order)),
        text("memory", "true" if params.memory else "false"),
        text("quiesce", "false"),
    )


def _look_make(desk: Desk, order: Order) -> Outlook:
    machine = find(desk, target_of(order), RECENT, _TREES)
    if machine is None:
        return Outlook(Seen.FAILED, message="the instance is gone")
    mark = mark_of(order)
    for tree in snapshot_trees(machine):
        if mark in str(tree.get("description") or ""):
            ref = machine.ref(ResourceKind.SNAPSHOT, target_of(order).region)
            made = ref._replace(native_id=f"{machine.found.get(UUID) or machine.value}:{tree['snapshot']}")
            # It is in the tree before its memory is written.
            task = task_of(desk, order, machine, *_MAKES)
            busy = task is not None and task.underway
            percent = task.percent if task is not None and busy else None
            return Outlook(Seen.UNDERWAY if busy else Seen.DONE, percent, made=made)
    return judged(desk, order, machine, False, *_MAKES)


def _send_revert(desk: Desk, order: Order) -> Receipt:
    machine = target(desk, order, _TREES)
    value = _wanted(order)
    if not _has(machine, value):
        raise ResourceNotFound(f"the instance has no snapshot '{value}'")
    return desk.start(order, "RevertToSnapshot_Task", (_TYPE, value))


def _look_revert(desk: Desk, order: Order) -> Outlook:
    """Where the snapshot is not the current one, nothing was reverted; where it is, it may have been before."""
    machine = find(desk, target_of(order), RECENT, _TREES)
    if machine is None:
        return Outlook(Seen.FAILED, message="the instance is gone")
    current = str(dig(machine.found.get(_TREES), "currentSnapshot") or "") == _wanted(order)
    task = task_of(desk, order, machine, *_REVERTS)
    outlook = judged(desk, order, machine, current and task is not None and task.succeeded, *_REVERTS)
    return Outlook(Seen.UNCLEAR) if outlook.seen is Seen.ABSENT and current else outlook


def _send_delete(desk: Desk, order: Order) -> Receipt:
    machine = find(desk, target_of(order), _TREES)
    value = snapshot_value(target_of(order).native_id)
    if machine is None or not _has(machine, value):
        return sent(order)
    return desk.end(
        order, "RemoveSnapshot_Task", (_TYPE, value), text("removeChildren", "false"), text("consolidate", "true")
    )


def _look_delete(desk: Desk, order: Order) -> Outlook:
    """Out of the tree at once; its disks are merged for as long as the task takes."""
    machine = find(desk, target_of(order), RECENT, _TREES)
    if machine is None:
        return Outlook(Seen.DONE)
    gone = not _has(machine, snapshot_value(target_of(order).native_id))
    return judged(desk, order, machine, gone, *_REMOVES)


def _has(machine: Machine, value: str) -> bool:
    return any(str(tree.get("snapshot")) == value for tree in snapshot_trees(machine))


def _wanted(order: Order) -> str:
    if not isinstance(order.params, Revert):
        raise InvalidRequest(f"{order.action} is not asked for in this way")
    return snapshot_value(order.params.snapshot)


DEEDS = {
    "instance.snapshot": Deed(single(Repeat.LOOK), _send_make, _look_make),
    "instance.revert": Deed(single(Repeat.NEVER), _send_revert, _look_revert),
    "snapshot.delete": Deed(single(Repeat.NEVER), _send_delete, _look_delete),
}
