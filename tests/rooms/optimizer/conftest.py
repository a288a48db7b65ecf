"""Two data centres and a public cloud in a lab, on each database; searches are run in the test's own thread."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from mcm.accounts import service as accounts
from mcm.ratecards import service as ratecards
from mcm.ratecards.rates import RateCard
from tests import prepared
from tests.lab import Lab
from tests.rooms.costs import stock
from tests.rooms.optimizer.desk import Desk
from tests.rooms.placement.estate import estate


@pytest.fixture
def desk(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    lab = prepared.lab(database_url, tmp_path / "data", "optimizer", _estate)
    cards: dict[str, RateCard] = {}
    # What runs in dc0 costs three times what it costs in dc1.
    for name, by in (("dc0", 3), ("dc1", 1)):
        cards[_id(lab, name)] = _card(_id(lab, name), Decimal(by))
    monkeypatch.setattr(ratecards, "current", lambda session, account_id, on=None: cards.get(account_id))
    yield Desk(lab)
    lab.close()


def _estate(lab: Lab) -> None:
    estate(lab, private=2)


def _id(lab: Lab, name: str) -> str:
    with lab.runtime.database.reading() as session:
        return accounts.get(session, name).id


def _card(account_id: str, by: Decimal) -> RateCard:
    made = stock.card(account_id, currency="USD")
    rates = replace(
        made.marginal, vcpu_hour=made.marginal.vcpu_hour * by, memory_gib_hour=made.marginal.memory_gib_hour * by
    )
    return replace(made, marginal=rates)
