"""What machines and hosts use, against what pyVmomi is told by the same simulator."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mcm.contract import Metric, Resource, ResourceKind, ResourceRef, Sample
from mcm_providers.vmware.adapter import VmwareProvider
from tests.integration.vmware.operator import Operator, vim

pytestmark = pytest.mark.vcsim
K = ResourceKind


def _some(provider: VmwareProvider, kind: ResourceKind) -> list[Resource]:
    return [one for region in provider.regions() for one in provider.collect(kind, region)]


def _read(provider: VmwareProvider, refs: list[ResourceRef], hours: int = 3) -> list[Sample]:
    until = datetime.now(UTC).replace(microsecond=0)
    return list(provider.metrics(refs, until - timedelta(hours=hours), until))


def _told(operator: Operator, entity: Any, hours: int = 3) -> dict[tuple[str, str], list[int]]:
    """Counter and instance → values, as the SDK reads them; the simulator makes them up anew at each question."""
    manager = operator.content.perfManager
    names = {one.key: f"{one.groupInfo.key}.{one.nameInfo.key}.{one.rollupType}" for one in manager.perfCounter}
    now = datetime.now(UTC)
    query = vim.PerformanceManager.QuerySpec(
        entity=entity, intervalId=300, startTime=now - timedelta(hours=hours), endTime=now, format="normal",
        maxSample=36,
        metricId=[vim.PerformanceManager.MetricId(counterId=key, instance="") for key in names],
    )  # fmt: skip
    (found,) = manager.QueryPerf(querySpec=[query])
    return {(names[one.id.counterId], one.id.instance): list(one.value) for one in found.value}


@pytest.mark.parametrize("kind", [K.INSTANCE, K.HOST])
def test_what_is_measured_of_each(provider: VmwareProvider, operator: Operator, kind: ResourceKind) -> None:
    refs = [one.ref for one in _some(provider, kind)]
    found = _read(provider, refs)
    # More than one question takes: every one of them has cpu and memory.
    for metric in (Metric.CPU, Metric.MEMORY):
        assert {one.ref for one in found if one.metric is metric} == set(refs)
    assert all(one.seconds == 300 for one in found)
    shares = [one.value for one in found if one.metric in (Metric.CPU, Metric.MEMORY)]
    assert all(0 <= value <= 1 for value in shares)
    ends = [one.at for one in found if one.ref == refs[0] and one.metric is Metric.CPU]
    assert len(ends) == len(set(ends))
    assert 30 <= len(ends) <= 37
    entity = operator.all(vim.VirtualMachine if kind is K.INSTANCE else vim.HostSystem)[0]
    native = next(one.ref for one in _some(provider, kind) if one.locator.endswith(f":{entity._moId}"))
    told = _told(operator, entity)
    mine = [one.value for one in found if one.ref == native and one.metric is Metric.NETWORK_IN]
    assert bool(mine) == (("net.received.average", "") in told)
    if mine:
        # The same scale: KB in a second there, bytes here.
        assert max(mine) <= 2 * 1024 * max(1, *told["net.received.average", ""])


def test_what_is_older_than_a_day_is_coarser(provider: VmwareProvider) -> None:
    machine = _some(provider, K.INSTANCE)[0].ref
    found = [one for one in _read(provider, [machine], 40) if one.metric is Metric.CPU]
    border = datetime.now(UTC) - timedelta(hours=24)
    assert {one.seconds for one in found if one.at < border - timedelta(hours=1)} <= {1800}
    assert any(one.seconds == 1800 for one in found)
    assert {one.seconds for one in found if one.at > border + timedelta(hours=1)} == {300}
