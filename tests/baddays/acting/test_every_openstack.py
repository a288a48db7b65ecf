"""Every action of nova, cinder and neutron, every request of it, whatever goes wrong with it."""

import pytest

from tests.baddays.acting.cases import FAULTS, KILL, Case, cases, every
from tests.baddays.acting.engine import Bench
from tests.baddays.acting.killing import Victims
from tests.baddays.acting.matrix import proven, undisturbed
from tests.baddays.acting.openstack import REQUESTS

pytestmark = [pytest.mark.soak, pytest.mark.openstack, pytest.mark.only_on("postgresql"), pytest.mark.timeout(300)]


@pytest.mark.parametrize("action", REQUESTS)
def test_undisturbed(on_openstack: Bench, action: str) -> None:
    assert undisturbed(on_openstack, action) == REQUESTS[action]


@pytest.mark.parametrize("case", cases(every(REQUESTS), KILL, *FAULTS), ids=str)
def test_at_most_once(on_openstack: Bench, victims: Victims, case: Case) -> None:
    proven(on_openstack, case, victims)
