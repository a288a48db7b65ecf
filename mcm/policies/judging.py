"""Policies × subjects × locations, each rule asked once for each distinct combination of what it asks for.

A rule sees few of the facts, and those have few values: ten thousand workloads are a handful to it. So facts become
numbers, the rule is asked once for each pair of numbers, and its answers are spread over the rows as bit masks.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mcm.policies.compiled import RESOURCE, CompiledPolicies, CompiledPolicy, scope_names
from mcm.policies.engine import Answer
from mcm.policies.facts import DEFAULTS, LOCATION, NO_BOUND, RESTRICTED, UNCLASSIFIED, Facts, Value, clean

_CLASS = "workload.data_class"
Column = tuple[str, frozenset[str] | None]


@dataclass(frozen=True, slots=True)
class Reason:
    """What one policy says to one subject at one location.

    outcome: deny, warn, audit or soft (it says no), error (it cannot say, which counts as no), exempt, pass. denies:
    whether this keeps the subject away. values: of the facts that it asked for; None: not known."""

    policy: str
    version: int
    title: str
    title_zh: str
    severity: str
    mode: str
    outcome: str
    denies: bool
    message: str
    message_zh: str
    values: Mapping[str, Any]
    error: str = ""
    exemption: str | None = None


class _Side:
    """Facts of all subjects, or of all locations, as columns of numbers; equal values have equal numbers."""

    def __init__(self, rows: Sequence[Facts]) -> None:
        self.rows = rows
        self._columns: dict[Column, tuple[list[int], list[Value | None]]] = {}
        self._groups: dict[tuple[Column, ...], tuple[list[int], list[dict[str, Value]]]] = {}

    def column(self, wanted: Column) -> tuple[list[int], list[Value | None]]:
        """The number of each row's value, and the value of each number."""
        if wanted not in self._columns:
            name, keys = wanted
            default = DEFAULTS.get(name)
            numbers: dict[Any, int] = {}
            values: list[Value | None] = []
            column: list[int] = []
            for row in self.rows:
                raw = row.get(name, default)
                if keys is not None and isinstance(raw, Mapping):
                    raw = {key: raw[key] for key in keys if key in raw}
                frozen = _frozen(raw)
                number = numbers.get(frozen)
                if number is None:
                    number = numbers[frozen] = len(values)
                    values.append(None if raw is None else clean(name, raw))
                column.append(number)
            self._columns[wanted] = (column, values)
        return self._columns[wanted]

    def groups(self, wanted: Sequence[Column]) -> tuple[list[int], list[dict[str, Value]]]:
        """The group of each row, and the clean facts of each group."""
        key = tuple(wanted)
        if key not in self._groups:
            self._groups[key] = self._grouped(key)
        return self._groups[key]

    def _grouped(self, wanted: tuple[Column, ...]) -> tuple[list[int], list[dict[str, Value]]]:
        if not wanted:
            return [0] * len(self.rows), [{}]
        if len(wanted) == 1:
            column, values = self.column(wanted[0])
            return column, [{} if one is None else {wanted[0][0]: one} for one in values]
        found = [self.column(one) for one in wanted]
        numbers: dict[tuple[int, ...], int] = {}
        rows = [numbers.setdefault(each, len(numbers)) for each in zip(*(one[0] for one in found), strict=True)]
        facts = [
            {
                name: value
                for (name, _), (_, values), number in zip(wanted, found, each, strict=True)
                if (value := values[number]) is not None
            }
            for each in numbers
        ]
        return rows, facts


def _frozen(value: Any) -> Any:
    # True is 1 and 1.0 to a mapping; 1 and 1.0 are the same quantity, True is none.
    if isinstance(value, bool):
        return ("bool", value)
    if isinstance(value, list | tuple):
        return ("list", *map(_frozen, value))
    if isinstance(value, Mapping):
        return ("map", *sorted(((key, _frozen(one)) for key, one in value.items()), key=str))
    return value


class _Ruling:
    """One policy's answers: by group of subjects and group of locations."""

    def __init__(self, policy: CompiledPolicy, subjects: _Side, locations: _Side, context: Mapping[str, Value]) -> None:
        self.policy = policy
        names, keys, scope = policy.program.names, policy.program.label_keys, scope_names(policy.document.scope)
        here = [(name, keys.get(name)) for name in sorted(names & LOCATION.keys())]
        about = {name: keys.get(name) for name in names - LOCATION.keys() - context.keys() if "." in name}
        for name, wanted in scope.items():
            both = about.get(name, wanted)
            about[name] = both if both is None or wanted is None else both | wanted
        self.subject_groups, self._facts = subjects.groups(sorted(about.items(), key=lambda one: one[0]))
        self.location_groups, self._places = locations.groups(here)
        self._context = {name: value for name, value in context.items() if name in names}
        self.bound = [policy.binds(facts) for facts in self._facts]
        self._answers: dict[tuple[int, int], Answer] = {}

    @cached_property
    def masks(self) -> list[int]:
        """Of each group of subjects. Of those that decide nothing only if somebody asks."""
        bits = [0] * len(self._places)
        for index, group in enumerate(self.location_groups):
            bits[group] |= 1 << index
        return [self._mask(group, bits) for group in range(len(self._facts))]

    def _mask(self, group: int, bits: Sequence[int]) -> int:
        """A bit for each location to which the policy says yes."""
        if not self.bound[group]:
            return sum(bits)
        return sum(one for place, one in enumerate(bits) if one and self.answer(group, place).yes)

    def answer(self, group: int, place: int) -> Answer:
        found = self._answers.get((group, place))
        if found is None:
            found = self._answers[group, place] = self._asked(self._facts[group] | self._places[place] | self._context)
        return found

    def _asked(self, facts: dict[str, Value]) -> Answer:
        program = self.policy.program
        if _CLASS not in program.names or facts.get(_CLASS, UNCLASSIFIED) != UNCLASSIFIED:
            return program.ask(facts)
        first = program.ask(facts | {_CLASS: UNCLASSIFIED})
        # Nobody has said what the data is: a hard rule takes it for restricted as well.
        return first if self.policy.soft or not first.yes else program.ask(facts | {_CLASS: RESTRICTED})

    def values(self, subject: int, place: int) -> dict[str, Any]:
        facts = self._facts[self.subject_groups[subject]] | self._places[self.location_groups[place]] | self._context
        return {name: facts.get(name) for name in sorted(self.policy.program.names)}


class Judgement:
    """allowed[i][j], score[i][j] (0 to 1): of subject i at location j. masks[i]: the same as bits, for whoever counts.

    Nothing is asked before somebody wants to know; answers are kept."""

    def __init__(
        self, policies: CompiledPolicies, subjects: Sequence[Facts], locations: Sequence[Facts], context: Facts
    ) -> None:
        self._subjects, self._places = _Side(subjects), _Side(locations)
        self._number = len(locations)
        given = {name: value for name, raw in context.items() if (value := clean(name, raw)) is not None}
        self._rulings = [_Ruling(one, self._subjects, self._places, given) for one in policies.policies]
        self._exempt = {one.policy.id: self._exempted(one.policy) for one in self._rulings if one.policy.exemptions}
        self._rows: dict[int, tuple[bool, ...]] = {}

    @cached_property
    def masks(self) -> list[int]:
        return self._hard()

    @cached_property
    def score(self) -> list[tuple[float, ...]]:
        return self._soft()

    @property
    def allowed(self) -> "_Allowed":
        return _Allowed(self)

    def row(self, subject: int) -> tuple[bool, ...]:
        mask = self.masks[subject]
        if mask not in self._rows:
            self._rows[mask] = tuple(bool(mask >> place & 1) for place in range(self._number))
        return self._rows[mask]

    def mask_of(self, policy: str, subject: int) -> int:
        """Where this policy alone says yes, whatever its mode; exceptions count."""
        ruling = next(one for one in self._rulings if one.policy.id == policy)
        if subject in self._exempt.get(policy, ()):
            return (1 << self._number) - 1
        return ruling.masks[ruling.subject_groups[subject]]

    def said(self, policy: str, subject: int) -> tuple[int, int]:
        """Where this policy says yes and where it says no, because it knows; exceptions do not count."""
        ruling = next(one for one in self._rulings if one.policy.id == policy)
        group = ruling.subject_groups[subject]
        if not ruling.bound[group]:
            return (1 << self._number) - 1, 0
        yes = no = 0
        for index, place in enumerate(ruling.location_groups):
            value = ruling.answer(group, place).value
            yes |= (value is True) << index
            no |= (value is False) << index
        return yes, no

    def binds(self, policy: str, subject: int) -> bool:
        ruling = next(one for one in self._rulings if one.policy.id == policy)
        return ruling.bound[ruling.subject_groups[subject]]

    def reasons(self, subject: int, place: int, *, passed: bool = False) -> list[Reason]:
        """What keeps the subject away or speaks against it there; `passed`: of those that say yes too."""
        found = []
        for ruling in self._rulings:
            group = ruling.subject_groups[subject]
            if ruling.bound[group] and (passed or not ruling.answer(group, ruling.location_groups[place]).yes):
                found.append(self._reason(ruling, subject, place))
        return found

    def _hard(self) -> list[int]:
        masks = [(1 << self._number) - 1] * len(self._subjects.rows)
        for ruling in self._rulings:
            if not ruling.policy.denies:
                continue
            table, groups = ruling.masks, ruling.subject_groups
            exempt = self._exempt.get(ruling.policy.id)
            before = {index: masks[index] for index in exempt} if exempt else {}
            masks = [mask & table[group] for mask, group in zip(masks, groups, strict=True)]
            for index, mask in before.items():
                masks[index] = mask
        return masks

    def _soft(self) -> list[tuple[float, ...]]:
        soft = [one for one in self._rulings if one.policy.soft and one.policy.mode != "audit"]
        if not soft:
            return [(1.0,) * self._number] * len(self._subjects.rows)
        # What it says to a group, as a number that equal answers share: None where it does not bind.
        columns = []
        for one in soft:
            said = [one.masks[group] if bound else None for group, bound in enumerate(one.bound)]
            exempt, column = self._exempt.get(one.policy.id, frozenset()), [said[group] for group in one.subject_groups]
            for index in exempt:
                column[index] = None
            columns.append(column)
        known: dict[tuple[int | None, ...], tuple[float, ...]] = {}
        weights = [one.policy.weight for one in soft]
        rows = []
        for combination in zip(*columns, strict=True):
            row = known.get(combination)
            if row is None:
                row = known[combination] = _scores(combination, weights, self._number)
            rows.append(row)
        return rows

    def _exempted(self, policy: CompiledPolicy) -> frozenset[int]:
        found: set[int] = set()
        for one in policy.exemptions:
            if one.field == RESOURCE:
                found |= {index for index, row in enumerate(self._subjects.rows) if row.get(RESOURCE) == one.value}
                continue
            column, values = self._subjects.column((one.field, None))
            wanted = {number for number, value in enumerate(values) if value == one.value}
            rows = self._subjects.rows
            found |= {index for index, number in enumerate(column) if number in wanted and one.covers(rows[index])}
        return frozenset(found)

    def _reason(self, ruling: _Ruling, subject: int, place: int) -> Reason:
        policy, group = ruling.policy, ruling.subject_groups[subject]
        answer = ruling.answer(group, ruling.location_groups[place])
        values, document = ruling.values(subject, place), policy.document
        outcome, exemption = "pass", None
        if not answer.yes:
            outcome = "error" if answer.error else "soft" if policy.soft else policy.mode.replace("enforce", "deny")
            if subject in self._exempt.get(policy.id, ()):
                row = self._subjects.rows[subject]
                outcome = "exempt"
                exemption = next((one.id for one in policy.exemptions if one.covers(row)), None)
        return Reason(
            policy.id, policy.version, document.title, document.title_zh, policy.severity, policy.mode, outcome,
            policy.denies and outcome in ("deny", "error"), filled(document.message or document.title, values),
            filled(document.message_zh or document.title_zh, values), values, answer.error, exemption,
        )  # fmt: skip


class _Allowed(Sequence[Sequence[bool]]):
    def __init__(self, judgement: Judgement) -> None:
        self._judgement = judgement

    def __len__(self) -> int:
        return len(self._judgement.masks)

    def __iter__(self) -> Iterator[tuple[bool, ...]]:
        return (self._judgement.row(index) for index in range(len(self)))

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self._judgement.row(one) for one in range(len(self))[index]]
        return self._judgement.row(range(len(self))[index])


def judge(
    policies: CompiledPolicies, subjects: Sequence[Facts], locations: Sequence[Facts], context: Facts
) -> Judgement:
    """context: `now` and `private_used`, where they are known. Subjects may carry their id under `resource`."""
    return Judgement(policies, subjects, locations, context)


def filled(text: str, values: Mapping[str, Any]) -> str:
    """A message with the values in place of their names."""
    for name, value in values.items():
        if f"{{{name}}}" in text:
            text = text.replace(f"{{{name}}}", _shown(value))
    return text


def _shown(value: Any) -> str:
    if value is None:
        return "?"
    if isinstance(value, float):
        return "∞" if value >= NO_BOUND else f"{value:.6g}"
    return (", ".join(value) or "-") if isinstance(value, list) else str(value)


def _scores(said: Sequence[int | None], weights: Sequence[int], number: int) -> tuple[float, ...]:
    counted = [(mask, weight) for mask, weight in zip(said, weights, strict=True) if mask is not None]
    whole = sum(weight for _, weight in counted)
    if not whole:
        return (1.0,) * number
    return tuple(sum(weight for mask, weight in counted if mask >> place & 1) / whole for place in range(number))
