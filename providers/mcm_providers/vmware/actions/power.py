"""Power: on, off, suspended, reset."""

from typing import NamedTuple

from mcm.contract import InvalidRequest, ResourceBusy, ResourceRef
from mcm.contract.actions import Order, Outlook, Receipt, Repeat, Seen
from mcm.contract.actions.params import PowerParams
from mcm_providers.vmware.actions.desk import Deed, Desk, sent, single, target_of, was_sent
from mcm_providers.vmware.actions.machine import (
    OFF,
    ON,
    RECENT,
    SUSPENDED,
    Machine,
    find,
    judged,
    target,
)
from mcm_providers.vmware.errors import TOOLS_MISSING


class Move(NamedTuple):
    """method: the one that makes a task. state: where it leads. verbs: what vCenter calls its task."""

    method: str
    state: str
    verbs: tuple[str, ...]


POWER_ON = Move("PowerOnVM_Task", ON, ("poweron", "executevmpoweronlro"))
POWER_OFF = Move("PowerOffVM_Task", OFF, ("poweroff",))
_SUSPEND = Move("SuspendVM_Task", SUSPENDED, ("suspend",))
_RESET = Move("ResetVM_Task", ON, ("reset",))
_MOVES = {
    "instance.start": POWER_ON,
    "instance.stop": POWER_OFF,
    "instance.suspend": _SUSPEND,
    "instance.resume": POWER_ON,
}


def move(desk: Desk, order: Order, machine: Machine, way: Move) -> Receipt:
    """Nothing is sent to what is there already."""
    if machine.power == way.state:
        return sent(order)
    return desk.start(order, way.method, machine.reference)


def moved(desk: Desk, order: Order, ref: ResourceRef, way: Move) -> Outlook:
    machine = find(desk, ref, RECENT)
    if machine is None:
        return Outlook(Seen.FAILED, message="the instance is gone")
    return judged(desk, order, machine, machine.power == way.state, *way.verbs)


def _send(desk: Desk, order: Order) -> Receipt:
    machine = target(desk, order)
    if order.action == "instance.stop":
        if machine.power == SUSPENDED:
            raise ResourceBusy("the instance is suspended; switching it off would lose its memory: resume it first")
        if _soft(order) and machine.power == ON:
            return _ask_guest(desk, order, machine, "ShutdownGuest")
    return move(desk, order, machine, _MOVES[order.action])


def _look(desk: Desk, order: Order) -> Outlook:
    way = _MOVES[order.action]
    outlook = moved(desk, order, target_of(order), way)
    # The guest shuts itself down, without a task; it is on its way once it was asked.
    asked = order.action == "instance.stop" and _soft(order) and was_sent(order)
    return Outlook(Seen.UNDERWAY) if asked and outlook.seen is Seen.ABSENT else outlook


def _send_reboot(desk: Desk, order: Order) -> Receipt:
    machine = target(desk, order)
    if _soft(order):
        return _ask_guest(desk, order, machine, "RebootGuest")
    return desk.start(order, _RESET.method, machine.reference)


def _look_reboot(desk: Desk, order: Order) -> Outlook:
    """A guest that was asked to reboot does so unseen: it stays poweredOn, and its boot time is that of the power. A
    reset leaves nothing but its task."""
    machine = find(desk, target_of(order), RECENT)
    if machine is None:
        return Outlook(Seen.FAILED, message="the instance is gone")
    outlook = judged(desk, order, machine, was_sent(order) and machine.power == ON, *_RESET.verbs)
    if outlook.seen is Seen.ABSENT:
        return Outlook(Seen.UNDERWAY if was_sent(order) else Seen.UNCLEAR)
    return outlook


def _ask_guest(desk: Desk, order: Order, machine: Machine, method: str) -> Receipt:
    try:
        desk.change(method, machine.reference)
    except InvalidRequest as error:
        if error.native_code != TOOLS_MISSING:
            raise
        raise InvalidRequest(
            "VMware Tools do not run in this instance, so its operating system cannot be asked: use mode 'hard'",
            native_code=error.native_code,
        ) from error
    return sent(order)


def _soft(order: Order) -> bool:
    return isinstance(order.params, PowerParams) and order.params.mode == "soft"


DEEDS = {
    **dict.fromkeys(_MOVES, Deed(single(Repeat.HARMLESS), _send, _look)),
    "instance.reboot": Deed(single(Repeat.NEVER), _send_reboot, _look_reboot),
}
