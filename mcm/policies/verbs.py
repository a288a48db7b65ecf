"""The simple verbs as CEL: a mapping of fields to what they must be becomes a condition."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from mcm.kit.documents import close
from mcm.policies.documents import VERBS, Clause, Rule
from mcm.policies.facts import CONTEXT, LOCATION, RESTRICTED, UNCLASSIFIED, VARIABLES, WORKLOAD, Type

_SENSITIVE = (RESTRICTED, "confidential")
_COMPARED = {"above": ">", "at_least": ">=", "below": "<", "at_most": "<="}
_OPERATORS: dict[Type, tuple[str, ...]] = {
    Type.STRING: ("is", "not", "in", "not_in", "starts_with", "matches"),
    Type.DOUBLE: ("is", "not", "in", "not_in", *_COMPARED),
    Type.BOOL: ("is", "not"),
    Type.STRINGS: ("has", "has_any", "has_all", "has_none", "holds"),
    Type.TIMESTAMP: tuple(_COMPARED),
}


class BadMatcher(ValueError):
    """path: below the rule. key: it is the name that is wrong, not the value."""

    def __init__(
        self, path: tuple[str, ...], message: str, suggestion: str | None = None, *, key: bool = False
    ) -> None:
        super().__init__(message)
        self.path, self.message, self.suggestion, self.key = path, message, suggestion, key


def cel_of(rule: Rule) -> str:
    """The rule as CEL. Raises BadMatcher."""
    if rule.cel is not None:
        return rule.cel
    verb = next(name for name in VERBS if getattr(rule, name) is not None)
    clause: Clause = getattr(rule, verb)
    hard = verb in ("require", "exclude")
    when = _all(clause.when, (verb, "when"), {**WORKLOAD, **CONTEXT}, "workload", hard)
    location = _all(clause.location, (verb, "location"), LOCATION, "location", hard)
    if verb in ("require", "prefer"):
        if not location:
            raise BadMatcher((verb,), f"`{verb}` says where: it needs `location`", "`exclude` takes `when` alone")
        return location if not when else f"!({when}) || ({location})"
    return f"!({' && '.join(f'({one})' for one in (when, location) if one)})"


def _all(wanted: Mapping[str, Any], path: tuple[str, ...], known: Mapping[str, Type], prefix: str, hard: bool) -> str:
    return " && ".join(_field(name, value, (*path, name), known, prefix, hard) for name, value in wanted.items())


def _field(name: str, value: Any, path: tuple[str, ...], known: Mapping[str, Type], prefix: str, hard: bool) -> str:
    full = name if name in known else f"{prefix}.{name}"
    if full not in known:
        short = [one.removeprefix(f"{prefix}.") for one in known]
        hint = close(name.removeprefix(f"{prefix}."), short) or f"known: {', '.join(short)}"
        raise BadMatcher(path, f"there is no field '{name}' here", hint, key=True)
    kind = VARIABLES[full]
    if kind is Type.LABELS:
        return _labels(full, value, path)
    if full == "workload.data_class" and hard:
        value = _with_unclassified(value)
    return _value(full, value, kind, path)


def _with_unclassified(value: Any) -> Any:
    """Nobody has said what it is: as sensitive as the worst."""
    listed = value if isinstance(value, list) else [value]
    if not isinstance(value, dict) and any(one in _SENSITIVE for one in listed) and UNCLASSIFIED not in listed:
        return [*listed, UNCLASSIFIED]
    return value


def _labels(full: str, value: Any, path: tuple[str, ...]) -> str:
    if not isinstance(value, dict) or not value:
        raise BadMatcher(path, "labels are a mapping of names to values, such as `team: shop`")
    parts = []
    for key, wanted in value.items():
        # What has no such label is not meant; the rule has no need to fail for it.
        entry = f"{full}[{_text(key)}]"
        parts.append(f"({_text(key)} in {full} && {_value(entry, wanted, Type.STRING, (*path, key))})")
    return " && ".join(parts)


def _value(full: str, value: Any, kind: Type, path: tuple[str, ...]) -> str:
    if not isinstance(value, dict):
        if kind is Type.STRINGS:
            value = {"has_any" if isinstance(value, list) else "has": value}
        else:
            value = {"in" if isinstance(value, list) else "is": value}
    if not value:
        raise BadMatcher(path, "nothing is asked for here")
    known = _OPERATORS[kind]
    parts = []
    for operator, wanted in value.items():
        if operator not in known:
            hint = close(operator, known) or f"known: {', '.join(known)}"
            raise BadMatcher((*path, operator), f"there is no operator '{operator}' for {full}", hint, key=True)
        parts.append(_operator(full, operator, wanted, kind, (*path, operator)))
    return " && ".join(parts)


def _operator(full: str, operator: str, wanted: Any, kind: Type, path: tuple[str, ...]) -> str:
    if operator in ("in", "not_in", "has_any", "has_all", "has_none"):
        if not isinstance(wanted, list) or not wanted:
            raise BadMatcher(path, f"{operator}: a list of values is wanted")
        listed = f"[{', '.join(_literal(one, kind, path) for one in wanted)}]"
        if operator in ("in", "not_in"):
            return f"{'!' if operator == 'not_in' else ''}({full} in {listed})"
        inside = f"{listed}.{'all' if operator == 'has_all' else 'exists'}(one, one in {full})"
        return f"!{inside}" if operator == "has_none" else inside
    if isinstance(wanted, list):
        raise BadMatcher(path, f"{operator}: one value is wanted, not a list")
    if operator == "holds":
        # `residency: {holds: location.jurisdiction}`: another variable, or nothing is asked for.
        if wanted not in VARIABLES or VARIABLES[wanted] is not Type.STRING:
            message = f"holds: a variable is wanted that is a text, not '{wanted}'"
            raise BadMatcher(path, message, close(str(wanted), list(VARIABLES)))
        return f"{wanted} in {full}"
    literal = _literal(wanted, kind, path)
    if operator == "has":
        return f"{literal} in {full}"
    if operator in _COMPARED:
        return f"{full} {_COMPARED[operator]} {literal}"
    if operator in ("is", "not"):
        return f"{full} {'==' if operator == 'is' else '!='} {literal}"
    return f"{full}.{'startsWith' if operator == 'starts_with' else 'matches'}({literal})"


def _literal(value: Any, kind: Type, path: tuple[str, ...]) -> str:
    if kind is Type.DOUBLE:
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise BadMatcher(path, f"a number is wanted, not '{value}'")
        return f"{float(value)!r}"
    if kind is Type.BOOL:
        if not isinstance(value, bool):
            raise BadMatcher(path, f"true or false is wanted, not '{value}'")
        return "true" if value else "false"
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise BadMatcher(path, f"a text is wanted, not '{value}'")
    return f"timestamp({_text(value)})" if kind is Type.TIMESTAMP else _text(str(value))


def _text(value: Any) -> str:
    return json.dumps(str(value), ensure_ascii=False)
