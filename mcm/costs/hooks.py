"""What lower rooms ask this one for, by the composition root's leave; loaded when it is first asked."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from mcm.tenancy.money import Cost, Holding


def price_holdings(session: "Session", holdings: "Sequence[Holding]", currency: str) -> "Sequence[Cost]":
    """`mcm.tenancy.money.Pricing`."""
    from mcm.costs.holdings import priced

    return priced(session, holdings, currency)
