"""The end of an instance: switched off first where it runs, as vSphere destroys nothing that runs."""

from mcm.contract.actions import Order, Outlook, Receipt, Repeat, Seen, Step
from mcm_providers.vmware.actions.desk import Deed, Desk, sent, target_of
from mcm_providers.vmware.actions.machine import ON, RECENT, find, judged
from mcm_providers.vmware.actions.power import POWER_OFF, POWER_ON, move, moved

# do → undo: what could not be destroyed runs as before.
_STEPS = [Step("power_off", Repeat.HARMLESS, undo="power_on"), Step("destroy", Repeat.NEVER)]
_WAS = "was"


def _send(desk: Desk, order: Order) -> Receipt:
    machine = find(desk, target_of(order))
    if machine is None:
        return sent(order)
    match order.step:
        case "power_off":
            receipt = move(desk, order, machine, POWER_OFF)
            return Receipt({**receipt.facts, _WAS: machine.power}, request_id=receipt.request_id)
        case "power_on":
            return move(desk, order, machine, POWER_ON) if order.facts.get(_WAS) == ON else sent(order)
    return desk.end(order, "Destroy_Task", machine.reference)


def _look(desk: Desk, order: Order) -> Outlook:
    ref = target_of(order)
    if order.step == "power_on":
        return moved(desk, order, ref, POWER_ON) if order.facts.get(_WAS) == ON else Outlook(Seen.DONE)
    machine = find(desk, ref, RECENT)
    if machine is None:
        return Outlook(Seen.DONE)
    if order.step == "power_off":
        return judged(desk, order, machine, machine.power == POWER_OFF.state, *POWER_OFF.verbs)
    return judged(desk, order, machine, False, "destroy")


DEEDS = {"instance.delete": Deed(lambda _: _STEPS, _send, _look)}
