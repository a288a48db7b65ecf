"""Seeded instances to place: capacities that just suffice, masks of policies, sizes, groups apart and together."""

import random

from mcm.optimizer.problem import Apart, Item, Place, Problem, Together

_MEMORY = (1024, 2048, 4096, 8192)


def instance(
    seed: int, items: int = 10_000, places: int = 20, *, alike: bool = False, apart: float = 0.1,
    together: float = 0.02, full: float = 0.9,
) -> Problem:  # fmt: skip
    """apart, together: the share of items in groups of three, and of two. full: how much of the capacity is needed.
    alike: sizes and prices are those of a catalogue, so that many are the same; else no two are."""
    chance = random.Random(seed)
    sizes = [(float(2 ** chance.randrange(5)), chance.choice(_MEMORY)) for _ in range(items)]
    needs = [
        (vcpus, vcpus * per, float(chance.choice((20, 40, 80, 200, 500))), float(chance.random() < 0.01))
        for vcpus, per in sizes
    ]
    rates = [(chance.uniform(0.6, 1.6), chance.uniform(0.6, 1.6)) for _ in range(places)]
    masks = [
        frozenset(place for place in range(places) if chance.random() < width)
        for width in (1.0, 1.0, 0.8, 0.6, 0.5, 0.4, 0.35, 0.3)
    ]
    made: list[Item] = []
    for number, need in enumerate(needs):
        mask = sorted(chance.choice(masks) or masks[0])
        costs = {}
        for place in mask:
            vcpu, memory = rates[place]
            price = need[0] * 14 * vcpu + need[1] / 1024 * 2 * memory + need[2] * 0.05
            costs[place] = round(price if alike else price * chance.uniform(0.85, 1.15) + chance.uniform(0, 3), 4)
        home = chance.choice(mask) if not alike and chance.random() < 0.3 else None
        # What runs somewhere would rather stay; in these instances it frees no room of its own.
        if home is not None:
            costs = {place: cost + (0 if place == home else need[2] * 0.02) for place, cost in costs.items()}
        made.append(Item(f"w{number}", need, costs))
    weights = [chance.uniform(0.4, 1.6) for _ in range(places)]
    totals = [sum(need[resource] for need in needs) / full for resource in range(4)]
    where = [
        Place(
            f"l{place}",
            tuple(round(total * weights[place] / sum(weights)) + 1.0 for total in totals),  # type: ignore[arg-type]
            {"zone": f"z{place}", "account": f"a{place // 2}", "site": f"s{place // 4}"},
        )
        for place in range(places)
    ]
    order = list(range(items))
    chance.shuffle(order)
    groups: list[Apart] = []
    for _ in range(int(items * apart / 3)):
        members = tuple(order.pop() for _ in range(3))
        wide = [index for index in members if len(made[index].costs) >= places // 2]
        groups.append(Apart("account" if len(wide) == 3 else "location", members))
    units = [Together("site", (order.pop(), order.pop())) for _ in range(int(items * together / 2))]
    return Problem(where, made, groups, units)
