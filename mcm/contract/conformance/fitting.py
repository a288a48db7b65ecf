"""Whether a value has the type that a dataclass field promises; adapters build attributes without a validator."""

import types
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from typing import Any, Union, get_args, get_origin, get_type_hints

_KNOWN: dict[type[Any], dict[str, Any]] = {}


def misfits(value: Any, where: str = "") -> list[str]:
    """Sentences about the fields of a dataclass instance, and of those inside it, that break their annotation."""
    found = []
    hints = _hints(type(value))
    for item in fields(value):
        inner = getattr(value, item.name)
        path = f"{where}{item.name}"
        if not fits(inner, hints[item.name]):
            found.append(f"{path} is {_shown(inner)}, which is not {_named(hints[item.name])}")
        elif inner == "" and item.name != "description":
            found.append(f"{path} is '': unknown is None")
        elif isinstance(inner, datetime) and inner.utcoffset() != timedelta(0):
            found.append(f"{path} is not an aware time in UTC")
        for part in inner if isinstance(inner, list | tuple) else ():
            if is_dataclass(part):
                found += misfits(part, f"{path}: ")
    return found


def fits(value: object, annotation: Any) -> bool:
    """An int passes as float, a bool as neither; sequences and mappings are looked into."""
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType):
        return any(fits(value, one) for one in get_args(annotation))
    if annotation is None or annotation is types.NoneType:
        return value is None
    if annotation is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if annotation is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        key, item = get_args(annotation)
        return isinstance(value, Mapping) and all(fits(k, key) and fits(v, item) for k, v in value.items())
    if isinstance(origin, type) and issubclass(origin, Sequence):
        if isinstance(value, str | bytes) or not isinstance(value, Sequence):
            return False
        return all(fits(one, get_args(annotation)[0]) for one in value)
    return annotation is Any or annotation is object or isinstance(value, annotation)


def _hints(kind: type[Any]) -> dict[str, Any]:
    if kind not in _KNOWN:
        _KNOWN[kind] = get_type_hints(kind)
    return _KNOWN[kind]


def _shown(value: object) -> str:
    return repr(value)[:80]


def _named(annotation: Any) -> str:
    return str(annotation).replace("typing.", "").replace("collections.abc.", "")
