"""Tokened actions and one that may never be repeated, at EC2: whatever goes wrong, whenever, nothing happens twice and
nothing is lost."""

import pytest

from tests.baddays.acting.cases import FAULTS, KILL, Case, Transition, cases
from tests.baddays.acting.engine import Bench
from tests.baddays.acting.killing import Victims
from tests.baddays.acting.matrix import proven

pytestmark = pytest.mark.timeout(120)
TRANSITIONS = [Transition("volume.create", 0), Transition("volume.delete", 0)]


@pytest.mark.parametrize("case", cases(TRANSITIONS, KILL), ids=str)
def test_a_process_that_dies(on_amazon: Bench, victims: Victims, case: Case) -> None:
    proven(on_amazon, case, victims)


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("case", cases(TRANSITIONS, *FAULTS), ids=str)
def test_an_answer_that_does_not_come(on_amazon: Bench, case: Case) -> None:
    proven(on_amazon, case)
