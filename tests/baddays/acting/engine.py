"""One database with an account at a real cloud behind the fault proxy: asks for actions, lets them go wrong, and says
everything that is wrong afterwards."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from mcm.accounts import service as accounts
from mcm.accounts.schemas import AccountCreate
from mcm.kit import clock
from mcm.models import Operation, OperationLog, ResourceRow, Scope
from mcm.operations import acting, machine, repository, service
from mcm.operations.schemas import OperationCreate
from mcm.sync import service as sync
from mcm.sync.tools import Tools
from tests import lab as labs
from tests.baddays.acting.killing import Hold, Victim, Victims
from tests.baddays.acting.ways import Cloud, Job, prepare
from tests.harness.proxy import Call, Fault, Hang, mutating

ENDED = ("succeeded", "failed", "cancelled", "in_doubt")
SETTLE_S = 0.2
# Everything that the engine asks of a cloud in one turn, on a machine that has other things to do.
_HASTY_TURN_S = 2.0
_PATIENCE_S = 60.0


@dataclass
class Bench:
    """The laboratory is made anew for each restart; database and cloud stay. victim: a process that works on it now."""

    database_url: str
    folder: Path
    cloud: Cloud
    lab: labs.Lab = field(init=False)
    victim: Victim | None = None

    def __post_init__(self) -> None:
        self.lab = self._made()
        wanted = AccountCreate.model_validate(
            {"name": "real", "ownership": "private", "provider": self.cloud.provider}
            | {"config": self.cloud.config, "secrets": self.cloud.secrets}
        )
        runtime = self.lab.runtime
        access = accounts.draft(runtime.registry, wanted)
        with runtime.database.writing() as session:
            accounts.create(session, labs.CALLER, runtime.settings, runtime.vault, wanted, access)
        self.read("region", *self.cloud.kinds)

    @property
    def settings(self) -> dict[str, Any]:
        return {
            **{"data_dir": str(self.folder), "database_url": self.database_url},
            **{"calls_per_second": 100_000.0, "requests_per_second": 0.0, "destroy_per_day": 100_000},
        }

    def _made(self) -> labs.Lab:
        rest = {name: value for name, value in self.settings.items() if name not in ("data_dir", "database_url")}
        return labs.make(self.database_url, self.folder, **rest)

    def restart(self) -> None:
        """As a new process: nothing that was in memory is left."""
        self.lab.close()
        self.lab = self._made()

    def close(self) -> None:
        self.end(self.victim)
        self.lab.close()

    def read(self, *kinds: str) -> None:
        for kind in kinds:
            run = self.lab.run(kind, name="real")
            if run.outcome == "quarantined":
                # The tests on the other database have removed what they made: more at once than mcm believes.
                with self.lab.runtime.database.writing() as session:
                    sync.decide_quarantine(session, labs.CALLER, self.lab.scope(kind, name="real").id, accept=True)
                run = self.lab.run(kind, name="real")
            assert run.outcome == "complete", run.error_message

    def learn(self, kind: str) -> None:
        """Reads what seldom changes, once."""
        if not self.lab.resources(kind):
            self.read(kind)

    def job(self, action: str) -> Job:
        """A fresh target at the cloud, known here as it is now."""
        job = prepare(self.cloud, action)
        if job.target is not None and (job.stale or not self._up_to_date(job.target)):
            self.read(action.partition(".")[0])
        if job.along is not None and not self.known(job.along[1]):
            self.read(job.along[0])
        return job

    def _up_to_date(self, native_id: str) -> bool:
        states = [row.state for row in self.known(native_id)]
        return bool(states) and (not self.cloud.judged(native_id) or states == [self.cloud.state(native_id)])

    def known(self, native_id: str) -> list[ResourceRow]:
        return [row for kind in self.cloud.kinds for row in self.lab.resources(kind, native_id=native_id)]

    def asked(self, job: Job) -> OperationCreate:
        where: dict[str, str] = {"account": "real", "region": self.region}
        if job.target is not None:
            where = {"resource": self.known(job.target)[0].id}
        return OperationCreate.model_validate({"action": job.action, "params": job.params, **where})

    def ask(self, job: Job) -> str:
        asked, runtime = self.asked(job), self.lab.runtime
        with runtime.database.writing() as session:
            found = service.wanted(session, runtime.registry, labs.CALLER, asked)
            return service.create(session, runtime.vault, labs.CALLER, found).id

    @property
    def region(self) -> str:
        return self.lab.scope(self.cloud.kinds[0], name="real").region

    def row(self, operation_id: str) -> Operation:
        with self.lab.runtime.database.reading() as session:
            found = repository.find(session, operation_id)
            assert found is not None
            return found

    def told(self, operation_id: str) -> list[str]:
        with self.lab.runtime.database.reading() as session:
            lines: list[OperationLog] = list(repository.log(session, operation_id))
            return [line.code for line in lines]

    def turn(self, operation_id: str) -> Operation:
        """One turn, whenever it is due."""
        self.hurry(0.0)
        runtime = self.lab.runtime
        tools = Tools(runtime.settings, runtime.database, runtime.registry, runtime.gateway)
        acting.take_turn(tools, runtime.vault, operation_id)
        return self.row(operation_id)

    def drive(self, operation_id: str, over: Callable[[Operation], object] | None = None) -> Operation:
        """Turns until it has ended, or `over`."""
        until = time.monotonic() + _PATIENCE_S
        while True:
            row = self.turn(operation_id)
            if over(row) if over is not None else row.status in ENDED:
                return row
            assert row.status not in ENDED, f"{row.status} too early: {self.told(operation_id)}"
            assert time.monotonic() < until, f"still {row.status}: {self.told(operation_id)}"

    def hurry(self, beyond_s: float = 0.3) -> None:
        """What waits for a time that lies further ahead is due now."""
        waiting = (
            Operation.lease_until.is_(None),
            Operation.status.not_in(ENDED),
            Operation.next_at > clock.now() + timedelta(seconds=beyond_s),
        )
        database = self.lab.runtime.database
        with database.reading() as session:
            found = session.scalar(select(Operation.id).where(*waiting).limit(1))
        if found is not None:
            with database.writing(durable=False) as session:
                session.execute(update(Operation).where(*waiting).values(next_at=clock.now()))

    def wait(self, operation_ids: list[str], victim: Victim) -> None:
        """Until all have ended in the victim's hands."""
        until = time.monotonic() + _PATIENCE_S
        left = list(operation_ids)
        while left := [ident for ident in left if self.row(ident).status not in ENDED]:
            assert victim.lives, "the victim died by itself"
            assert time.monotonic() < until, [(self.row(ident).status, self.told(ident)) for ident in left]
            self.hurry()
            time.sleep(0.03)

    def ended(self, operation_id: str) -> Operation:
        """Once somebody else has brought it to its end."""
        until = time.monotonic() + _PATIENCE_S
        while (row := self.row(operation_id)).status not in ENDED:
            assert time.monotonic() < until, f"still {row.status}: {self.told(operation_id)}"
            self.hurry()
            time.sleep(0.03)
        return row

    def struck(self, job: Job, fault: Fault, number: int) -> tuple[Operation, dict[str, Any]]:
        """The fault meets the request of that number; then a new runtime goes on. The ended row, and the step that was
        met."""
        self.end(self.victim)
        operation = self.ask(job)
        self.cloud.proxy.ledger.clear()
        rule = self.cloud.proxy.rule(mutating, fault, after=number, times=1)
        try:
            with _hasty() if isinstance(fault, Hang) else _settling():
                row = self.drive(operation, lambda _: rule.struck)
            step = dict(row.steps[row.step]) if row.step < len(row.steps) else {}
            self.restart()
            with _settling():
                return self.drive(operation), step
        finally:
            self.cloud.proxy.clear()

    def killed(self, victims: Victims, job: Job, hold: Hold, number: int) -> tuple[Operation, dict[str, Any]]:
        """The process dies with the request of that number under way; then a new one goes on, and stays."""
        victim = self.victim or victims.start(self.settings, SETTLE_S)
        self.cloud.proxy.ledger.clear()
        self.cloud.proxy.rule(mutating, hold, after=number, times=1)
        operation = self.ask(job)
        try:
            assert hold.caught.wait(_PATIENCE_S), self.told(operation)
            self.end(victim)
            row = self.row(operation)
            step = dict(row.steps[row.step])
            assert step["status"] == "sending"
            assert row.status in ("sent", "observed")
            self.victim = victims.start(self.settings, SETTLE_S)
            self.wait([operation], self.victim)
        finally:
            self.cloud.proxy.clear()
        return self.row(operation), step

    def end(self, victim: Victim | None) -> None:
        self.victim = None
        if victim is not None and victim.lives:
            victim.kill()

    def problems(self, row: Operation, job: Job) -> list[str]:
        """What must never be, however it went wrong."""
        found = []
        if row.holds is not None or row.lease_owner is not None:
            found.append(f"ended and still held: {row.holds} {row.lease_owner}")
        if row.status == "in_doubt":
            found += [] if row.next_at and row.next_step else ["in doubt, and nobody looks or is told what to do"]
        elif row.finished_at is None or row.next_at is not None:
            found.append("over, and not marked as over")
        if row.status not in self.told(row.id):
            found.append(f"its log does not tell its end: {self.told(row.id)}")
        found += [f"sent twice with effect: {what}" for what, count in effects(self.cloud).items() if count > 1]
        if (count := self.cloud.count(job, row.token)) > 1:
            found.append(f"made {count} times")
        return [*found, *self._untrue(row, job)]

    def _untrue(self, row: Operation, job: Job) -> Iterator[str]:
        """Where the inventory does not show at once what is so, its scope has to be read within seconds."""
        kind = job.action.partition(".")[0]
        wrong = self._differing(row, job)
        if wrong:
            due = self._due(kind)
            if due is None or due > clock.now() + timedelta(seconds=5):
                yield f"the inventory is wrong and not read soon (due {due}): {wrong}"
            self.read(kind)
            wrong = self._differing(row, job)
        yield from wrong

    def _differing(self, row: Operation, job: Job) -> list[str]:
        made = row.made["native_id"] if row.made and row.made["kind"] in ("instance", "volume") else None
        found = []
        for native_id in filter(None, (job.target, made)):
            if not self.cloud.judged(native_id):
                continue
            real = self.cloud.state(native_id)
            shown = next((one.state for one in self.known(native_id) if one.presence == "present"), None)
            if shown != real:
                found.append(f"{native_id} is {real} and shown as {shown}")
        return found

    def _due(self, kind: str) -> Any:
        scope: Scope = self.lab.scope(kind, name="real")
        return scope.next_due_at


def effects(cloud: Cloud) -> Counter[str]:
    """Requests with effect since the ledger was cleared, by what they asked for; one with a token counts once."""
    calls: list[Call] = cloud.proxy.ledger.effects()
    return Counter(f"{call.method} {call.path} {call.action} {call.body_sha256[:12]}" for call in calls)


@contextmanager
def _settling() -> Iterator[None]:
    before, machine.SETTLE = machine.SETTLE, timedelta(seconds=SETTLE_S)
    try:
        yield
    finally:
        machine.SETTLE = before


@contextmanager
def step_by_step() -> Iterator[None]:
    """One request or one look in each turn."""
    before, acting._LEAST_S = acting._LEAST_S, 1_000.0
    try:
        yield
    finally:
        acting._LEAST_S = before


@contextmanager
def _hasty() -> Iterator[None]:
    """A turn that gives up soon."""
    before = acting.TURN_S, acting._LEAST_S
    acting.TURN_S, acting._LEAST_S = _HASTY_TURN_S, _HASTY_TURN_S / 2
    try:
        with _settling():
            yield
    finally:
        acting.TURN_S, acting._LEAST_S = before
