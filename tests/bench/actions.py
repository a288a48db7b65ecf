"""What acting through mcm costs: throughput at the accounts' slots, and how soon the new state is known.

The simulated cloud takes a known time for each action, so the floor is the cloud's time and nothing else.
"""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from mcm.accounts import service as accounts
from mcm.accounts.access import account_access
from mcm.contract import ResourceKind
from mcm.contract.actions import ACTIONS, Actor, Order, Seen
from mcm.db import migrate
from mcm.gateway import Lease
from mcm.models import ResourceRow
from mcm.operations import service
from mcm.operations.schemas import OperationCreate
from mcm.registry import reader
from tests import lab as labs
from tests.bench.table import Row
from tests.lab import CALLER, Lab

ACCOUNTS, OPERATIONS, SLOTS = 4, 1000, 8
TAKES_MS = 2000
POLL_S = 0.3


def run(rounds: int) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        lab = labs.make(f"sqlite:///{folder}/mcm.db", Path(folder), operation_slots=SLOTS, workers=48)
        migrate.upgrade(lab.runtime.database.engine)
        names = [f"cloud{number}" for number in range(ACCOUNTS)]
        for name in names:
            lab.account(
                name, instances=OPERATIONS // ACCOUNTS * 2, regions="1", action_ms=str(TAKES_MS), page_size=1000
            )
            lab.sync(name, kinds=("instance",))
        try:
            alone = median(_alone(lab, names[0]) for _ in range(3))
            yield _seen(lab, names[0], max(rounds, 3))
            taken = _many(lab, names)
            ideal = OPERATIONS / (ACCOUNTS * SLOTS) * alone
            yield Row(
                f"actions: {OPERATIONS:,} over {ACCOUNTS} accounts of {SLOTS} slots", taken / ideal,
                floor="the slots' limit at the SDK's time", target=1.1, note=f"{taken:.1f} s; alone {alone:.2f} s each",
            )  # fmt: skip
        finally:
            lab.runtime.operations.stop()
            lab.close()


def _alone(lab: Lab, name: str) -> float:
    """Asking for a stop with the adapter alone, and looking every 0.3 s until it is seen."""
    row = _running(lab, name)[-1]
    with _leased(lab, name) as lease:
        actor = lease.provider
        assert isinstance(actor, Actor)
        order = _order(row)
        started = time.perf_counter()
        actor.send(order)
        while reader(lease.provider).observe([order.target])[order.target].state != "stopped":  # type: ignore[list-item,union-attr,index]
            time.sleep(POLL_S)
        taken = time.perf_counter() - started
        actor.send(_order(row, "instance.start"))
        while actor.look(_order(row, "instance.start")).seen is not Seen.DONE:
            time.sleep(POLL_S)
    return taken


def _seen(lab: Lab, name: str, rounds: int) -> Row:
    ratios, mine = [], []
    for _ in range(rounds):
        floor = _alone(lab, name)
        row = _running(lab, name)[-2]
        started = time.perf_counter()
        _ask(lab, "instance.stop", row.id)
        while _state(lab, row.id) != "stopped":
            time.sleep(0.01)
        mine.append(time.perf_counter() - started)
        ratios.append(mine[-1] / floor)
        lab.runtime.operations.run_until_idle(30)
        _ask(lab, "instance.start", row.id)
        lab.runtime.operations.run_until_idle(30)
    return Row("actions: the new state in the inventory", median(ratios), floor="the SDK alone, looking every 0.3 s",
               target=1.5, note=f"{median(mine):.2f} s")  # fmt: skip


def _many(lab: Lab, names: list[str]) -> float:
    # In turns, and as they are asked for one by one: an account that is asked last would end last.
    running = [_running(lab, name)[: OPERATIONS // ACCOUNTS] for name in names]
    chosen = [row for rows in zip(*running, strict=True) for row in rows]
    if len(chosen) < OPERATIONS:
        raise RuntimeError(f"only {len(chosen)} instances run")
    started = time.perf_counter()
    for row in chosen:
        _ask(lab, "instance.stop", row.id)
    lab.runtime.operations.run_until_idle(600)
    taken = time.perf_counter() - started
    with lab.runtime.database.reading() as session:
        from sqlalchemy import text

        left = session.execute(text("SELECT status, count(*) FROM operation GROUP BY status")).all()
    assert {row[0] for row in left} == {"succeeded"}, left
    return taken


def _ask(lab: Lab, action: str, resource_id: str) -> str:
    runtime = lab.runtime
    with runtime.database.writing() as session:
        found = service.wanted(session, runtime.registry, CALLER, OperationCreate(action=action, resource=resource_id))
        made = service.create(session, runtime.vault, CALLER, found).id
    runtime.operations.wake()
    return made


def _running(lab: Lab, name: str) -> list[ResourceRow]:
    with lab.runtime.database.reading() as session:
        account = accounts.get(session, name).id
    return [row for row in lab.resources(account_id=account, state="running") if row.task_state is None]


def _state(lab: Lab, resource_id: str) -> str:
    return lab.resources(id=resource_id)[0].state


def _order(row: ResourceRow, action: str = "instance.stop") -> Order:
    from mcm.contract import ResourceRef

    target = ResourceRef(ResourceKind(row.kind), row.native_id, row.native_scope, row.region, row.locator)
    return Order(action, target, row.region, ACTIONS[action].params(), f"mcm-bench{time.perf_counter_ns()}", action)


@contextmanager
def _leased(lab: Lab, name: str) -> Iterator[Lease]:
    runtime = lab.runtime
    with runtime.database.reading() as session:
        access = account_access(session, accounts.get(session, name), runtime.vault, runtime.registry)
    with runtime.gateway.lease(access, 60) as lease:
        yield lease
