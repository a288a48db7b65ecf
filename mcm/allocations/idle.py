"""What private clouds cost beyond what was metered: a line of its own, from the published cards and the charges.

A card's rates are reckoned with a utilisation; whatever of the pool's cost they did not bring in is idle (negative when
they brought in more). Read from the cards as they were published, so that a past month stays what it was.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal, DecimalException
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mcm.allocations.naming import Names
from mcm.allocations.pieces import Piece, added
from mcm.kit import clock
from mcm.kit.money import EXACT, exact, plain
from mcm.models import ChargePart, PublishedRateCard, RateCardAccount

SERVICE = "idle"


@dataclass(frozen=True, slots=True)
class PoolCost:
    """What a pool cost in a month, and for which accounts. total: None when the card does not tell, or when a bill came
    in for one of the accounts: what is on the bill would count twice. Nor in a month that is not over: its cost is that
    of the whole month, and what was metered is not. Nor where one of the accounts was never metered (`unmetered`): what
    nobody looked at is not idle."""

    pool: str
    month: str
    currency: str
    total: Decimal | None
    account_ids: tuple[str, ...]
    unmetered: tuple[str, ...] = ()


def pool_costs(session: Session, months: Collection[str]) -> list[PoolCost]:
    """By the newest version of each pool's card of the month."""
    rows = session.scalars(
        select(PublishedRateCard)
        .where(PublishedRateCard.month.in_(sorted(months)))
        .order_by(PublishedRateCard.pool, PublishedRateCard.month, PublishedRateCard.version)
    )
    newest = {(row.pool, row.month): row for row in rows}
    accounts: dict[str, list[str]] = {}
    linked = select(RateCardAccount.card_id, RateCardAccount.account_id).where(
        RateCardAccount.card_id.in_([row.id for row in newest.values()])
    )
    for card_id, account_id in session.execute(linked):
        accounts.setdefault(card_id, []).append(account_id)
    billed, metered = _having(session, months, "file"), _having(session, months, "meter")
    running = f"{clock.now():%Y-%m}"
    found = []
    for row in newest.values():
        ids = tuple(sorted(accounts.get(row.id, ())))
        untold = row.month >= running or any((one, row.month) in billed for one in ids)
        unmetered = () if untold else tuple(one for one in ids if (one, row.month) not in metered)
        total = None if untold or unmetered else _total(row.calculation)
        found.append(PoolCost(row.pool, row.month, row.currency, total, ids, unmetered))
    return found


def _having(session: Session, months: Collection[str], kind: str) -> set[tuple[str, str]]:
    """(account, month) with charges of that kind. Corrections are neither: they are made to what is metered, too."""
    query = select(ChargePart.account_id, ChargePart.month).where(
        ChargePart.month.in_(sorted(months)), ChargePart.kind == kind, ChargePart.status == "current"
    )
    return {(row.account_id, row.month) for row in session.execute(query)}


def idle(pools: Sequence[PoolCost], pieces: Sequence[Piece], names: Names) -> list[Piece]:
    """One piece for each pool and month whose cost is known. pieces: what was charged in these months."""
    found = []
    for pool in pools:
        if pool.total is None:
            continue
        metered = added(
            piece.amount
            for piece in pieces
            if piece.basis == "modelled"
            and piece.month == pool.month
            and piece.currency == pool.currency
            and piece.account_id in pool.account_ids
        )
        owners = {names.owners.get(account_id) for account_id in pool.account_ids}
        providers = {names.providers.get(account_id) for account_id in pool.account_ids}
        found.append(
            Piece(
                pool.month,
                pool.currency,
                plain(EXACT.subtract(pool.total, metered)),
                account_id=pool.account_ids[0] if len(pool.account_ids) == 1 else None,
                tenant_id=owners.pop() if len(owners) == 1 else None,
                provider=providers.pop() if len(providers) == 1 else None,
                service=SERVICE,
                category=pool.pool,
                linked=False,
                basis="modelled",
                charges=0,
                kind="idle",
            )
        )
    return [piece for piece in found if piece.amount]


def unknown(pools: Sequence[PoolCost], pieces: Sequence[Piece], month: str) -> list[str]:
    """Accounts that were metered in the month by a card that does not tell what their pool cost."""
    told = {
        account_id
        for pool in pools
        if pool.month == month and pool.total is not None
        for account_id in pool.account_ids
    }
    metered = {piece.account_id for piece in pieces if piece.basis == "modelled" and piece.month == month}
    never = unmetered(pools, month)
    return sorted(one for one in metered - told if one is not None and one not in never)


def unmetered(pools: Sequence[PoolCost], month: str) -> list[str]:
    """Accounts with a rate card whose use of the month nobody metered."""
    return sorted({one for pool in pools if pool.month == month for one in pool.unmetered})


def _total(calculation: Any) -> Decimal | None:
    found = calculation.get("total") if isinstance(calculation, dict) else None
    amount = found.get("amount") if isinstance(found, dict) else found
    try:
        return None if amount is None else exact(amount)
    except (ValueError, DecimalException):
        return None
