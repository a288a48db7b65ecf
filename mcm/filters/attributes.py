"""The names and types of all attributes, read off the contract's dataclasses: a new one can be filtered at once."""

import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from typing import Any

from mcm.contract.resources import ATTRIBUTES


@dataclass(frozen=True, slots=True)
class AttributeShape:
    """type: text, number, boolean, time, map or objects. member: of the objects in a list. kinds: which have it."""

    name: str
    member: str
    type: str
    many: bool
    kinds: tuple[str, ...]


_SCALARS: dict[Any, str] = {str: "text", int: "number", float: "number", bool: "boolean", datetime: "time"}


def attribute_shapes() -> list[AttributeShape]:
    """Each attribute once, ordered by name. Raises TypeError where two kinds disagree about a name's type."""
    found: dict[tuple[str, str], tuple[str, bool, list[str]]] = {}
    for kind, shape in ATTRIBUTES.items():
        for name, member, kind_of, many in _of(shape):
            known = found.setdefault((name, member), (kind_of, many, []))
            if known[:2] != (kind_of, many):
                raise TypeError(f"the attribute '{name}' of {kind} has another type than that of {', '.join(known[2])}")
            known[2].append(str(kind))
    return [
        AttributeShape(name, member, kind_of, many, tuple(kinds))
        for (name, member), (kind_of, many, kinds) in sorted(found.items())
    ]


def _of(shape: type) -> Iterator[tuple[str, str, str, bool]]:
    hints = typing.get_type_hints(shape)
    for item in fields(shape):
        hint = _without_none(hints[item.name])
        origin = typing.get_origin(hint)
        if origin is Mapping:
            yield item.name, "", "map", False
        elif origin is Sequence:
            (element,) = typing.get_args(hint)
            if is_dataclass(element) and isinstance(element, type):
                yield item.name, "", "objects", True
                yield from ((item.name, inner, kind_of, True) for inner, _, kind_of, _ in _of(element))
            else:
                yield item.name, "", _SCALARS[element], True
        else:
            yield item.name, "", _SCALARS[hint], False


def _without_none(hint: Any) -> Any:
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        (inner,) = [part for part in typing.get_args(hint) if part is not type(None)]
        return inner
    return hint
