"""Asking a real cloud over HTTP: one key is one effect, one machine has one operation, a dry run touches nothing."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.baddays.acting.dry import asked, nothing_happens
from tests.baddays.acting.engine import Bench, effects
from tests.baddays.serving import Served, serving
from tests.rooms.identity.people import Person, user

pytestmark = pytest.mark.timeout(120)
OPERATIONS = "/api/v1/operations"
TOGETHER = 50
NEED_FLAVORS = ("instance.create", "instance.resize")


@pytest.fixture
def bench(on_amazon: Bench) -> Iterator[Bench]:
    on_amazon.cloud.proxy.ledger.clear()
    yield on_amazon
    on_amazon.cloud.proxy.clear()
    on_amazon.restart()


@pytest.fixture
def served(bench: Bench) -> Iterator[Served]:
    with serving(bench.lab) as running:
        yield running


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("action", ["volume.create", "public_ip.allocate", "volume.delete"])
def test_fifty_requests_with_one_key_are_one_effect(bench: Bench, served: Served, action: str) -> None:
    job = bench.job(action)
    body = asked(bench, job)

    def ask(_: int) -> httpx.Response:
        return served.send("POST", OPERATIONS, body, key=f"the same {action}")

    with ThreadPoolExecutor(25) as pool:
        answers = list(pool.map(ask, range(TOGETHER)))
    assert {answer.status_code for answer in answers} == {202}, {answer.text for answer in answers}
    (operation,) = {answer.json()["id"] for answer in answers}
    row = bench.ended(operation)
    assert row.status == "succeeded", row.error_message
    assert not bench.problems(row, job)
    assert list(effects(bench.cloud).values()) == [1]
    assert len(bench.cloud.proxy.ledger.mutations()) == 1
    if job.target is None:
        assert bench.cloud.count(job, row.token) == 1
    # Once it is over, too; and another request with this key is refused.
    assert ask(0).json()["id"] == operation
    other = served.send("POST", OPERATIONS, body | {"action": "instance.stop"}, key=f"the same {action}")
    assert other.status_code == 422
    assert len(bench.cloud.proxy.ledger.mutations()) == 1


@pytest.mark.soak
@pytest.mark.only_on("sqlite")
def test_a_dry_run_leaves_database_and_ledger_untouched(bench: Bench, served: Served) -> None:
    """Reading all of EC2's flavors takes long here; what needs one is asked of the vCenter."""
    nothing_happens(bench, served, [action for action in bench.cloud.ways if action not in NEED_FLAVORS])


def test_two_operators_on_one_machine(bench: Bench, served: Served) -> None:
    """One wins; the other is told whose operation is in the way, and neither has an effect twice."""
    people = []
    for name in ("anna", "bob"):
        user(bench.lab, f"{name}-{bench.lab.runtime.database.dialect}", "operator")
        people.append(Person(served))
        people[-1].login(f"{name}-{bench.lab.runtime.database.dialect}").raise_for_status()
    job = bench.job("instance.stop")
    resource = asked(bench, job)["resource"]

    def ask(number: int) -> httpx.Response:
        action = ("instance.stop", "instance.reboot")[number % 2]
        return people[number % 2].send("POST", "/operations", {"action": action, "resource": resource})

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))
    (won,) = [answer.json() for answer in answers if answer.status_code == 202]
    lost = [answer.json() for answer in answers if answer.status_code != 202]
    assert {answer["code"] for answer in lost} <= {"operation_running", "action_not_allowed"}
    assert all(answer["detail"] and answer["next_step"] for answer in lost)
    assert any(answer["code"] == "operation_running" for answer in lost)
    row = bench.ended(won["id"])
    assert row.status == "succeeded", row.error_message
    assert not bench.problems(row, job)
    assert list(effects(bench.cloud).values()) == [1]
    assert bench.lab.count("operation", f"resource_id = '{resource}'") == 1
