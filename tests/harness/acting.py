"""Drives an adapter's actions as mcm does: one request for each step, then looks until it is over. No database."""

import time
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mcm.contract import ResourceRef
from mcm.contract.actions import ACTIONS, Actor, Order, Outlook, Receipt, Seen
from tests import proofs

_PAUSE_S = 0.1


def ordered(action: str, target: ResourceRef | None = None, region: str = "", **params: Any) -> Order:
    """An order with a token of its own and parameters as somebody would give them."""
    where = region or (target.region if target is not None else "")
    return Order(action, target, where, ACTIONS[action].params.model_validate(params), f"mcm-{uuid.uuid4().hex}")


def act(actor: Actor, order: Order, timeout_s: float = 30.0) -> Outlook:
    """All steps to their end; the last look, with what was made and all facts. Ends with the first that FAILED.

    timeout_s: for each step. Raises AssertionError when a step comes to no end, and what `send` and `look` raise."""
    made, facts = None, dict(order.facts)
    last = Outlook(Seen.UNCLEAR)
    for step in actor.steps(order):
        current = replace(order, step=step.name, facts=facts)
        receipt = actor.send(current)
        facts |= receipt.facts
        made = receipt.made or made
        last = until_over(actor, replace(current, facts=facts), timeout_s)
        facts |= last.facts
        made = last.made or made
        if last.seen is Seen.FAILED:
            break
    return replace(last, made=made, facts=facts)


def until_over(actor: Actor, order: Order, timeout_s: float = 30.0) -> Outlook:
    """Looks until the step is DONE or has FAILED."""
    until = time.monotonic() + timeout_s
    facts: dict[str, str] = dict(order.facts)
    while True:
        outlook = actor.look(replace(order, facts=facts))
        facts |= outlook.facts
        if outlook.seen is Seen.DONE:
            proofs.note(actor, order.action)
        if outlook.seen in (Seen.DONE, Seen.FAILED):
            return replace(outlook, facts=facts)
        assert time.monotonic() < until, f"{order.action}: {order.step} is still {outlook.seen} after {timeout_s} s"
        time.sleep(_PAUSE_S)


def send(actor: Actor, order: Order, step: str = "", facts: Mapping[str, str] | None = None) -> Receipt:
    """One step's request; the first step's where none is named."""
    return actor.send(at(actor, order, step, facts))


def look(actor: Actor, order: Order, step: str = "", facts: Mapping[str, str] | None = None) -> Outlook:
    """One look; without facts, as after a crash in which the receipt was lost."""
    outlook = actor.look(at(actor, order, step, facts))
    if outlook.seen is Seen.DONE:
        proofs.note(actor, order.action)
    return outlook


def at(actor: Actor, order: Order, step: str = "", facts: Mapping[str, str] | None = None) -> Order:
    return replace(order, step=step or actor.steps(order)[0].name, facts=dict(facts or {}))
