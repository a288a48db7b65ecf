"""Measurements that no simulator shows: an object that is gone, gaps, and an answer whose parts do not fit."""

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from lxml import etree

from mcm.contract import Metric, ResourceKind, ResourceRef, UnexpectedResponse
from mcm.contract.conformance.context import PlainContext
from mcm_providers.vmware.faults import SoapFault
from mcm_providers.vmware.performance import Performance

UNTIL = datetime.now(UTC).replace(microsecond=0)
TIMES = [UNTIL - timedelta(minutes=5 * number) for number in (2, 1, 0)]


class _Service:
    performance = ("PerformanceManager", "PerfMgr")


class _Scripted:
    """As much of a session as is used: answers for vm-1 with `values`, and knows no other machine."""

    service = _Service()

    def __init__(self, values: list[str]) -> None:
        self.context = PlainContext()
        self.values = values
        self.asked: list[str] = []

    def call(self, body: str) -> Any:
        self.asked.append(body)
        if "vm-gone" in body:
            raise SoapFault("ManagedObjectNotFound", "has been deleted or has not been completely created", {})
        times = "".join(
            f"<sampleInfo><timestamp>{at.isoformat()}</timestamp><interval>300</interval></sampleInfo>" for at in TIMES
        )
        values = "".join(f"<value>{one}</value>" for one in self.values)
        series = "".join(
            f"<value><id><counterId>7</counterId><instance>{name}</instance></id>{values}</value>"
            for name in ("", "vmnic0")
        )
        entity = '<entity type="VirtualMachine">vm-1</entity>'
        return etree.fromstring(
            f'<QueryPerfResponse xmlns="urn:vim25"><returnval>{entity}{times}{series}</returnval></QueryPerfResponse>'
        )


def _read(session: _Scripted, *machines: str) -> list[tuple[str, datetime, float]]:
    performance = Performance(cast(Any, session))
    performance._counters = {"7": (Metric.CPU, 1e-4)}
    refs = [ResourceRef(ResourceKind.INSTANCE, f"uuid-{one}", "", "dc", f"VirtualMachine:{one}") for one in machines]
    refs.append(ResourceRef(ResourceKind.INSTANCE, "uuid-without-reference", "", "dc"))
    found = performance.samples(refs, UNTIL - timedelta(hours=1), UNTIL)
    return [(one.ref.native_id, one.at, one.value) for one in found]


def test_gaps_are_left_out_and_parts_of_a_machine_are_not_counted_again() -> None:
    found = _read(_Scripted(["2500", "-1", "10900"]), "vm-1")
    assert found == [("uuid-vm-1", TIMES[0], 0.25), ("uuid-vm-1", TIMES[2], 1.0)]


def test_one_that_is_gone_hides_no_other() -> None:
    session = _Scripted(["1", "2", "3"])
    assert {name for name, _, _ in _read(session, "vm-gone", "vm-1")} == {"uuid-vm-1"}
    assert len(session.asked) == 3


@pytest.mark.parametrize("values", [["1", "2"], ["1", "2", "3", "4"], []])
def test_values_without_their_times_are_refused(values: list[str]) -> None:
    with pytest.raises(UnexpectedResponse):
        _read(_Scripted(values), "vm-1")
