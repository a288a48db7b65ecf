"""Any sequence of reserving, committing, releasing, waiting, limiting and moving keeps to a model of a few lines."""

import itertools
import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from mcm.errors import InvalidInput
from mcm.kit import clock
from mcm.tenancy import quota, quota_repository, repository, service
from mcm.tenancy.errors import QuotaExceeded, ReservationEnded
from mcm.tenancy.schemas import Amounts, Limits, TenantCreate
from tests import lab as labs
from tests.lab import CALLER

NAMES = ("top", "left", "right", "leaf")
TTL = timedelta(minutes=30)
_names = st.sampled_from(NAMES)


@dataclass
class Held:
    tenant: str
    amount: int
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

    def _sum(self, name: str) -> int:
        return sum(
            one.amount
            for one in self.model.values()
            if one.status in ("reserved", "committed") and one.until > self.now and name in self._chain(one.tenant)
        )

    @rule(target=held, name=_names, amount=st.integers(0, 4))
    def reserve(self, name: str, amount: int) -> str:
        fits = not amount or all(
            self._sum(one) + amount <= self.limits[one] for one in self._chain(name) if one in self.limits
        )
        key = f"k{next(self.numbers)}"
        try:
            with self.database.writing() as session:
                made = quota.reserve(session, self.ids[name], Amounts(vcpus=amount), "x", TTL, key=key)
        except QuotaExceeded as refused:
            self._names_the_highest(refused, name, amount)
            return ""
        assert fits
        self.model[made.id] = Held(name, amount, self.now + TTL)
        with self.database.writing() as session:
            assert quota.reserve(session, self.ids[name], Amounts(vcpus=amount), "x", TTL, key=key) == made
        return made.id

    def _names_the_highest(self, refused: QuotaExceeded, name: str, amount: int) -> None:
        """Raises StopIteration where nothing was exceeded."""
        above = self._chain(name)[::-1]
        over = next(one for one in above if one in self.limits and self._sum(one) + amount > self.limits[one])
        assert (refused.details["tenant"], refused.details["limit"]) == (self.ids[over], self.limits[over])

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

    @rule(name=_names, amount=st.none() | st.integers(0, 8))
    def set_limit(self, name: str, amount: int | None) -> None:
        with self.database.writing() as session:
            tenant = repository.find(session, self.ids[name])
            assert tenant is not None
            quota.set_limits(session, CALLER, tenant, Limits(vcpus=amount))
        self.limits.pop(name, None)
        if amount is not None:
            self.limits[name] = amount

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
        assert {name: found[ident]["vcpus"] for name, ident in self.ids.items()} == {
            name: self._sum(name) for name in NAMES
        }


def test_any_sequence_keeps_to_the_model(sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", clock.now)
    Machine.template = sqlite_template
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
