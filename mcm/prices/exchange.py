"""Exchange rates: kept by day and source, never changed; a conversion says which one it used and how."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from mcm.kit import clock, currencies
from mcm.kit.ids import new_id
from mcm.kit.money import EXACT, exact, quotient, rounded, written
from mcm.models import ExchangeRate
from mcm.prices.errors import InvalidExchangeRate, NoExchangeRate
from mcm.prices.points import LONGEST

_FIRST = date(1999, 1, 1)


@dataclass(frozen=True, slots=True)
class Converted:
    """rate: what one unit of the first currency was taken for, to 18 places; the amount itself is not made from the
    rounded rate. how: `same`, `direct`, `inverse` or `through` (by way of the currency `through`). on: the day of the
    rate, of two the older. seed: a rate that came with mcm."""

    amount: Decimal
    rate: Decimal
    source: str
    on: date
    how: str = "direct"
    through: str | None = None
    seed: bool = False


@dataclass(frozen=True, slots=True)
class _Leg:
    """One step: times `above`, divided by `below`."""

    above: Decimal
    below: Decimal
    source: str
    on: date
    seed: bool
    inverse: bool

    @property
    def worth(self) -> tuple[bool, date, bool]:
        """The best is the largest: a real one, then the youngest, then one that is given as it is needed."""
        return (not self.seed, self.on, not self.inverse)


def converted(session: Session, amount: Decimal, currency: str, to: str, on: date) -> Converted:
    """At the youngest rate that is not younger than the day. Raises NoExchangeRate."""
    for code in (currency, to):
        if not currencies.known(code):
            raise NoExchangeRate(f"'{code[:20]}' is no currency of ISO 4217", next_step="write it as USD, EUR or CNY")
    if currency == to:
        return Converted(amount, Decimal(1), "", on, "same")
    legs = _legs(session, {currency, to}, on)
    direct = legs.get((currency, to))
    crossing = [
        (first, second, other)
        for (start, other), first in legs.items()
        if start == currency and other != to and (second := legs.get((other, to))) is not None
    ]
    # Through a third one only where there is no other way, or none but the seed's.
    best = max(crossing, key=lambda found: (min(found[0].worth[:2], found[1].worth[:2]), found[2]), default=None)
    if direct is not None and (best is None or not direct.seed or best[0].seed or best[1].seed):
        how = "inverse" if direct.inverse else "direct"
        return _made(amount, direct.above, direct.below, direct.source, direct.on, how, None, direct.seed)
    if best is None:
        raise NoExchangeRate(
            f"there is no exchange rate from {currency} to {to} for {on}, nor through a third currency",
            next_step=f"mcm price set-rate {currency} {to} RATE --source S --on {on}",
            details={"currency": currency, "to": to, "on": on.isoformat()},
        )
    first, second, other = best
    source = first.source if first.source == second.source else f"{first.source}; {second.source}"
    above, below = EXACT.multiply(first.above, second.above), EXACT.multiply(first.below, second.below)
    seed = first.seed or second.seed
    return _made(amount, above, below, source, min(first.on, second.on), "through", other, seed)


def put(
    session: Session, base: str, quote: str, rate: Decimal, source: str, on: date, *, seed: bool = False
) -> tuple[ExchangeRate, bool]:
    """The row that now says it, and whether it is a new one. Raises InvalidExchangeRate; the caller audits."""
    check(base, quote, rate, source, on)
    now = clock.now()
    same = select(ExchangeRate).where(
        ExchangeRate.base == base, ExchangeRate.quote == quote, ExchangeRate.source == source,
        ExchangeRate.quoted_on == on, ExchangeRate.superseded_at.is_(None),
    )  # fmt: skip
    for there in session.scalars(same.with_for_update()):
        if there.rate == rate and there.seed == seed:
            return there, False
        there.superseded_at = now
    row = ExchangeRate(
        id=new_id("fxr"), base=base, quote=quote, rate=rate, source=source, quoted_on=on, seed=seed, recorded_at=now,
        superseded_at=None,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row, True


def known(session: Session, base: str, quote: str, rate: Decimal, source: str, on: date) -> bool:
    """Whether `put` would find nothing new."""
    row = ExchangeRate
    query = select(row.rate).where(
        row.base == base, row.quote == quote, row.source == source, row.quoted_on == on, row.superseded_at.is_(None)
    )  # fmt: skip
    return rate in session.scalars(query).all()


def listed(
    session: Session,
    *,
    base: str | None,
    quote: str | None,
    history: bool,
    after: Sequence[str] | None,
    limit: int,
) -> Sequence[ExchangeRate]:
    """By currencies, the youngest day first."""
    row = ExchangeRate
    query = select(row).order_by(row.base, row.quote, row.quoted_on.desc(), row.id).limit(limit)
    if base is not None:
        query = query.where(row.base == base)
    if quote is not None:
        query = query.where(row.quote == quote)
    if not history:
        query = query.where(row.superseded_at.is_(None))
    if after is not None:
        first, second, day, ident = after
        pair = and_(row.base == first, row.quote == second)
        query = query.where(
            or_(
                row.base > first,
                and_(row.base == first, row.quote > second),
                and_(pair, row.quoted_on < day),
                and_(pair, row.quoted_on == day, row.id > ident),
            )
        )
    return session.scalars(query).all()


def _legs(session: Session, ends: Iterable[str], on: date) -> dict[tuple[str, str], _Leg]:
    """By currencies, the best way from the one to the other that begins or ends at one of `ends`."""
    row = ExchangeRate
    wanted = sorted(ends)
    # The youngest day of each pair and source: of years of daily rates the others are not read.
    youngest = (
        select(row.base, row.quote, row.source, row.seed, func.max(row.quoted_on).label("day"))
        .where(row.superseded_at.is_(None), row.quoted_on <= on, or_(row.base.in_(wanted), row.quote.in_(wanted)))
        .group_by(row.base, row.quote, row.source, row.seed)
        .subquery()
    )
    same = and_(
        *(getattr(row, name) == youngest.c[name] for name in ("base", "quote", "source", "seed")),
        row.quoted_on == youngest.c.day, row.superseded_at.is_(None),
    )  # fmt: skip
    query = (
        select(row.base, row.quote, row.rate, row.source, row.quoted_on, row.seed)
        .join(youngest, same)
        .order_by(row.quoted_on, row.recorded_at, row.id)
    )
    found: dict[tuple[str, str], _Leg] = {}
    for base, quote, rate, source, day, seed in session.execute(query):
        ways = (
            ((base, quote), _Leg(rate, Decimal(1), source, day, seed, inverse=False)),
            ((quote, base), _Leg(Decimal(1), rate, source, day, seed, inverse=True)),
        )
        for way, leg in ways:
            there = found.get(way)
            # Of two of one day the one that was recorded last.
            if there is None or leg.worth >= there.worth:
                found[way] = leg
    return found


def _made(
    amount: Decimal, above: Decimal, below: Decimal, source: str, on: date, how: str, through: str | None, seed: bool
) -> Converted:
    product = EXACT.multiply(amount, above)
    made = rounded(product) if below == 1 else quotient(product, below)
    return Converted(made, quotient(above, below), source, on, how, through, seed)


def check(base: str, quote: str, rate: Decimal, source: str, on: date) -> None:
    for code in (base, quote):
        if not currencies.known(code):
            raise InvalidExchangeRate(f"'{code[:20]}' is no currency of ISO 4217", next_step="write it as USD or CNY")
    if base == quote:
        raise InvalidExchangeRate("a currency has no rate against itself", next_step="name two currencies")
    if exact(rate) <= 0:
        raise InvalidExchangeRate(f"the rate is {written(rate)}", next_step="give one above 0")
    if not 0 < len(source.strip()) <= LONGEST or not source.isprintable():
        raise InvalidExchangeRate("the source is missing or cannot be read", next_step="name who published the rate")
    # East of Greenwich the day has begun already.
    if not _FIRST <= on <= clock.now().date() + timedelta(days=1):
        raise InvalidExchangeRate(
            f"{on} lies ahead, or before {_FIRST.year}", next_step="give the day for which the rate was published"
        )
