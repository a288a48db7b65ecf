"""A tagged action and one that may never be repeated, each in two requests, at a vCenter: whatever goes wrong,
nothing happens twice and nothing is lost."""

import pytest

from tests.baddays.acting.cases import FAULTS, KILL, Case, Transition, cases
from tests.baddays.acting.engine import Bench
from tests.baddays.acting.killing import Victims
from tests.baddays.acting.matrix import proven

pytestmark = [pytest.mark.vcsim, pytest.mark.timeout(120)]
TRANSITIONS = [
    Transition("instance.create", 0),
    Transition("instance.create", 1),
    Transition("instance.delete", 0),
    Transition("instance.delete", 1),
]


@pytest.mark.parametrize("case", cases(TRANSITIONS, KILL), ids=str)
def test_a_process_that_dies(on_vsphere: Bench, victims: Victims, case: Case) -> None:
    proven(on_vsphere, case, victims)


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("case", cases(TRANSITIONS, *FAULTS), ids=str)
def test_an_answer_that_does_not_come(on_vsphere: Bench, case: Case) -> None:
    proven(on_vsphere, case)
