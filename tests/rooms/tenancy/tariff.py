"""A tariff to reckon in one's head, in place of price lists: 2 for a vCPU, 1 for ten GiB, in any currency."""

from collections.abc import Sequence
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from mcm.tenancy import money
from mcm.tenancy.money import Change, Cost, Holding, Lacking

NO_SIZE = Lacking("nobody says how large it is", "大小未知", "say how large it is", "请说明大小")
# What each call was asked for.
ASKED: list[list[Holding]] = []


def hang_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """For the rest of the test everything is priced by it."""
    ASKED.clear()
    monkeypatch.setattr(money, "_asked", [price])
    # A runtime that is built later brings its own.
    monkeypatch.setattr(money, "install", lambda _: None)


def price(_: Session, holdings: Sequence[Holding], currency: str) -> list[Cost]:
    ASKED.append(list(holdings))
    return [_cost(one) for one in holdings]


def _cost(one: Holding) -> Cost:
    unknown = one.disk_gib is None or (one.kind == "instance" and one.vcpus is None)
    amount = 2 * (one.vcpus or 0) * one.count + (one.disk_gib or 0) / Decimal(10)
    return Cost(Decimal(amount), "list", (NO_SIZE,) if unknown else ())


def new(tenant_id: str, vcpus: int | None) -> Change:
    """An instance that costs twice its vCPUs; None: one without a price."""
    return Change(Holding("instance", tenant_id, "acc_any", "r1", vcpus=vcpus))
