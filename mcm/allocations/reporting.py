"""From pieces to the lines and totals of a report. Pure; every sum exact, rounded once for people."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from mcm.allocations.changes import explained
from mcm.allocations.pieces import ZERO, Piece, added
from mcm.allocations.questions import Question, value
from mcm.allocations.schemas import Billed, ChangePart, Coverage, ReportKey, ReportLine, ReportTotal, shown
from mcm.kit.money import EXACT, plain, presented, quotient, rounded

Key = tuple[str | None, ...]
# By (month, currency): into what the report is in. What has no rate stays as it was billed.
Rates = Mapping[tuple[str, str], Decimal]


@dataclass(frozen=True, slots=True)
class Words:
    """Names by id of what is shown by name, and the tree: for each tenant, those above it, itself first."""

    tenants: Mapping[str, str] = field(default_factory=dict)
    accounts: Mapping[str, str] = field(default_factory=dict)
    tree: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Sums:
    amount: Decimal
    before: Decimal
    parts: dict[str, Decimal]


def lines(question: Question, pieces: Sequence[Piece], rates: Rates, words: Words) -> list[ReportLine]:
    """In the order of the keys' names; what says nothing last."""
    groups: dict[tuple[Key, str], list[Piece]] = {}
    for piece in pieces:
        key = tuple(value(piece, name) for name in question.by)
        groups.setdefault((key, _shown_in(question, piece, rates)), []).append(piece)
    if question.by == ("tenant",):
        _with_parents(question, groups, words)
    totals = _rolled_up(question, groups, rates, words)
    found = [_line(question, key, currency, groups[key, currency], totals, rates, words) for key, currency in groups]
    return sorted(found, key=_place)


def totals(question: Question, pieces: Sequence[Piece], found: Sequence[ReportLine], rates: Rates) -> list[ReportTotal]:
    by_currency: dict[str, list[Piece]] = {}
    for piece in pieces:
        by_currency.setdefault(_shown_in(question, piece, rates), []).append(piece)
    return [_total(question, currency, by_currency[currency], found, rates) for currency in sorted(by_currency)]


def converted(piece: Piece, rates: Rates) -> Decimal:
    rate = rates.get((piece.month, piece.currency))
    return piece.amount if rate is None else rounded(EXACT.multiply(piece.amount, rate))


def _shown_in(question: Question, piece: Piece, rates: Rates) -> str:
    return question.currency or "" if (piece.month, piece.currency) in rates else piece.currency


def _line(
    question: Question, key: Key, currency: str, pieces: Sequence[Piece], totals: Mapping[tuple[Key, str], Decimal],
    rates: Rates, words: Words,
) -> ReportLine:  # fmt: skip
    now = [piece for piece in pieces if piece.month == question.month]
    sums = _sums(question, pieces, rates)
    compared = question.against is not None
    keys = [_named(name, found, words) for name, found in zip(question.by, key, strict=True)]
    return ReportLine(
        keys=keys,
        currency=currency,
        amount=sums.amount,
        presented=shown(sums.amount, currency),
        total=totals.get((key, currency), sums.amount),
        depth=(keys[0].name or "").count("/") if question.by == ("tenant",) else 0,
        by_rules=added(converted(piece, rates) for piece in now if piece.trail),
        idle=added(converted(piece, rates) for piece in now if piece.kind == "idle"),
        billed=_billed(now),
        charges=sum(piece.charges for piece in now if not piece.trail),
        unknown=sum(piece.unknown for piece in now if not piece.trail),
        before=sums.before if compared else None,
        difference=plain(EXACT.subtract(sums.amount, sums.before)) if compared else None,
        change=_change(sums) if compared else [],
    )


def _total(
    question: Question, currency: str, pieces: Sequence[Piece], found: Sequence[ReportLine], rates: Rates
) -> ReportTotal:
    now = [piece for piece in pieces if piece.month == question.month]
    sums = _sums(question, pieces, rates)
    rounded_once = presented(sums.amount, currency)
    shown_lines = added(Decimal(one.presented) for one in found if one.currency == currency)
    compared = question.against is not None
    return ReportTotal(
        currency=currency,
        amount=sums.amount,
        presented=format(rounded_once, "f"),
        rounding=plain(EXACT.subtract(rounded_once, shown_lines)),
        unallocated=added(converted(piece, rates) for piece in now if not _is_allocated(piece)),
        # What has no known cost cannot be shared: it is where it was.
        unknown=sum(piece.unknown for piece in now if not piece.trail),
        coverage=_coverage(question, now, sums.amount, rates),
        before=sums.before if compared else None,
        difference=plain(EXACT.subtract(sums.amount, sums.before)) if compared else None,
        change=_change(sums) if compared else [],
    )


def _sums(question: Question, pieces: Sequence[Piece], rates: Rates) -> _Sums:
    """Changes are told apart in what was billed; what the exchange rate did is the rest."""
    now = [piece for piece in pieces if piece.month == question.month]
    amount = added(converted(piece, rates) for piece in now)
    if question.against is None:
        return _Sums(amount, ZERO, {})
    was = [piece for piece in pieces if piece.month == question.against]
    before = added(converted(piece, rates) for piece in was)
    parts: dict[str, list[Decimal]] = {}
    for currency in sorted({piece.currency for piece in pieces}):
        change = explained(
            (piece for piece in was if piece.currency == currency),
            (piece for piece in now if piece.currency == currency),
        )
        rate = rates.get((question.month, currency))
        for reason, part in change.parts.items():
            parts.setdefault(reason, []).append(part if rate is None else rounded(EXACT.multiply(part, rate)))
    found = {reason: added(amounts) for reason, amounts in parts.items()}
    difference = EXACT.subtract(amount, before)
    found["exchange"] = plain(EXACT.subtract(difference, added(found.values())))
    return _Sums(amount, before, found)


def _change(sums: _Sums) -> list[ChangePart]:
    return [ChangePart(reason=reason, amount=amount) for reason, amount in sums.parts.items() if amount]


def _billed(pieces: Iterable[Piece]) -> list[Billed]:
    found: dict[str, list[Decimal]] = {}
    for piece in pieces:
        found.setdefault(piece.currency, []).append(piece.amount)
    return [Billed(currency=currency, amount=added(found[currency])) for currency in sorted(found)]


def _is_allocated(piece: Piece) -> bool:
    return piece.left is None and (piece.linked or bool(piece.trail))


def _coverage(question: Question, pieces: Sequence[Piece], total: Decimal, rates: Rates) -> list[Coverage]:
    tests: dict[str, Callable[[Piece], bool]] = {
        "allocated": _is_allocated,
        "linked": lambda piece: piece.linked,
        "shared": lambda piece: bool(piece.trail),
    }
    found = []
    for name in (*tests, *(by for by in question.by if by.startswith("tag:") or by in _SAID)):
        test = tests.get(name)
        covered = [piece for piece in pieces if (test(piece) if test else value(piece, name) is not None)]
        amount = added(converted(piece, rates) for piece in covered)
        # Credits may leave a total that is less than what is covered: then there is no share to tell.
        whole = total > ZERO and ZERO <= amount <= total
        found.append(Coverage(of=name, amount=amount, share=quotient(amount, total) if whole else None))
    return found


_SAID = ("application", "environment", "cost_center")


def _with_parents(question: Question, groups: dict[tuple[Key, str], list[Piece]], words: Words) -> None:
    """A tenant without cost of its own has a line too when those below it have some."""
    wanted = question.only.get("tenant")
    for key, currency in list(groups):
        (tenant_id,) = key
        for above in words.tree.get(tenant_id or "", ()):
            if above in words.tenants and (wanted is None or wanted & set(words.tree[above])):
                groups.setdefault(((above,), currency), [])


def _rolled_up(
    question: Question, groups: Mapping[tuple[Key, str], Sequence[Piece]], rates: Rates, words: Words
) -> dict[tuple[Key, str], Decimal]:
    if question.by != ("tenant",):
        return {}
    parts: dict[tuple[Key, str], list[Decimal]] = {}
    for (key, currency), pieces in groups.items():
        own = added(converted(piece, rates) for piece in pieces if piece.month == question.month)
        (tenant_id,) = key
        above = words.tree.get(tenant_id or "", ()) or (tenant_id,)
        for one in above:
            parts.setdefault(((one,), currency), []).append(own)
    return {key: added(amounts) for key, amounts in parts.items()}


def _named(by: str, found: str | None, words: Words) -> ReportKey:
    names = {"tenant": words.tenants, "account": words.accounts}.get(by)
    if names is None:
        return ReportKey(by=by, id=None, name=found)
    return ReportKey(by=by, id=found, name=names.get(found or ""))


def _place(line: ReportLine) -> tuple[object, ...]:
    return *(((key.name is None), (key.name or "").split("/"), key.id or "") for key in line.keys), line.currency
