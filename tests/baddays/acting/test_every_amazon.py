"""Every action of EC2, every request of it, everything that can go wrong with it."""

import pytest

from tests.baddays.acting.amazon import REQUESTS
from tests.baddays.acting.cases import FAULTS, KILL, MORE_FAULTS, Case, cases, every
from tests.baddays.acting.engine import Bench
from tests.baddays.acting.killing import Victims
from tests.baddays.acting.matrix import proven, undisturbed

pytestmark = [pytest.mark.soak, pytest.mark.timeout(300)]


@pytest.mark.parametrize("action", REQUESTS)
def test_undisturbed(on_amazon: Bench, action: str) -> None:
    on_amazon.learn("flavor")
    assert undisturbed(on_amazon, action) == REQUESTS[action]


@pytest.mark.parametrize("case", cases(every(REQUESTS), KILL, *FAULTS), ids=str)
def test_at_most_once(on_amazon: Bench, victims: Victims, case: Case) -> None:
    on_amazon.learn("flavor")
    proven(on_amazon, case, victims)


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("case", cases(every(REQUESTS), *MORE_FAULTS), ids=str)
def test_other_answers(on_amazon: Bench, case: Case) -> None:
    on_amazon.learn("flavor")
    proven(on_amazon, case)
