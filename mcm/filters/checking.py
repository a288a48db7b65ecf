"""Checks one condition against the table of fields: the field, what may be asked of it, and the value."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from mcm.filters import values
from mcm.filters.errors import FilterError, closest
from mcm.filters.fields import ALIASES, FIELDS, Field, FieldType, Source
from mcm.filters.matching import matching
from mcm.filters.syntax import Condition, Known, Operand, Operator, Pattern

_SEGMENT = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|[^.]+', re.DOTALL)
_ALL = tuple(Operator)
_EQUALITY = (Operator.EQ, Operator.NE, Operator.HAS)
_ORDER = (Operator.LT, Operator.LE, Operator.GT, Operator.GE)
_OPERATORS: dict[FieldType, tuple[Operator, ...]] = {
    FieldType.TEXT: _ALL,
    FieldType.CHOICE: _EQUALITY,
    FieldType.NUMBER: _ALL,
    FieldType.BOOLEAN: _EQUALITY,
    FieldType.TIME: _ALL,
    FieldType.AGE: (*_ORDER, Operator.HAS),
    FieldType.MAP: (Operator.HAS,),
    FieldType.OBJECTS: (Operator.HAS,),
}


def find_field(path: str) -> tuple[Field, str | None] | None:
    """The field behind a dotted path and, for maps, the key. None when there is no such field."""
    segments = [_plain(segment) for segment in _SEGMENT.findall(path)]
    if segments[0] == "attributes" and len(segments) > 1:
        inner = ".".join(segments[1:])
        field = FIELDS.get(f"attributes.{inner}") or FIELDS.get(inner)
        if field is not None and field.source is Source.ATTRIBUTE:
            return field, None
        field = FIELDS.get(segments[1])
        in_attributes = field is not None and field.source is Source.MAP and field.column not in ("tags", "labels")
        return find_field(path.split(".", 1)[1]) if in_attributes else None
    field = FIELDS.get(ALIASES.get(path, path))
    if field is not None:
        return field, None
    field = FIELDS.get(segments[0])
    if field is not None and field.type is FieldType.MAP:
        return field, ".".join(segments[1:])
    return None


class Checker:
    """known: current values of the fields whose choices change (account names); others are not checked."""

    def __init__(self, text: str, known: Mapping[str, Collection[str]]) -> None:
        self.text, self.known = text, known

    def condition(self, path: Any, sign: Any, given: Any) -> Condition:
        """The arguments are the parser's tokens. Raises FilterError."""
        field, key = self._field(str(path), path.start_pos)
        kind = FieldType.TEXT if key is not None else field.type
        operator = Operator(str(sign))
        if operator not in _OPERATORS[kind]:
            hint = "; give a key: " + field.name + '.KEY = "value"' if kind is FieldType.MAP else ""
            raise FilterError(
                f"'{operator}' cannot be asked of {field.name}{hint}",
                self.text,
                sign.start_pos,
                expected=[str(item) for item in _OPERATORS[kind]],
            )
        operand = self._operand(field, kind, operator, values.unquoted(str(given)), given)
        if operator is Operator.HAS and kind in (FieldType.NUMBER, FieldType.BOOLEAN, FieldType.TIME):
            operator = operator if isinstance(operand, Known) else Operator.EQ
        return Condition(field.name, key, operator, operand, path.start_pos)

    def _field(self, path: str, offset: int) -> tuple[Field, str | None]:
        found = find_field(path)
        if found is not None:
            if found[1] == "":
                raise FilterError(f"the key of {found[0].name} is empty", self.text, offset)
            return found
        meant = closest(path.removeprefix("attributes."), [*FIELDS, *ALIASES])
        root = path.partition(".")[0]
        members = [name for name in FIELDS if name.startswith(f"{root}.") and root != "attributes"]
        raise FilterError(
            f"there is no field '{path[:60]}'",
            self.text,
            offset,
            expected=members or ["a field of resources, tags.KEY or labels.KEY"],
            suggestion=f'"{meant}"' if meant else None,
        )

    def _operand(self, field: Field, kind: FieldType, operator: Operator, pattern: Pattern, token: Any) -> Operand:
        literal, offset = pattern.literal, token.start_pos
        if operator is Operator.HAS and not any(pattern.parts) and len(pattern.parts) > 1:
            return Known()
        if kind in (FieldType.TEXT, FieldType.CHOICE, FieldType.MAP):
            if len(pattern.parts) - 1 > values.MAX_WILDCARDS:
                raise FilterError(f"more than {values.MAX_WILDCARDS} wildcards in one value", self.text, offset)
            if literal is None and operator in _ORDER:
                raise FilterError("a wildcard cannot be compared by order", self.text, offset, expected=["a text"])
            self._check_choice(field, kind, operator, pattern, offset)
            return pattern
        operand: Operand | None = None
        if literal is not None:
            read = {
                FieldType.NUMBER: values.number,
                FieldType.BOOLEAN: values.boolean,
                FieldType.TIME: values.moment,
                FieldType.AGE: values.duration,
            }.get(kind)
            operand = read(literal) if read else None
        if operand is None:
            raise self._wrong_value(field, kind, literal, offset)
        return operand

    def _check_choice(self, field: Field, kind: FieldType, operator: Operator, pattern: Pattern, offset: int) -> None:
        choices: Collection[str] = field.choices
        if kind is not FieldType.CHOICE:
            exact = pattern.literal is not None and operator in (Operator.EQ, Operator.NE)
            choices = self.known.get(field.name, ()) if exact else ()
        if not choices:
            return
        asked = Operator.EQ if operator is Operator.NE else operator
        if matching(choices, asked, pattern):
            return
        written = "*".join(pattern.parts)
        meant = closest(written, choices)
        raise FilterError(
            f'there is no {field.name} "{written[:60]}"',
            self.text,
            offset,
            expected=sorted(choices)[:40],
            suggestion=f'"{meant}"' if meant else None,
        )

    def _wrong_value(self, field: Field, kind: FieldType, literal: str | None, offset: int) -> FilterError:
        unit = next((unit for unit in ("MiB", "GiB", "MHz") if f"_{unit.lower()}" in field.name), "")
        expected = {
            FieldType.NUMBER: f"a plain number{f' ({unit})' if unit else ''}",
            FieldType.BOOLEAN: "true or false",
            FieldType.TIME: "a date or time like 2026-01-31 or 2026-01-31T12:00:00Z",
            FieldType.AGE: "a duration like 45m, 12h, 30d or 2w",
        }.get(kind, "*")
        suggestion = None
        if kind is FieldType.TIME and literal is not None and values.duration(literal):
            suggestion = f"age, as in age < {literal}" if field.column == "created_at" else None
        if kind is FieldType.OBJECTS:
            members = [name for name in FIELDS if name.startswith(f"{field.name}.")]
            return FilterError(
                f"{field.name} is a list of objects: ask for one of their fields, or {field.name}:*",
                self.text,
                offset,
                expected=["*", *members],
            )
        return FilterError(
            f"{field.name} is compared with {expected}", self.text, offset, expected=[expected], suggestion=suggestion
        )


def _plain(segment: str) -> str:
    return "*".join(values.unquoted(segment).parts) if segment[0] in "\"'" else segment
