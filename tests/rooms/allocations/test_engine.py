"""Sharing cost: conserved to the last digit, whatever the order, each part traceable; rings are refused."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcm.allocations.cycles import CyclicRules, ordered
from mcm.allocations.documents import RuleDocument
from mcm.allocations.engine import allocate
from mcm.allocations.pieces import Piece, merged
from mcm.allocations.resolved import Payer, Rule

TENANTS = ("a", "b", "c", "it")
TREE = {"a": ("a", "top"), "b": ("b", "top"), "c": ("c", "b", "top"), "it": ("it",), "top": ("top",)}
AMOUNT = st.integers(-(10**22), 10**22).map(lambda units: Decimal(units).scaleb(-18))


def rule(name: str, position: int, match: dict[str, Any], share: dict[str, Any], **more: Any) -> Rule:
    """With names of tenants and accounts that are their own ids."""
    document = RuleDocument.model_validate({"name": name, "position": position, "match": match, "share": share, **more})
    targets = document.share.to
    payers = None
    if not isinstance(targets, str):
        payers = tuple(
            Payer(one.tenant, one.application, one.cost_center, one.percent if one.percent is not None else one.value)
            for one in targets
        )
    wanted = document.match
    return Rule(
        document,
        frozenset(wanted.tenant) if wanted.tenant else None,
        frozenset(wanted.account) if wanted.account else None,
        payers,
        frozenset(document.share.excluded or ()),
    )


def to(*tenants: str, **more: str) -> list[dict[str, Any]]:
    return [{"tenant": tenant, **({"percent": more[tenant]} if more else {})} for tenant in tenants]


PIECE = st.builds(
    Piece,
    month=st.sampled_from(("2026-10", "2026-11")),
    currency=st.sampled_from(("CNY", "USD")),
    amount=AMOUNT,
    account_id=st.sampled_from(("x", "y")),
    service=st.sampled_from(("compute", "network", None)),
    tenant_id=st.sampled_from(TENANTS),
    linked=st.booleans(),
    tags=st.sampled_from(((), (("team", "red"),), (("team", "blue"),))),
    unit=st.sampled_from(("Hours", "GB")),
    quantity=st.one_of(st.none(), st.integers(0, 10**6).map(Decimal)),
)
SHARE = st.one_of(
    st.just({"method": "even", "to": to("a", "b", "c")}),
    st.just({"method": "even", "to": "tenants", "except": ["it"]}),
    st.just({"method": "fixed", "to": to("a", "b", "c", a="33.3", b="33.3", c="33.4")}),
    st.sampled_from(("leave", "even")).map(
        lambda way: {"method": "proportional", "by": "cost", "to": "tenants", "except": ["it"], "otherwise": way}
    ),
    st.just({"method": "proportional", "by": "usage", "unit": "Hours", "to": to("a", "b")}),
    st.just(
        {
            "method": "proportional",
            "by": "measure",
            "measure": "people",
            "to": [{"tenant": "a", "value": "7"}, {"cost_center": "k", "value": "0.1"}, {"tenant": "c", "value": 0}],
        }
    ),
)
MATCHES: list[dict[str, Any]] = [
    {"shared": True},
    {"service": "net*"},
    {"untagged": "team"},
    {"tag": {"team": "*"}},
    {"account": "x"},
]
MATCH = st.sampled_from(MATCHES)
RULES = st.tuples(MATCH, SHARE, MATCH, SHARE, SHARE).map(
    lambda found: [
        rule("first", 1, found[0], found[1]),
        rule("second", 2, found[2], found[3]),
        # What the others gave to `it` or was its own goes on to the rest.
        rule("of-it", 3, {"tenant": "it"}, found[4]),
    ]
)


def total(pieces: list[Piece]) -> Counter[tuple[str, str]]:
    """In whole numbers of the 18th place: another arithmetic than the engine's."""
    found: Counter[tuple[str, str]] = Counter()
    for piece in pieces:
        sign, digits, exponent = piece.amount.as_tuple()
        assert isinstance(exponent, int)
        units = int("".join(map(str, digits))) * 10 ** (18 + exponent)
        found[piece.month, piece.currency] += -units if sign else units
    return Counter({key: units for key, units in found.items() if units})


@settings(deadline=None, max_examples=150)
@given(st.lists(PIECE, max_size=12), RULES)
def test_nothing_is_lost_and_nothing_is_made(pieces: list[Piece], rules: list[Rule]) -> None:
    parts = allocate(pieces, rules, TREE)
    assert total(parts) == total(pieces)
    sources = {piece.source: piece.amount for piece in merged(pieces)}
    by_source: dict[str, Decimal] = {}
    for part in parts:
        assert part.source in sources
        by_source[part.source] = by_source.get(part.source, Decimal(0)) + Decimal(int(part.amount.scaleb(18)))
    assert by_source == {source: Decimal(int(amount.scaleb(18))) for source, amount in sources.items()}


@settings(deadline=None, max_examples=80)
@given(st.data(), st.lists(PIECE, max_size=10), RULES)
def test_the_order_of_what_is_given_is_all_one(data: st.DataObject, pieces: list[Piece], rules: list[Rule]) -> None:
    shuffled = data.draw(st.permutations(pieces))
    # One row split in two that add up to it is the same cost.
    split = [piece for one in shuffled for piece in _halves(one)]
    once, again = allocate(pieces, rules, TREE), allocate(split, list(reversed(rules)), TREE)
    assert [(one.amount, one.tenant_id, one.cost_center, one.trail, one.source) for one in once] == [
        (one.amount, one.tenant_id, one.cost_center, one.trail, one.source) for one in again
    ]


def _halves(piece: Piece) -> list[Piece]:
    half = replace(piece, amount=Decimal("0.5"), quantity=None if piece.quantity is None else Decimal(0))
    rest = Decimal(int(piece.amount.scaleb(18)) - 5 * 10**17).scaleb(-18)
    return [half, replace(piece, amount=rest)]


def test_by_hand() -> None:
    own = [Piece("2026-11", "EUR", Decimal(amount), tenant_id=who) for who, amount in (("a", 60), ("b", 20), ("c", 20))]
    support = Piece("2026-11", "EUR", Decimal("0.10"), tenant_id="it", service="support", linked=False)
    shared = rule("s", 1, {"shared": True}, {"method": "proportional", "by": "cost", "to": "tenants"})
    parts = {one.tenant_id: one for one in allocate([*own, support], [shared], TREE) if one.trail}
    assert {who: one.amount for who, one in parts.items()} == {
        "a": Decimal("0.06"),
        "b": Decimal("0.02"),
        "c": Decimal("0.02"),
    }
    assert {(one.trail, one.service, one.quantity) for one in parts.values()} == {(("s",), "support", None)}
    # A named tenant stands for all below it.
    named = rule("s", 1, {"shared": True}, {"method": "proportional", "by": "cost", "to": to("a", "b")})
    amounts = {one.tenant_id: one.amount for one in allocate([*own, support], [named], TREE) if one.trail}
    assert amounts == {"a": Decimal("0.06"), "b": Decimal("0.04")}


def test_the_first_rule_that_fits_shares_and_what_cannot_be_shared_stays_and_says_so() -> None:
    cost = Piece("2026-11", "EUR", Decimal(3), tenant_id="it", service="network", linked=False)
    rules = [
        rule("none", 1, {"service": "network"}, {"method": "proportional", "by": "cost", "to": to("a", "b")}),
        rule("late", 2, {"shared": True}, {"method": "even", "to": to("a", "b")}),
    ]
    (kept,) = allocate([cost], rules, TREE)
    assert (kept.amount, kept.left, kept.trail, kept.tenant_id) == (Decimal(3), "nothing_to_share_by", (), "it")
    over = [rule("none", 1, {"service": "network"}, {"method": "even", "to": to("a")}, until="2026-10"), rules[1]]
    assert [one.trail for one in allocate([cost], over, TREE)] == [("late",), ("late",)]


def test_steps_follow_each_other() -> None:
    cost = Piece("2026-11", "EUR", Decimal(9), tenant_id="top", linked=False)
    rules = [
        rule("to-it", 2, {"shared": True}, {"method": "even", "to": to("it")}),
        rule("of-it", 1, {"tenant": "it"}, {"method": "even", "to": to("a", "b", "c")}),
    ]
    parts = allocate([cost], rules, TREE)
    assert [(one.tenant_id, one.amount, one.trail) for one in parts] == [
        (who, Decimal(3), ("to-it", "of-it")) for who in ("a", "b", "c")
    ]


@pytest.mark.parametrize(
    "shares",
    [
        [({"tenant": "a"}, to("b")), ({"tenant": "b"}, to("a"))],
        [({"tenant": "a"}, to("b")), ({"tenant": "c"}, to("a")), ({"tenant": "b"}, to("c"))],
        # c is below b.
        [({"tenant": "b"}, to("a")), ({"tenant": "a"}, to("c"))],
        # Whose tenant it becomes is not said: it may be that of the other rule.
        [({"tenant": "a"}, [{"application": "x"}]), ({"application": "x"}, to("a"))],
        [({"tenant": "it"}, "tenants"), ({"tenant": "a"}, "tenants")],
    ],
)
def test_rings_are_refused(shares: list[tuple[dict[str, Any], Any]]) -> None:
    rules = [
        rule(f"r{number}", number, match, {"method": "even", "to": targets})
        for number, (match, targets) in enumerate(shares)
    ]
    with pytest.raises(CyclicRules) as ring:
        ordered(rules, TREE)
    assert ring.value.names[0] == ring.value.names[-1]
    assert set(ring.value.names) <= {one.name for one in rules}


def test_what_leaves_out_its_giver_is_no_ring() -> None:
    rules = [
        rule("it", 1, {"tenant": "it"}, {"method": "even", "to": "tenants"}),
        rule("a", 2, {"tenant": "a"}, {"method": "even", "to": "tenants", "except": ["it"]}),
        rule("b", 3, {"tenant": "b"}, {"method": "even", "to": "tenants", "except": ["it", "a"]}),
    ]
    assert [one.name for one in ordered(rules, TREE)] == ["it", "a", "b"]
    kept = rule("keep", 1, {"tenant": "a"}, {"method": "even", "to": to("a", "b")})
    parts = allocate([Piece("2026-11", "EUR", Decimal(4), tenant_id="a")], [kept], TREE)
    assert [(one.tenant_id, one.amount) for one in parts] == [("a", Decimal(2)), ("b", Decimal(2))]
    apart = [
        rule("then", 1, {"tenant": "a"}, {"method": "even", "to": to("b")}, until="2026-06"),
        rule("now", 2, {"tenant": "b"}, {"method": "even", "to": to("a")}, since="2026-07"),
    ]
    assert len(ordered(apart, TREE)) == 2
