"""Shares cost by rules. Pure, exact, and indifferent to the order of what it is given.

A piece is shared by the first rule (by position) that fits; what a rule gave is shared on by rules that name its payer.
Every part carries the charges it comes from and the rules that led to it, and the parts of a piece add up to it to the
last digit. What a rule cannot share, as there is nothing to share by, stays where it was and says so.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from mcm.allocations.cycles import ordered
from mcm.allocations.pieces import ZERO, Piece, added, merged
from mcm.allocations.resolved import Payer, Rule, Tree, within
from mcm.kit.money import shares

_ONE = Decimal(1)
Weighted = list[tuple[Payer, Decimal]]


def allocate(pieces: Iterable[Piece], rules: Sequence[Rule], tree: Tree) -> list[Piece]:
    """pieces: original ones. Returns parts, in an order that follows from them alone. Raises CyclicRules."""
    turns = ordered(rules, tree)
    by_order = sorted(rules, key=lambda rule: rule.order)
    # Whatever was given by a rule fits no others.
    of_payers = [rule for rule in by_order if rule.document.match.of_payers]
    found: list[Piece] = []
    inflow: dict[str, list[Piece]] = defaultdict(list)
    for piece in merged(pieces):
        _hand_on(piece, by_order, tree, inflow, found)
    direct = list(found)
    scales: dict[tuple[str, str, str], Weighted] = {}
    for rule in turns:
        for piece in sorted(inflow.pop(rule.name, []), key=_place):
            about = (rule.name, piece.month, piece.currency)
            if about not in scales:
                scales[about] = _weights(rule, direct, piece.month, piece.currency, tree)
            if rule.missing or not scales[about]:
                found.append(replace(piece, left="names_unknown" if rule.missing else "nothing_to_share_by"))
                continue
            for part in _parts(piece, rule, scales[about]):
                _hand_on(part, of_payers, tree, inflow, found)
    return sorted(found, key=_place)


def _hand_on(
    piece: Piece, rules: Sequence[Rule], tree: Tree, inflow: dict[str, list[Piece]], found: list[Piece]
) -> None:
    rule = next((rule for rule in rules if rule.fits(piece, tree)), None) if piece.amount else None
    if rule is None:
        found.append(piece)
    else:
        inflow[rule.name].append(piece)


def _parts(piece: Piece, rule: Rule, scale: Weighted) -> list[Piece]:
    amounts = shares(piece.amount, [weight for _, weight in scale])
    return [
        replace(
            piece,
            amount=amount,
            quantity=None,
            unit=None,
            tenant_id=payer.tenant_id or piece.tenant_id,
            application=payer.application or piece.application,
            cost_center=payer.cost_center or piece.cost_center,
            trail=(*piece.trail, rule.name),
        )
        for (payer, _), amount in zip(scale, amounts, strict=True)
        if amount
    ]


def _weights(rule: Rule, direct: Sequence[Piece], month: str, currency: str, tree: Tree) -> Weighted:
    """Who pays which part, in the order of the payers' keys; empty when there is nothing to share by."""
    share = rule.document.share
    costs = [piece for piece in direct if piece.month == month and not piece.trail and piece.kind == "charge"]
    payers = rule.payers
    if payers is None:
        payers = tuple(Payer(tenant_id) for tenant_id in _paying(rule, costs, tree))
    payers = tuple(sorted(payers, key=lambda payer: payer.key))
    if share.method == "even":
        scale = [(payer, _ONE) for payer in payers]
    elif share.method == "fixed" or share.by == "measure":
        scale = [(payer, payer.weight or ZERO) for payer in payers]
    else:
        scale = [(payer, _direct(payer, rule, costs, currency, tree)) for payer in payers]
    if any(weight for _, weight in scale):
        return scale
    return [(payer, _ONE) for payer in payers] if share.otherwise == "even" else []


def _paying(rule: Rule, costs: Sequence[Piece], tree: Tree) -> list[str]:
    """Tenants with cost of their own, but those it is taken from and those that are excepted."""
    spared = rule.excluded | (rule.tenant_ids or frozenset())
    found = {piece.tenant_id for piece in costs if piece.tenant_id is not None and piece.amount > ZERO}
    return sorted(one for one in found if not within(one, spared, tree))


def _direct(payer: Payer, rule: Rule, costs: Sequence[Piece], currency: str, tree: Tree) -> Decimal:
    share = rule.document.share
    own = [piece for piece in costs if _pays(payer, piece, rule, tree)]
    if share.by == "usage":
        found = added(piece.quantity for piece in own if piece.unit == share.unit and piece.quantity is not None)
    else:
        found = added(piece.amount for piece in own if piece.currency == currency)
    # A credit larger than the cost gives nobody a share of what is below zero.
    return max(found, ZERO)


def _pays(payer: Payer, piece: Piece, rule: Rule, tree: Tree) -> bool:
    if payer.tenant_id is not None:
        # Of all tenants each pays for itself; of those that are named, for all below them.
        whole = {payer.tenant_id}
        inside = piece.tenant_id == payer.tenant_id if rule.payers is None else within(piece.tenant_id, whole, tree)
        if not inside:
            return False
    return payer.application in (None, piece.application) and payer.cost_center in (None, piece.cost_center)


def _place(piece: Piece) -> tuple[object, ...]:
    """The name of its source follows from all that it is."""
    payer = (piece.tenant_id or "", piece.application or "", piece.cost_center or "")
    return piece.source, piece.trail, payer, piece.amount
