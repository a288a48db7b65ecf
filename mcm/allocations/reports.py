"""Cost reports: charges, shared by the rules, of what the caller sees. Reads only.

Everything is shared for everybody; then what others pay is left out, and of what the caller pays of a cost that they do
not see only the service, the rule and the amount are told.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import orjson
from sqlalchemy.orm import Session

from mcm.allocations import gathering, idle, repository
from mcm.allocations.cycles import CyclicRules
from mcm.allocations.engine import allocate
from mcm.allocations.naming import Names
from mcm.allocations.pieces import Piece
from mcm.allocations.questions import Question, fits, last_day
from mcm.allocations.reporting import Words, lines, totals
from mcm.allocations.resolved import Rule
from mcm.allocations.rules import document, resolved
from mcm.allocations.schemas import CostReport, Gap, RateUsed
from mcm.auth.service import View, view_of
from mcm.kit import clock
from mcm.prices import service as prices
from mcm.prices.errors import NoExchangeRate
from mcm.tenancy import service as tenancy

_ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Shared:
    """What the caller sees of the shared cost, and what it lacks."""

    pieces: list[Piece]
    names: Names
    gaps: list[Gap]


def report(session: Session, question: Question) -> CostReport:
    found = shared(session, question)
    rates, used, gaps = exchange(session, question, found.pieces)
    made = lines(question, found.pieces, rates, words(session, found.names))
    return CostReport(
        month=question.month, against=question.against, by=list(question.by), cost=question.cost,
        currency=question.currency, made_at=clock.now(), rules=mark(session), whole=view_of(session).everything,
        lines=made, totals=totals(question, found.pieces, made, rates), rates=used, gaps=[*found.gaps, *gaps],
    )  # fmt: skip


def shared(
    session: Session, question: Question, rules: Sequence[Rule] | None = None, *, names: Names | None = None
) -> Shared:
    """rules: instead of those that are kept."""
    names = names or Names(session)
    rules = resolved(session, names) if rules is None else rules
    months = [question.month] if question.against is None else [question.month, question.against]
    view = view_of(session)
    wanted = gathering.needs(
        rules, (*question.by, *question.only), question.tag_keys, view, sku=question.against is not None
    )
    pieces = gathering.pieces(session, months, question.cost, wanted)
    pools = idle.pool_costs(session, months)
    gaps = _gaps(rules, view) + _idle_gaps(session, pools, pieces, question.month)
    if question.against is not None and question.month >= f"{clock.now():%Y-%m}" > question.against:
        gaps.append(Gap(about="month_running", params={"month": question.month, "against": question.against}))
    pieces += [_inside(piece, view) for piece in idle.idle(pools, pieces, names)]
    try:
        parts = allocate(pieces, rules, names.tree)
    except CyclicRules as ring:
        # They were none when they were written: a tenant was moved since.
        gaps.append(Gap(about="rules_cyclic", params={"rules": ring.names if view.everything else []}))
        parts = allocate(pieces, [], names.tree)
    kept = [piece for piece in _seen(session, parts, view) if fits(piece, question.only, names.tree)]
    return Shared(kept, names, [*gaps, *_left(kept, question.month)])


def exchange(
    session: Session, question: Question, pieces: Collection[Piece]
) -> tuple[dict[tuple[str, str], Decimal], list[RateUsed], list[Gap]]:
    """The rates of each month's last day, or of today's for a month that is not over."""
    rates: dict[tuple[str, str], Decimal] = {}
    used: list[RateUsed] = []
    lacking: set[str] = set()
    if question.currency is None:
        return rates, used, []
    for month, currency in sorted({(piece.month, piece.currency) for piece in pieces}):
        on = min(last_day(month), clock.now().date())
        try:
            found = prices.converted(session, _ONE, currency, question.currency, on)
        except NoExchangeRate:
            lacking.add(currency)
            continue
        rates[month, currency] = found.rate
        if currency != question.currency:
            used.append(
                RateUsed(
                    month=month, currency=currency, to=question.currency, rate=found.rate, source=found.source,
                    on=found.on, seed=found.seed,
                )
            )  # fmt: skip
    # Of one month converted and of the other not, nothing could be compared.
    rates = {about: rate for about, rate in rates.items() if about[1] not in lacking}
    gaps = [Gap(about="no_exchange_rate", params={"currency": one, "to": question.currency}) for one in sorted(lacking)]
    return rates, [one for one in used if one.currency not in lacking], gaps


def words(session: Session, names: Names) -> Words:
    """Names of what the session sees."""
    known = tenancy.known(session)
    return Words(tenancy.paths(known), repository.account_names(session), names.tree)


def mark(session: Session) -> str:
    """Names the rules a report was made with: another mark, other rules."""
    kept = [document(row).model_dump(mode="json", exclude_none=True) for row in repository.rules(session)]
    return hashlib.blake2b(orjson.dumps(kept, option=orjson.OPT_SORT_KEYS), digest_size=6).hexdigest()


def _inside(piece: Piece, view: View) -> Piece:
    return piece if view.everything else replace(piece, visible=piece.tenant_id in view.tenants)


def _seen(session: Session, parts: Sequence[Piece], view: View) -> list[Piece]:
    if view.everything:
        return list(parts)
    mine = [piece for piece in parts if piece.tenant_id in view.tenants or (piece.visible and not piece.trail)]
    accounts = repository.account_names(session)
    return [_shown(piece if piece.visible else _hidden(piece), view, accounts) for piece in mine]


def _shown(piece: Piece, view: View, accounts: Collection[str]) -> Piece:
    """Whoever sees a project only is not told whose it is, and nobody by what account that they do not see."""
    return replace(
        piece,
        tenant_id=piece.tenant_id if piece.tenant_id in view.tenants else None,
        account_id=piece.account_id if piece.account_id in accounts else None,
        owner=piece.owner if piece.owner in view.tenants else None,
    )


def _hidden(piece: Piece) -> Piece:
    return replace(
        piece, account_id=None, provider=None, region=None, environment=None, project=None, sku=None, tags=(),
        category=None if piece.kind == "idle" else piece.category, charges=0, unknown=0,
    )  # fmt: skip


def _gaps(rules: Sequence[Rule], view: View) -> list[Gap]:
    if not view.everything:
        return []
    return [
        Gap(about="names_unknown", params={"rule": rule.name, "missing": list(rule.missing)})
        for rule in rules
        if rule.missing
    ]


def _left(pieces: Sequence[Piece], month: str) -> list[Gap]:
    left = {piece.currency for piece in pieces if piece.left == "nothing_to_share_by" and piece.month == month}
    unknown = sum(piece.unknown for piece in pieces if piece.month == month and not piece.trail)
    found = [Gap(about="nothing_to_share_by", params={"currency": currency}) for currency in sorted(left)]
    return found + ([Gap(about="unknown_cost", params={"charges": unknown})] if unknown else [])


def _idle_gaps(session: Session, pools: Sequence[idle.PoolCost], pieces: Sequence[Piece], month: str) -> list[Gap]:
    names = repository.account_names(session)
    lacking = {"idle_unknown": idle.unknown(pools, pieces, month), "not_metered": idle.unmetered(pools, month)}
    told = {about: [names[one] for one in accounts if one in names] for about, accounts in lacking.items()}
    return [Gap(about=about, params={"accounts": accounts}) for about, accounts in told.items() if accounts]
