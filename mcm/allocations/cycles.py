"""In which order rules hand cost on, and that none gets back what it gave away. Pure.

Judged by what the rules say, not by the cost of one month: what goes round is refused when it is written, not when it
first happens. A rule that leaves a part where it took it from is none: nothing passes the same rule twice.
"""

from collections.abc import Sequence

from mcm.allocations.resolved import Payer, Rule, Tree, within

_ANYBODY = (Payer(),)


class CyclicRules(ValueError):
    """`names`: the rules that hand cost round, the first one again at the end."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(" → ".join(names))
        self.names = list(names)


def ordered(rules: Sequence[Rule], tree: Tree) -> list[Rule]:
    """Each behind all that may hand something on to it; by position where it is all one. Raises CyclicRules."""
    waiting = sorted(rules, key=lambda rule: rule.order)
    giving = {
        rule.name: {other.name for other in waiting if other is not rule and _may_give(other, rule, tree)}
        for rule in waiting
    }
    found: list[Rule] = []
    while waiting:
        left = {rule.name for rule in waiting}
        free = next((rule for rule in waiting if not giving[rule.name] & left), None)
        if free is None:
            raise CyclicRules(_round(waiting[0].name, {name: giving[name] & left for name in left}))
        waiting.remove(free)
        found.append(free)
    return found


def _round(start: str, giving: dict[str, set[str]]) -> list[str]:
    """Every one of these has a giver among them: going back from giver to giver ends in a ring."""
    path = [start]
    while True:
        before = min(giving[path[-1]])
        if before in path:
            return [before, *reversed(path[path.index(before) :])]
        path.append(before)


def _may_give(giver: Rule, taker: Rule, tree: Tree) -> bool:
    """Whether something that the giver has shared could fit the taker."""
    match = taker.document.match
    if not match.of_payers or giver.missing or taker.missing or not _together(giver, taker):
        return False
    for payer in giver.payers or _ANYBODY:
        tenants = _tenants(giver, payer)
        if not (
            _overlaps(payer.application, giver.document.match.application, match.application)
            and _overlaps(payer.cost_center, giver.document.match.cost_center, match.cost_center)
        ):
            continue
        if taker.tenant_ids is None or tenants is None:
            if taker.tenant_ids is None or _spares(giver, taker, tree) is False:
                return True
        elif any(within(one, taker.tenant_ids, tree) for one in tenants):
            return True
    return False


def _together(giver: Rule, taker: Rule) -> bool:
    """Whether there is a month in which both hold."""
    one, other = giver.document, taker.document
    return not (
        (one.until and other.since and one.until < other.since)
        or (other.until and one.since and other.until < one.since)
    )


def _tenants(giver: Rule, payer: Payer) -> frozenset[str] | None:
    """None: it could be any."""
    if giver.payers is None:
        return None
    return frozenset({payer.tenant_id}) if payer.tenant_id is not None else giver.tenant_ids


def _spares(giver: Rule, taker: Rule, tree: Tree) -> bool:
    """Whether a rule that gives to all tenants leaves out everybody that the other takes from."""
    if giver.payers is not None or taker.tenant_ids is None:
        return False
    spared = giver.excluded | (giver.tenant_ids or frozenset())
    return all(within(one, spared, tree) for one in taker.tenant_ids)


def _overlaps(given: str | None, kept: Sequence[str] | None, wanted: Sequence[str] | None) -> bool:
    if wanted is None:
        return True
    if given is not None:
        return given in wanted
    return kept is None or bool(set(kept) & set(wanted))
