"""The one way in which a request that changes something leaves, and the receipt for it."""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from mcm.contract import CallContext, InvalidRequest, ResourceNotFound, ResourceRef, UnexpectedResponse
from mcm.contract.actions import Order, Outlook, Receipt, Repeat, Step
from mcm_providers.vmware.client import Reference
from mcm_providers.vmware.errors import from_fault
from mcm_providers.vmware.faults import SoapFault
from mcm_providers.vmware.listing import Listing
from mcm_providers.vmware.property_collector import made
from mcm_providers.vmware.session import Session
from mcm_providers.vmware.soap import Element, operation


@dataclass(frozen=True, slots=True)
class Desk:
    """listing: reads labels as the inventory shows them."""

    session: Session
    listing: Listing

    @property
    def context(self) -> CallContext:
        return self.session.context

    def change(self, name: str, this: Reference, *parameters: str) -> Element:
        """Sends the one request; its answer. Not even a connection that died is a reason to send it again."""
        body = operation(name, this, *parameters)
        soap = self.session.soap
        self.context.sending()
        answer: Element | None = None
        try:
            for element in soap.stream(body, [f"{name}Response"], repeatable=False):
                answer = copy.deepcopy(element)
        except SoapFault as fault:
            raise _refusal(fault) from fault
        if answer is None:
            raise UnexpectedResponse(f"vCenter does not say whether it took {name}")
        return answer

    def start(self, order: Order, name: str, this: Reference, *parameters: str, **facts: str) -> Receipt:
        """`change` for a method that makes a task."""
        answer = self.change(name, this, *parameters)
        key = made(answer)[1]
        return Receipt({task_fact(order): key, **facts}, request_id=key)

    def end(self, order: Order, name: str, this: Reference, *parameters: str) -> Receipt:
        """`start` for what ends something: what is gone already is no error."""
        try:
            return self.start(order, name, this, *parameters)
        except ResourceNotFound:
            return sent(order)


class Deed(NamedTuple):
    """How one action is done: the adapter's three methods, for this action alone."""

    steps: Callable[[Order], Sequence[Step]]
    send: Callable[[Desk, Order], Receipt]
    look: Callable[[Desk, Order], Outlook]


def single(repeat: Repeat) -> Callable[[Order], Sequence[Step]]:
    """One step, called like the action."""
    return lambda order: [Step(order.action.partition(".")[2], repeat)]


def task_fact(order: Order) -> str:
    """The facts of all steps are kept together, so each step's task has a name of its own."""
    return f"task:{order.step or order.action.partition('.')[2]}"


def task_key(order: Order) -> str:
    return order.facts.get(task_fact(order), "")


def sent(order: Order, **facts: str) -> Receipt:
    """For a request that makes no task, and for what is so already."""
    return Receipt({f"sent:{order.step or order.action.partition('.')[2]}": "yes", **facts})


def was_sent(order: Order) -> bool:
    name = order.step or order.action.partition(".")[2]
    return f"sent:{name}" in order.facts or f"task:{name}" in order.facts


def target_of(order: Order) -> ResourceRef:
    if order.target is None:
        raise InvalidRequest(f"{order.action} needs a target")
    return order.target


def mark_of(order: Order) -> str:
    """How what was made for this order is found again."""
    return f"mcm-op={order.token}"


def _refusal(fault: SoapFault) -> Exception:
    """A fault in answer to a request that makes a task, or to one that is over at once, says that nothing was done;
    what that says is for the adapter's own table, and what it does not know is a refusal all the same."""
    error = from_fault(fault)
    if isinstance(error, UnexpectedResponse) and fault.name:
        return InvalidRequest(f"vCenter refuses it with {fault.name}: {fault.message}", native_code=fault.name)
    return error
