"""From an answer in numbers to rows that people read: who moves, why, what it saves and risks, who is left over."""

from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from mcm.kit import money
from mcm.optimizer import building, explaining
from mcm.optimizer.building import Built
from mcm.optimizer.measures import loads, stands
from mcm.optimizer.picture import Picture, Thing
from mcm.optimizer.pricing import UNKNOWN, Price
from mcm.optimizer.problem import Assignment
from mcm.optimizer.running import Answer
from mcm.optimizer.schemas import (
    OptimizationAsked,
    OptimizationResult,
    OptimizationRowItem,
    PlaceLoad,
    Risk,
    Spot,
    Subject,
    Told,
)
from mcm.optimizer.texts import told
from mcm.prices.offers import Basis

_MOST_PLACES = 1_000
_WORST = [str(one) for one in Basis]
Egress = Callable[[int], Decimal | None]


class Result:
    """egress: by thing, what taking it from its home costs once."""

    def __init__(
        self,
        picture: Picture,
        built: Built,
        answer: Answer,
        asked: OptimizationAsked,
        egress: Mapping[int, Decimal | None],
    ) -> None:
        self._picture, self._built, self._answer, self._asked = picture, built, answer, asked
        self._egress = egress
        self._before: Assignment = [item.home for item in built.problem.items]
        after = answer.assignment
        self._inside_after = Counter(stands(built.problem, after, index) for index in range(len(after)))
        self._inside_before = Counter(self._before)

    def rows(self) -> list[OptimizationRowItem]:
        """Moves first, those that save most before the others; then what is left over."""
        problem, found = self._built.problem, []
        for item, place in enumerate(self._answer.assignment):
            if place is not None and place != problem.items[item].home:
                found.append(self._move(item, place))
        found.sort(key=lambda one: (one.saving is None, -(one.saving or Decimal(0)), one.subject.name))
        proven = self._answer.method == "proven"
        reasons = explaining.reasons(problem, self._answer.assignment, self._answer.full, searched=proven)
        found += [self._left(item, reason) for item, reason in reasons.items()]
        return [one.model_copy(update={"number": number}) for number, one in enumerate(found)]

    def summary(self, rows: list[OptimizationRowItem]) -> OptimizationResult:
        answer = self._answer
        moves = [row for row in rows if row.kind == "move"]
        known = [row.saving for row in moves if row.saving is not None]
        warnings = [told(code, params) for code, params in (*self._picture.warnings, *self._built.skipped)]
        if not self._built.problem.places:
            warnings.append(told("no_hosts"))
        if unknown := sum(one is None for one in self._egress.values()):
            warnings.append(told("egress_unknown", {"count": unknown}))
        return OptimizationResult(
            method=answer.method, why=told(answer.why) if answer.why else None, gap=answer.gap,
            subjects=len(self._built.things), moves=len(moves), left=len(rows) - len(moves),
            saving=sum(known, Decimal(0)), unpriced=len(moves) - len(known), currency=self._asked.currency,
            figures=answer.figures, warnings=warnings, places=self._places(), as_of=self._picture.as_of,
        )  # fmt: skip

    def _thing(self, item: int) -> tuple[int, Thing]:
        index = self._built.things[item]
        return index, self._picture.things[index]

    def _move(self, item: int, place: int) -> OptimizationRowItem:
        index, thing = self._thing(item)
        location, host = self._built.spots[place]
        origin = self._built.origins[item][0]
        before = thing.prices.get(origin, UNKNOWN) if origin is not None else UNKNOWN
        after = thing.prices.get(location, UNKNOWN)
        saving = (
            None
            if before.amount is None or after.amount is None
            else money.plain(money.EXACT.subtract(before.amount, after.amount))
        )
        how = "place" if thing.kind == "tier" else "migrate" if location == origin and thing.migrates else "person"
        known = how == "person" and thing.disk_known
        gib = money.EXACT.create_decimal(str(thing.needs[2])) if known else None
        return OptimizationRowItem(
            number=0, kind="move", subject=_subject(thing), origin=self._origin(item),
            target=self._spot(location, host), how=how, reasons=self._reasons(item, place, saving),
            steps=self._steps(thing, location, how),
            before=self._shown(before), after=self._shown(after),
            saving=None if saving is None else money.presented(saving, self._asked.currency),
            currency=self._asked.currency, basis=_basis(before, after, thing),
            complete=before.complete and after.complete,
            risk=Risk(
                downtime="new" if thing.kind == "tier" else "none" if how == "migrate" else "restart",
                egress_gib=gib, egress=self._egress.get(index) if how == "person" else None,
                policies=self._picture.says(index, location),
            ),
            plan_id=None,
        )  # fmt: skip

    def _left(self, item: int, reason: explaining.Reason) -> OptimizationRowItem:
        _, thing = self._thing(item)
        params = dict(reason.params) | {"certain": reason.certain}
        if reason.code == "nowhere_allowed":
            params["blocked"] = self._blockers(thing)
        if reason.code == "full":
            params["full"] = [_lacking(one["place"], one["lacking"]) for one in reason.params["full"]]
        home = self._built.origins[item][0]
        why = [self._no_host(thing) or told(reason.code, params)] if reason.code == "nowhere_allowed" else [
            told(reason.code, params)
        ]  # fmt: skip
        if home is not None and home in thing.blocked:
            why += self._blocked_at(thing, home)
        return OptimizationRowItem(
            number=0, kind="left", subject=_subject(thing), origin=self._origin(item), target=None, how="none",
            reasons=why, steps=[told("step_decide")], before=None, after=None, saving=None,
            currency=self._asked.currency,
            basis="unknown", complete=False, risk=None, plan_id=None,
        )  # fmt: skip

    def _no_host(self, thing: Thing) -> Told | None:
        """Where rules leave it some place, and no host there takes it: the nearest."""
        lacking = [
            (sum(found.values()), place.id, found)
            for index, place in enumerate(self._picture.locations)
            if index not in thing.blocked and index != thing.home and (found := building.beyond_hosts(thing, place))
        ]
        if not lacking:
            return None
        _, nearest, found = min(lacking, key=lambda one: one[:2])
        return told("no_host_takes", {"nearest": nearest, "lacking": found, "allowed": len(lacking)})

    def _reasons(self, item: int, place: int, saving: Decimal | None) -> list[Told]:
        """The first is what made it move."""
        _, thing = self._thing(item)
        location, _ = self._built.spots[place]
        origin, origin_host = self._built.origins[item]
        goal = self._asked.goal
        if thing.kind == "tier":
            return [told("new")]
        if origin is not None and origin in thing.blocked and goal != "evacuate":
            return self._blocked_at(thing, origin)
        if goal == "evacuate":
            return [told("leaves")]
        if goal == "rebalance":
            return [told("evens_out", self._shares(item, place))]
        if goal == "consolidate":
            home = self._built.problem.items[item].home
            emptied = home is not None and not self._inside_after[home]
            name = self._picture.hosts[origin_host].name if origin_host is not None else ""
            return [told("empties_host", {"host": name}) if emptied else told("packs")]
        if saving is not None and saving > 0:
            return [told("cheaper")]
        preferred = origin is not None and thing.score[location] > thing.score[origin]
        return [told("preferred" if preferred else "makes_room")]

    def _shares(self, item: int, place: int) -> dict[str, Any]:
        home = self._built.problem.items[item].home
        return {} if home is None else {
            "from_share": self._share(self._before, home, 0), "to_share": self._share(self._before, place, 0)
        }  # fmt: skip

    def _blocked_at(self, thing: Thing, location: int) -> list[Told]:
        code, params = thing.blocked[location]
        if code == "policy":
            return [told("violates", params)]
        return [told("not_allowed_here", {"why": code, **params})]

    def _blockers(self, thing: Thing) -> dict[str, int]:
        found = Counter(
            f"policy {params['policy']}" if code == "policy" else code for code, params in thing.blocked.values()
        )
        rest = len(self._picture.locations) - len(thing.blocked)
        return dict(sorted(found.items())) | ({"too small": rest} if rest > 0 else {})

    def _steps(self, thing: Thing, location: int, how: str) -> list[Told]:
        name = self._picture.locations[location].id
        if how == "place":
            return [told("step_place", {"workload": thing.name.partition("/")[0], "location": name})]
        if how == "migrate":
            return []
        size = {"vcpus": thing.needs[0], "memory_gib": thing.needs[1] / 1024}
        return [
            told("step_stop"), told("step_export", {"gib": thing.needs[2]}), told("step_import", {"location": name}),
            told("step_create", size), told("step_verify"),
        ]  # fmt: skip

    def _origin(self, item: int) -> Spot | None:
        location, host = self._built.origins[item]
        return None if location is None else self._spot(location, host)

    def _spot(self, location: int, host: int | None) -> Spot:
        name = self._picture.hosts[host].name if host is not None else None
        return Spot(location=self._picture.locations[location].id, host=name)

    def _shown(self, price: Price) -> Decimal | None:
        return None if price.amount is None else money.presented(price.amount, self._asked.currency)

    def _share(self, assignment: Assignment, place: int, resource: int) -> float | None:
        return self._used(assignment)[place][resource]

    def _used(self, assignment: Assignment) -> list[list[float | None]]:
        key = id(assignment)
        if key not in self._known:
            problem = self._built.problem
            self._known[key] = [
                [round(row[n] / bound, 4) if (bound := place.capacity[n]) else None for n in (0, 1)]
                for place, row in zip(problem.places, loads(problem, assignment), strict=True)
            ]
        return self._known[key]

    @property
    def _known(self) -> dict[int, list[list[float | None]]]:
        found: dict[int, list[list[float | None]]] = self.__dict__.setdefault("_shares_known", {})
        return found

    def _places(self) -> list[PlaceLoad]:
        before, after = self._used(self._before), self._used(self._answer.assignment)
        found = []
        for place, (location, host) in enumerate(self._built.spots):
            was, now = self._inside_before[place], self._inside_after[place]
            if was == now and before[place] == after[place]:
                continue
            spot = self._spot(location, host)
            found.append(
                PlaceLoad(
                    location=spot.location, host=spot.host, before=was, after=now,
                    used_vcpus_before=before[place][0], used_vcpus_after=after[place][0],
                    used_memory_before=before[place][1], used_memory_after=after[place][1],
                    emptied=bool(was and not now and self._built.problem.places[place].opening),
                )
            )  # fmt: skip
        return found[:_MOST_PLACES]


def _lacking(place: str, lacking: Mapping[str, float]) -> str:
    return f"{place}: " + ", ".join(f"{amount:g} {name}" for name, amount in lacking.items())


def _subject(thing: Thing) -> Subject:
    return Subject(
        kind="instance" if thing.kind == "instance" else "tier", id=thing.id, name=thing.name, count=thing.count
    )


def _basis(before: Price, after: Price, thing: Thing) -> str:
    known = [after.basis] if thing.kind == "tier" else [before.basis, after.basis]
    return max(known, key=lambda one: _WORST.index(one) if one in _WORST else len(_WORST))
