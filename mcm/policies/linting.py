"""A policy as text: read, compiled, its examples run, and everything that is wrong with it named with its place."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import orjson

from mcm.kit import clock, documents
from mcm.kit.documents import Document, DocumentError, Finding, close
from mcm.policies.compiled import CompiledPolicies, CompiledPolicy, compiled
from mcm.policies.documents import VERBS, Example, PlacementPolicy
from mcm.policies.engine import NotCompiled
from mcm.policies.facts import CONTEXT, LOCATION, VARIABLES, Facts, Value, clean
from mcm.policies.judging import judge
from mcm.policies.verbs import BadMatcher


@dataclass(frozen=True, slots=True)
class Ran:
    """What became of an example. said: allow, deny, or error; why: of an error."""

    name: str
    expect: str
    said: str
    ok: bool
    why: str = ""


@dataclass(slots=True)
class Draft:
    """policy is None: `findings` hold an error."""

    policy: CompiledPolicy | None
    findings: list[Finding]
    examples: list[Ran] = field(default_factory=list)
    text: str = ""

    @property
    def errors(self) -> list[Finding]:
        return [one for one in self.findings if one.severity == "error"]

    def finding(self, path: Sequence[str | int], message: str, suggestion: str | None = None) -> Finding:
        """For what only somebody who knows the installation can find. The text must be one that can be read."""
        return documents.read(self.text).finding(path, message, suggestion=suggestion)


def lint(text: str, *, version: int = 0) -> Draft:
    """Never raises for what a person may write."""
    try:
        source = documents.read(text)
    except DocumentError as error:
        return Draft(None, error.findings, text=text)
    document, findings = documents.check(source, PlacementPolicy)
    if document is None:
        return Draft(None, sorted(findings, key=lambda one: (one.line, one.column)), text=text)
    try:
        policy = compiled(document, version, digest_of(document))
    except BadMatcher as error:
        path = ("rule", *error.path)
        found = source.finding(path, error.message, suggestion=error.suggestion, key=error.key)
        return Draft(None, [found], text=text)
    except NotCompiled as error:
        return Draft(None, _of_the_rule(source, text, document, error), text=text)
    findings = _warnings(source, document)
    examples = []
    for number, example in enumerate(document.examples):
        strange = _strange(source, number, example)
        findings += strange
        if not strange:
            examples.append(_run(policy, example))
            if not examples[-1].ok:
                findings.append(_failed(source, number, examples[-1]))
    broken = any(one.severity == "error" for one in findings)
    return Draft(None if broken else policy, findings, examples, text)


def digest_of(document: PlacementPolicy) -> str:
    """Of what the policy says, whatever its layout. Exceptions are kept beside it and do not count."""
    said = document.model_dump(mode="json", by_alias=True, exclude={"exceptions"})
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


def excerpt(text: str, line: int, column: int) -> str:
    """The line with a caret below."""
    lines = text.split("\n")
    if not 1 <= line <= len(lines) or column > 200:
        return ""
    before = "".join("\u3000" if ord(one) > 0x2E80 else " " for one in lines[line - 1][: column - 1])
    return f"{lines[line - 1][:200].rstrip()}\n{before}^"


def facts_of(example: Example) -> tuple[dict[str, Value], dict[str, Value], dict[str, Value]]:
    """What it says about the workload, the location and everything else."""
    sides: tuple[dict[str, Value], dict[str, Value], dict[str, Value]] = ({}, {}, {})
    for name, raw in example.facts.items():
        value = clean(name, raw)
        if value is not None:
            sides[1 if name in LOCATION else 2 if name in CONTEXT else 0][name] = value
    return sides


def _run(policy: CompiledPolicy, example: Example) -> Ran:
    subject, location, context = facts_of(example)
    # An example is about what the rule says, whatever the mode and whomever the policy binds by its scope.
    asked = replace(policy, exemptions=())
    found = judge(CompiledPolicies((asked,), clock.now()), [subject], [location], context)
    yes = bool(found.mask_of(policy.id, 0))
    error = next((one.error for one in found.reasons(0, 0) if one.error), "")
    said = "error" if error else "allow" if yes else "deny"
    # An error counts as a no, and an example may say so.
    return Ran(example.name, example.expect, said, example.expect == ("allow" if yes else "deny"), error)


def _strange(source: Document, number: int, example: Example) -> list[Finding]:
    found = []
    for name, raw in example.facts.items():
        path = ("examples", number, "facts", name)
        if name not in VARIABLES:
            hint = close(name, list(VARIABLES)) or "docs/policies.md lists those there are"
            found.append(source.finding(path, f"there is no variable '{name}'", suggestion=hint, key=True))
        elif raw is not None and clean(name, raw) is None:
            found.append(source.finding(path, f"{name} is a {VARIABLES[name]}, which '{raw}' is not"))
    return found


def _failed(source: Document, number: int, ran: Ran) -> Finding:
    why = f" ({ran.why})" if ran.why else ""
    said = "deny" if ran.said == "error" else ran.said
    return source.finding(
        ("examples", number), f"example '{ran.name}' expects {ran.expect}, and the rule says {said}{why}"
    )


def _warnings(source: Document, document: PlacementPolicy) -> list[Finding]:
    found = []

    def warn(path: tuple[str | int, ...], message: str, hint: str | None = None) -> None:
        found.append(source.finding(path, message, suggestion=hint, severity="warning"))

    if not document.examples:
        warn(("id",), "the policy has no examples: nobody would notice when a change turns it round", "add `examples`")
    if document.title_zh and document.message and not document.message_zh:
        warn(("message",), "the message has no Chinese form", "add `message_zh`")
    now = datetime.now(UTC)
    for number, one in enumerate(document.exceptions):
        if one.expires <= now:
            warn(("exceptions", number, "expires"), "this exception is over; it will not be asked for")
    return found


def _of_the_rule(source: Document, text: str, document: PlacementPolicy, error: NotCompiled) -> list[Finding]:
    found = []
    for problem in error.problems:
        if document.rule.cel is None:
            verb = next(name for name in VERBS if getattr(document.rule, name) is not None)
            found.append(source.finding(("rule", verb), problem.message, suggestion=problem.suggestion))
            continue
        line, column = placed(text, source.where(("rule", "cel")), document.rule.cel, problem.offset)
        found.append(Finding(line, column, problem.message, "rule.cel", problem.suggestion))
    return found


def placed(text: str, start: tuple[int, int], value: str, offset: int) -> tuple[int, int]:
    """Line and column of a character of a scalar that begins at `start`, however it is written: plain, quoted, folded
    or as a block. The characters that are no space come in the same order in both."""
    lines = text.split("\n")
    place = sum(len(one) + 1 for one in lines[: start[0] - 1]) + start[1] - 1
    if text[place : place + 1] in ("|", ">"):
        place = text.find("\n", place) + 1
    found = place
    for letter in value[: offset + 1]:
        if letter.isspace():
            continue
        behind = text.find(letter, place)
        if behind < 0:
            break
        found, place = behind, behind + 1
    before = text[:found]
    return before.count("\n") + 1, found - (before.rfind("\n") + 1) + 1


def values_shown(facts: Facts) -> Mapping[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in facts.items()}
