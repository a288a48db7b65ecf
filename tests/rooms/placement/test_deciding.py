"""The decision itself, over estates that are drawn at random, against a search that tries everything."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcm.placement.engine import against
from mcm.placement.errors import Contradiction
from mcm.placement.outcomes import decide, digest
from mcm.placement.presenting import impossible
from tests.rooms.placement.estate import CONFIDENTIAL_STAYS
from tests.rooms.placement.pure import inputs, location, tier

_OWNERSHIP = st.sampled_from(["private", "public", "hosted"])
_CLASSES = st.sampled_from([None, "public", "internal", "confidential", "restricted", "unclassified"])


def _where(outcome: dict[str, Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for part in outcome["chosen"]["parts"]:
        found.setdefault(part["tier"], []).append(part["location"])
    return found


@settings(max_examples=60, deadline=None)
@given(
    owners=st.lists(_OWNERSHIP, min_size=1, max_size=6),
    room=st.lists(st.one_of(st.none(), st.integers(0, 12)), min_size=6, max_size=6),
    costs=st.lists(st.one_of(st.none(), st.integers(1, 50)), min_size=6, max_size=6),
    whole=_CLASSES,
    own=st.lists(_CLASSES, min_size=3, max_size=3),
    groups=st.permutations(["private", "public", "hosted"]),
    counts=st.lists(st.integers(1, 3), min_size=3, max_size=3),
)
def test_sensitive_data_never_leaves_the_private_cloud(
    owners: list[str], room: list[int | None], costs: list[int | None], whole: str | None, own: list[str | None],
    groups: list[str], counts: list[int],
) -> None:  # fmt: skip
    """Whatever is cheaper, fuller, unknown or asked for first; and a second look at what was chosen agrees."""
    places = [
        location(f"a{number}/r", ownership=owner, vcpus=room[number]) for number, owner in enumerate(owners)
    ]  # fmt: skip
    tiers = [
        tier(f"t{number}", count=counts[number], **({"data_class": one} if one else {}))
        for number, one in enumerate(own)
    ]
    document = {"tiers": tiers} | ({"data_class": whole} if whole else {})
    given_costs = {one.id: costs[number] for number, one in enumerate(places)}
    known = inputs(document, places, costs=given_costs, policies=[CONFIDENTIAL_STAYS], groups=groups)
    outcome = decide(known)
    ownership = {one.id: one.ownership for one in places}
    sensitive = {
        one["name"]
        for one, said in zip(tiers, own, strict=True)
        if (said or whole or "unclassified") not in ("public", "internal")
    }
    for one in outcome["candidates"]:
        if one["tier"] in sensitive and ownership[one["location"]] != "private":
            assert not one["allowed"]
            assert "policy:sensitive-private" in [each["rule"] for each in one["failed"]]
    if outcome["chosen"] is not None:
        chosen = outcome["chosen"]["parts"]
        assert {ownership[one["location"]] for one in chosen if one["tier"] in sensitive} <= {"private"}
        assert against(known, outcome["chosen"]["parts"]) == []
    assert digest(decide(known)) == digest(outcome)


@settings(max_examples=60, deadline=None)
@given(
    costs=st.lists(st.integers(1, 40), min_size=4, max_size=4),
    room=st.lists(st.integers(1, 6), min_size=4, max_size=4),
    gb=st.integers(0, 300),
    together=st.booleans(),
    apart=st.booleans(),
    budget=st.one_of(st.none(), st.integers(5, 120)),
)
def test_it_finds_what_trying_everything_finds(
    costs: list[int], room: list[int], gb: int, together: bool, apart: bool, budget: int | None
) -> None:
    """By money alone: the cheapest whole, with traffic between tiers, that fits everywhere and keeps the groups."""
    places = [location(f"a{number}/r{number}", vcpus=room[number]) for number in range(4)]
    price = {one.id: float(costs[number]) for number, one in enumerate(places)}
    web = tier("web", count=2, traffic={"to": {"db": gb}})
    db = tier("db", vcpus=2) | ({"apart_from": ["web"], "apart_level": "account"} if apart else {})
    cache = tier("cache") | ({"together_with": ["web"]} if together else {})
    document: dict[str, Any] = {"data_class": "internal", "tiers": [web, db, cache]}
    if budget is not None:
        document["budget"] = {"amount": str(budget)}
    only_money = {"cost": 1.0, "headroom": 0.0, "steadiness": 0.0, "spread": 0.0, "preference": 0.0}
    outcome = decide(inputs(document, places, costs=price, weights=only_money))
    best: float | None = None
    for one, two, three in product(places, repeat=3):
        used: dict[str, float] = {}
        for place, vcpus in ((one, 2), (two, 2), (three, 1)):
            used[place.id] = used.get(place.id, 0) + vcpus
        cost = 2 * price[one.id] + price[two.id] + price[three.id] + (0.1 * 2 * gb if one.id != two.id else 0)
        fits = all(total <= room[int(ident[1])] for ident, total in used.items())
        kept = (not together or three.id == one.id) and (not apart or one.id != two.id)
        if fits and kept and (budget is None or cost <= budget + 1e-6):
            best = cost if best is None else min(best, cost)
    assert not outcome["cut"]
    if best is None:
        assert outcome["chosen"] is None
        assert outcome["impossible"]["proven"]
    else:
        assert float(outcome["chosen"]["cost"]) == pytest.approx(best, abs=1e-5)


def test_private_first_then_public_then_home_again() -> None:
    """Ordered groups: what fits goes to the first, however dear; what does not spills; with room it comes back."""
    document = {"data_class": "internal", "tiers": [tier("web", vcpus=4)]}
    costs = {"home/r": 100.0, "cloud/r": 1.0}
    cloud = location("cloud/r", ownership="public", vcpus=None, memory_gib=None)

    def where(room: int, groups: list[str]) -> str:
        known = inputs(document, [location("home/r", vcpus=room), cloud], costs=costs, groups=groups)
        return str(_where(decide(known))["web"][0])

    assert where(4, []) == "cloud/r"
    assert where(4, ["private", "public"]) == "home/r"
    assert where(3, ["private", "public"]) == "cloud/r"


def test_two_cities_three_sites() -> None:
    places = [
        location(f"a{number}/r", site=f"s{number}", city="Beijing" if number < 3 else "Shanghai") for number in range(4)
    ]
    document = {"data_class": "internal", "sites": 3, "cities": 2, "tiers": [tier("db", count=3)]}
    outcome = decide(inputs(document, places))
    assert len(set(_where(outcome)["db"])) == 3
    assert "a3/r" in _where(outcome)["db"]
    alone = decide(inputs(document, places[:3]))
    assert alone["impossible"]["without"] == ["cities"]


def test_near_enough_and_not_known_is_not_near() -> None:
    places = [location("a/r", site="a"), location("b/r", site="b"), location("c/r", site="c")]
    document = {
        "data_class": "internal",
        "tiers": [tier("web", latency_ms={"db": 5}), tier("db", apart_from=["web"], apart_level="account")],
    }
    table = [["site", "a", "b", 3.0], ["site", "a", "c", 9.0]]
    near = _where(decide(inputs(document, places, latencies=table)))
    assert {near["web"][0], near["db"][0]} == {"a/r", "b/r"}
    unknown = decide(inputs(document, places))
    assert unknown["chosen"] is None
    assert set(unknown["impossible"]["without"]) == {"apart", "latency"}


@pytest.mark.parametrize(
    ("fields", "members"),
    [
        ({"tiers": [tier("a", together_with=["a"])]}, {"a"}),
        ({"tiers": [tier("a", apart_from=["a"])]}, {"a"}),
        (
            {"tiers": [tier("a", together_with=["b"]), tier("b", together_with=["c"]),
                       tier("c", apart_from=["a"], apart_level="account")]},
            {"a", "b", "c"},
        ),
        (
            {"tiers": [tier("a", count=3, spread=["zone"], together_with=["b"], together_level="zone"), tier("b")]},
            {"a", "b"},
        ),
        ({"sites": 3, "tiers": [tier("a", count=2)]}, {"a"}),
        ({"sites": 2, "cities": 3, "tiers": [tier("a", count=4)]}, {"a"}),
        ({"sites": 2, "tiers": [tier("a", together_with=["b"]), tier("b")]}, {"a", "b"}),
        ({"tiers": [tier("a", count=500, spread=["zone"])]}, {"a"}),
    ],
)  # fmt: skip
def test_what_excludes_itself_is_refused_with_who_is_in_it(fields: dict[str, Any], members: set[str]) -> None:
    with pytest.raises(Contradiction) as refused:
        decide(inputs(fields, [location("x/r")]))
    assert set(refused.value.details["members"]) == members  # type: ignore[call-overload]
    assert refused.value.next_step


def test_what_is_impossible_says_what_would_make_it_fit() -> None:
    places = [
        location("small/r", vcpus=3),
        location("far/r", jurisdiction="US", closed=True),
        location("silent/r", vcpus=None),
    ]
    document = {"data_class": "internal", "residency": ["CN"], "tiers": [tier("web", vcpus=4)]}
    outcome = decide(inputs(document, places))
    (told,) = outcome["impossible"]["tiers"]
    assert told["nearest"] == "small/r"
    assert [(one["rule"], one["values"]["needed"], one["values"]["room"]) for one in told["lacks"]] == [
        ("capacity.vcpus", 4.0, 3.0)
    ]
    assert told["blocked"] == {"capacity.vcpus": 2, "open": 1, "residency": 1}
    said = impossible(outcome["impossible"], {one.id for one in places})
    assert said is not None
    assert "small/r" in said.sentences[0]
    assert "4" in said.sentences[0]
    # Room that nobody measured is taken for granted in public only, and told.
    cloud = location("cloud/r", ownership="public", vcpus=None)
    (one,) = decide(inputs(document, [cloud]))["candidates"]
    assert one["allowed"]
    assert [each["rule"] for each in one["unknown"]] == ["capacity.vcpus"]


def test_a_search_that_is_cut_short_says_so_and_never_says_impossible() -> None:
    """Forty parts that each fit by themselves, and together by far not; nobody has tried it all."""
    places = [location(f"a{number}/r{number}", vcpus=10) for number in range(12)]
    tiers = [
        tier(f"t{number}", vcpus=4, apart_from=["t0"] if number else [], apart_level="account") for number in range(40)
    ]
    outcome = decide(inputs({"data_class": "internal", "tiers": tiers}, places))
    assert outcome["cut"]
    assert outcome["chosen"] is None
    assert outcome["impossible"]["proven"] is False
