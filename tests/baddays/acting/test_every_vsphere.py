"""Every action of a vCenter, every request of it, everything that can go wrong with it."""

import pytest

from tests.baddays.acting.cases import FAULTS, KILL, MORE_FAULTS, Case, cases, every
from tests.baddays.acting.engine import Bench
from tests.baddays.acting.killing import Victims
from tests.baddays.acting.matrix import proven, undisturbed
from tests.baddays.acting.vsphere import REQUESTS

pytestmark = [pytest.mark.soak, pytest.mark.vcsim, pytest.mark.timeout(300)]


@pytest.mark.parametrize("action", REQUESTS)
def test_undisturbed(on_vsphere: Bench, action: str) -> None:
    assert undisturbed(on_vsphere, action) == REQUESTS[action]


@pytest.mark.parametrize("case", cases(every(REQUESTS), KILL, *FAULTS), ids=str)
def test_at_most_once(on_vsphere: Bench, victims: Victims, case: Case) -> None:
    proven(on_vsphere, case, victims)


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("case", cases(every(REQUESTS), *MORE_FAULTS), ids=str)
def test_other_answers(on_vsphere: Bench, case: Case) -> None:
    proven(on_vsphere, case)
