"""The change feed against the simulator."""

import pytest

from mcm.contract import ChangeBatch, FeedExpired, Region, ResourceKind
from mcm_providers.vmware.adapter import VmwareProvider
from tests.integration.vmware.conftest import Connect
from tests.integration.vmware.operator import Operator

pytestmark = pytest.mark.vcsim
INSTANCE = ResourceKind.INSTANCE


def region_of(provider: VmwareProvider, operator: Operator) -> Region:
    """The datacenter of the first machine."""
    first = operator.datacenters()[0]._moId
    return next(one for one in provider.regions() if one.native_id == first)


def follow(provider: VmwareProvider, region: Region) -> str:
    cursor = provider.open_feed(INSTANCE, region)
    list(provider.collect(INSTANCE, region))
    return cursor


def test_it_sees_power_name_birth_and_death(provider: VmwareProvider, operator: Operator) -> None:
    region = region_of(provider, operator)
    origin = operator.machines(below=operator.datacenters()[0])[0]
    doomed = operator.clone(origin, "doomed")
    doomed_id = doomed.config.instanceUuid
    cursor = follow(provider, region)

    born = operator.clone(origin, "born")
    operator.power(born, True)
    batch = provider.changes(INSTANCE, region, cursor)
    assert {(one.name, one.state) for one in batch.changed} >= {("born", "running")}
    assert list(batch.removed) == []

    operator.do(born.Rename_Task("renamed"))
    operator.power(born, False)
    operator.do(doomed.Destroy_Task())
    batch = provider.changes(INSTANCE, region, batch.cursor)
    assert {(one.name, one.state) for one in batch.changed} == {("renamed", "stopped")}
    assert [ref.native_id for ref in batch.removed] == [doomed_id]
    assert provider.observe(list(batch.removed)) == {batch.removed[0]: None}

    operator.do(born.Destroy_Task())
    batch = provider.changes(INSTANCE, region, batch.cursor)
    assert len(batch.removed) == 1
    assert provider.changes(INSTANCE, region, batch.cursor) == ChangeBatch((), (), batch.cursor)


def test_a_changed_instance_is_what_a_listing_says(provider: VmwareProvider, operator: Operator) -> None:
    region = region_of(provider, operator)
    machine = operator.clone(operator.machines(below=operator.datacenters()[0])[0], "compared")
    cursor = follow(provider, region)
    operator.power(machine, True)
    batch = provider.changes(INSTANCE, region, cursor)
    listed = {one.native_id: one for one in provider.collect(INSTANCE, region)}
    assert [listed[one.native_id] for one in batch.changed] == list(batch.changed)
    operator.power(machine, False)
    operator.do(machine.Destroy_Task())


def test_other_datacenters_are_not_mixed_in(provider: VmwareProvider, operator: Operator) -> None:
    regions = {one.native_id: one for one in provider.regions()}
    if len(regions) < 2:
        pytest.skip("the simulator has one datacenter")
    first, second = operator.datacenters()[:2]
    cursors = {one._moId: follow(provider, regions[one._moId]) for one in (first, second)}
    machine = operator.machines(below=second)[0]
    on = machine.runtime.powerState == "poweredOn"
    operator.power(machine, not on)
    try:
        changed = {
            value: [one.native_id for one in provider.changes(INSTANCE, regions[value], cursor).changed]
            for value, cursor in cursors.items()
        }
        assert changed == {first._moId: [], second._moId: [machine.config.instanceUuid]}
    finally:
        operator.power(machine, on)


def test_a_cursor_dies_with_its_session(connect: Connect, operator: Operator) -> None:
    provider = connect()
    region = region_of(provider, operator)
    cursor = follow(provider, region)
    provider.close()
    with pytest.raises(FeedExpired):
        provider.changes(INSTANCE, region, cursor)
    with pytest.raises(FeedExpired):
        connect().changes(INSTANCE, region, cursor)


def test_a_session_ended_from_outside_expires_the_feed(provider: VmwareProvider, operator: Operator) -> None:
    region = region_of(provider, operator)
    cursor = follow(provider, region)
    operator.content.sessionManager.TerminateSession([provider._session.key])
    with pytest.raises(FeedExpired):
        provider.changes(INSTANCE, region, cursor)
    assert provider.changes(INSTANCE, region, follow(provider, region)).changed == ()
