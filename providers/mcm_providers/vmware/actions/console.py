"""A way to an instance's screen: a ticket that is good for one connection, for some minutes.

https://developer.broadcom.com/xapis/vsphere-web-services-api/latest/vim.VirtualMachine.html#acquireTicket
"""

from mcm.contract import UnexpectedResponse
from mcm.contract.actions import Order, Outlook, Receipt, Repeat, Seen
from mcm_providers.vmware.actions.desk import Deed, Desk, sent, single, was_sent
from mcm_providers.vmware.actions.machine import target
from mcm_providers.vmware.content import dig, value_of
from mcm_providers.vmware.soap import VIM, operation, text

_KIND = "webmks"


def _send(desk: Desk, order: Order) -> Receipt:
    """Changes nothing, so an answer that was lost is simply asked for again."""
    machine = target(desk, order)
    answer = desk.session.call(operation("AcquireTicket", machine.reference, text("ticketType", _KIND)))
    given = answer.find(f"{VIM}returnval")
    ticket = value_of(given) if given is not None else None
    host = dig(ticket, "host") or desk.session.transport.host
    url = dig(ticket, "url") or f"wss://{host}:{dig(ticket, 'port') or 443}/ticket/{dig(ticket, 'ticket')}"
    if not dig(ticket, "ticket"):
        raise UnexpectedResponse("vCenter gives no ticket for the console")
    receipt = sent(order)
    return Receipt(receipt.facts, shown={"url": str(url), "type": _KIND})


def _look(_: Desk, order: Order) -> Outlook:
    return Outlook(Seen.DONE if was_sent(order) else Seen.ABSENT)


DEEDS = {"instance.console": Deed(single(Repeat.HARMLESS), _send, _look)}
