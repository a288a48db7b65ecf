"""A lab with two priced places and one private cloud with a rate card."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mcm.ratecards import service as ratecards
from mcm.ratecards.rates import RateCard
from tests import lab as labs
from tests.lab import Lab
from tests.rooms.costs import stock

CARDS: dict[str, RateCard] = {}


@pytest.fixture
def priced(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    """north:n-1 in dollars, east:e-1 in yuan, the account `hall` by its rate card; a dollar is 7.2 yuan."""
    made = labs.make(database_url, tmp_path)
    hall = made.account("hall", instances=12, regions="1")
    with made.runtime.database.writing() as session:
        stock.put(session, "north", "n-1", stock.NORTH)
        stock.put(session, "east", "e-1", stock.EAST, currency="CNY", age=45)
        stock.rate(session, "USD", "CNY", "7.2")
    CARDS.clear()
    CARDS[hall] = stock.card(hall)
    monkeypatch.setattr(ratecards, "current", lambda session, account_id, on=None: CARDS.get(account_id))
    yield made
    made.close()
