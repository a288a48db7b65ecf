"""Any sequence of reserving, committing, releasing, waiting, limiting and moving keeps to a model of a few lines; with
limits of vCPUs and of the money that they cost a month."""

import itertools
import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from mcm.errors import InvalidInput, McmError
from mcm.kit import clock
from mcm.tenancy import quota, quota_repository, repository, service
from mcm.tenancy.errors import QuotaExceeded, QuotaUnpriced, ReservationEnded
from mcm.tenancy.money_quota import taken
from mcm.tenancy.schemas import Amounts, Limits, MonthlyMoney, TenantCreate
from tests import lab as labs
from tests.lab import CALLER
from tests.rooms.tenancy import tariff

NAMES = ("top", "left", "right", "leaf")
TTL = timedelta(minutes=30)
_names = st.sampled_from(NAMES)


@dataclass
class Held:
    tenant: str
    amount: int
    priced: bool
    until: datetime
    status: str = "reserved"


class Machine(RuleBasedStateMachine):
    """The inventory is empty here: what is measured of it has tests of its own."""

    template: Path
    held = Bundle("held")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.mkdtemp()
        file = Path(self.folder) / "mcm.db"
        shutil.copy(self.template, file)
        self.lab = labs.make(f"sqlite:///{file}", Path(self.folder))
        self.database = self.lab.runtime.database
        self.now = datetime(2027, 1, 1, tzinfo=UTC)
        self.before = clock.now
        clock.now = lambda: self.now
        self.numbers = itertools.count()
        self.parents: dict[str, str | None] = {"top": None, "left": "top", "right": "top", "leaf": "left"}
        self.limits: dict[str, int] = {}
        # In money: twice the vCPUs is what they cost.
        self.money: dict[str, int] = {}
        self.model: dict[str, Held] = {}
        self.ids: dict[str, str] = {}
        with self.database.writing() as session:
            for name, parent in self.parents.items():
                wanted = TenantCreate(name=name, parent=self.ids[parent] if parent else None)
                self.ids[name] = service.create(session, CALLER, wanted).id

    def teardown(self) -> None:
        clock.now = self.before
        self.lab.close()
        shutil.rmtree(self.folder)

    def _chain(self, name: str) -> list[str]:
        found: list[str] = []
        current: str | None = name
        while current is not None:
            found.append(current)
            current = self.parents[current]
        return found

    def _counting(self, name: str) -> list[Held]:
        return [
            one
            for one in self.model.values()
            if one.status in ("reserved", "committed") and one.until > self.now and name in self._chain(one.tenant)
        ]

    def _sum(self, name: str) -> int:
        return sum(one.amount for one in self._counting(name))

    def _paid(self, name: str) -> int:
        return sum(2 * one.amount for one in self._counting(name) if one.priced)

    @rule(target=held, name=_names, amount=st.integers(0, 4), priced=st.sampled_from([True, True, True, False]))
    def reserve(self, name: str, amount: int, priced: bool) -> str:
        above = self._chain(name)[::-1]
        over = [one for one in above if amount and self._sum(one) + amount > self.limits.get(one, 10**9)]
        bound = [one for one in above if one in self.money]
        dear = [one for one in bound if amount and self._paid(one) + 2 * amount > self.money[one]]
        key = f"k{next(self.numbers)}"
        change = tariff.new(self.ids[name], amount if priced else None)
        asked: Any = (self.ids[name], Amounts(vcpus=amount), "x", TTL)
        try:
            with self.database.writing() as session:
                made = quota.reserve(session, *asked, key=key, change=change)
        except QuotaUnpriced as refused:
            self._of(refused, None if over or priced else bound[0], {})
            return ""
        except QuotaExceeded as refused:
            # The highest that is exceeded is named, and what is counted before what is paid.
            named = (over or dear)[0]
            self._of(refused, named, {"limit": self.limits[named] if over else str(self.money[named])})
            return ""
        assert not over
        assert not (dear if priced else bound)
        self.model[made.id] = Held(name, amount, priced, self.now + TTL)
        with self.database.writing() as session:
            assert quota.reserve(session, *asked, key=key, change=change) == made
        return made.id

    def _of(self, refused: McmError, name: str | None, told: dict[str, object]) -> None:
        assert name is not None
        assert refused.details | {"tenant": self.ids[name]} | told == refused.details

    @rule(ident=held)
    def commit(self, ident: str) -> None:
        self._end(ident, quota.commit, {"reserved", "committed"}, "committed")

    @rule(ident=held)
    def release(self, ident: str) -> None:
        self._end(ident, quota.release, {"reserved", "released", "expired"}, "released")

    def _end(self, ident: str, verb: Any, allowed: set[str], to: str) -> None:
        if not ident:
            return
        one = self.model[ident]
        overdue = one.status == "reserved" and one.until <= self.now
        refused = one.status not in allowed or (overdue and to == "committed")
        try:
            with self.database.writing() as session:
                told = verb(session, ident)
        except ReservationEnded:
            assert refused
            return
        assert not refused
        if one.status == "reserved":
            one.status = "expired" if overdue else to
            one.until = self.now + quota.SETTLE if to == "committed" else one.until
        assert told.status == one.status

    @rule(minutes=st.sampled_from([1, 10, 20, 40]))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    def expire(self) -> None:
        overdue = [one for one in self.model.values() if one.status == "reserved" and one.until <= self.now]
        with self.database.writing() as session:
            assert quota.expire(session) == len(overdue)
        for one in overdue:
            one.status = "expired"

    @rule(name=_names, amount=st.none() | st.integers(0, 8), money=st.none() | st.integers(0, 16))
    def set_limit(self, name: str, amount: int | None, money: int | None) -> None:
        paid = MonthlyMoney(amount=Decimal(money), currency="EUR") if money is not None else None
        with self.database.writing() as session:
            tenant = repository.find(session, self.ids[name])
            assert tenant is not None
            quota.set_limits(session, CALLER, tenant, Limits(vcpus=amount, money_per_month=paid))
        self.limits.pop(name, None)
        self.money.pop(name, None)
        if amount is not None:
            self.limits[name] = amount
        if money is not None:
            self.money[name] = money

    @rule(name=_names, parent=st.none() | _names)
    def move(self, name: str, parent: str | None) -> None:
        cycle = parent is not None and name in self._chain(parent)
        try:
            with self.database.writing() as session:
                service.move(session, CALLER, self.ids[name], self.ids[parent] if parent else None, None)
        except InvalidInput:
            assert cycle
            return
        assert not cycle
        self.parents[name] = parent

    @invariant()
    def sums_are_those_of_the_model(self) -> None:
        with self.database.reading() as session:
            found = quota_repository.reserved(session, list(self.ids.values()), self.now)
            paid = taken(session, list(self.ids.values()), "EUR")
        assert {name: found[ident]["vcpus"] for name, ident in self.ids.items()} == {
            name: self._sum(name) for name in NAMES
        }
        assert {name: paid[ident].reserved for name, ident in self.ids.items()} == {
            name: self._paid(name) for name in NAMES
        }


def test_any_sequence_keeps_to_the_model(sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", clock.now)
    tariff.hang_out(monkeypatch)
    Machine.template = sqlite_template
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=10, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
