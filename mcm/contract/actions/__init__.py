"""The action model: what can be asked of a cloud (`table.py`), with which parameters, and how an adapter does it."""

from mcm.contract.actions.action import Action, Bill, Effect
from mcm.contract.actions.actor import Actor, Order, Outlook, Receipt, Repeat, Seen, Step
from mcm.contract.actions.params import Params, PowerParams
from mcm.contract.actions.proven import proven_beside
from mcm.contract.actions.table import ACTIONS

__all__ = [
    "ACTIONS",
    "Action",
    "Actor",
    "Bill",
    "Effect",
    "Order",
    "Outlook",
    "Params",
    "PowerParams",
    "Receipt",
    "Repeat",
    "Seen",
    "Step",
    "proven_beside",
]
