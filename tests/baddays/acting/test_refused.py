"""What cannot be done: refused before anything is stored, or by the cloud. Always a clear error, and whatever became an
operation has ended, holds nothing, has its rows in the audit log and gave back the room that was reserved for it."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from mcm.models import QuotaReservation
from mcm.operations.errors import ActionNotAllowed, InvalidParams, UnknownAction
from mcm.tenancy import quota
from mcm.tenancy.errors import QuotaExceeded
from mcm.tenancy.schemas import Limits
from mcm.tenancy.service import get
from tests.baddays.acting.amazon import Amazon
from tests.baddays.acting.engine import Bench, effects
from tests.baddays.acting.ways import Job
from tests.harness.proxy import Fault, PermissionDenied, Status, mutating
from tests.lab import CALLER

pytestmark = [pytest.mark.only_on("postgresql"), pytest.mark.timeout(120)]


@pytest.fixture
def bench(on_amazon: Bench) -> Iterator[Bench]:
    on_amazon.cloud.proxy.ledger.clear()
    yield on_amazon
    on_amazon.cloud.proxy.clear()


class Refusal(NamedTuple):
    """meanwhile: what somebody else does between asking and sending. fault: the cloud's answer to the change.
    params: in place of good ones."""

    action: str
    code: str
    meanwhile: Callable[[Amazon, str], object] | None = None
    fault: Fault | None = None
    params: dict[str, Any] | None = None


def _stopped(cloud: Amazon, native_id: str) -> None:
    cloud.ec2.stop_instances(InstanceIds=[native_id])


def _attached(cloud: Amazon, native_id: str) -> None:
    cloud.ec2.attach_volume(VolumeId=native_id, InstanceId=cloud.instance(), Device="/dev/sdk")


_FULL = Status(400, error_code="VolumeLimitExceeded", message="You have reached your limit of volumes.")
_EXPIRED = Status(401, error_code="AuthFailure", message="AWS was not able to validate the provided access credentials")
REFUSALS = {
    "full quota": Refusal("volume.create", "capacity_exceeded", fault=_FULL),
    "no capacity": Refusal(
        "volume.create", "capacity_exceeded", fault=Status(500, error_code="InsufficientVolumeCapacity")
    ),
    "expired credentials": Refusal("volume.create", "authentication_failed", fault=_EXPIRED),
    "expired in the middle": Refusal("instance.set_tags", "authentication_failed", fault=_EXPIRED),
    "no right": Refusal("volume.delete", "permission_denied", fault=PermissionDenied()),
    "vanished": Refusal("volume.extend", "target_gone", Amazon.vanish),
    "another state": Refusal("instance.reboot", "state_changed", _stopped),
    "in use": Refusal("volume.delete", "state_changed", _attached),
    "what the cloud does not know": Refusal(
        "volume.create", "not_found", params={"name": "x", "size_gib": 5, "snapshot": "snap-0123456789abcdef0"}
    ),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_the_cloud_refuses(bench: Bench, case: str) -> None:
    wanted = REFUSALS[case]
    job = bench.job(wanted.action)
    if wanted.params is not None:
        job = Job(params=job.params | wanted.params, action=wanted.action)
    bench.cloud.proxy.ledger.clear()
    operation = bench.ask(job)
    if wanted.meanwhile is not None:
        assert isinstance(bench.cloud, Amazon)
        wanted.meanwhile(bench.cloud, job.target or "")
    middle = 1 if case == "expired in the middle" else 0
    if wanted.fault is not None:
        bench.cloud.proxy.rule(mutating, wanted.fault, after=middle)
    row = bench.drive(operation)
    bench.cloud.proxy.clear()
    assert (row.status, row.error_code) == ("failed", wanted.code), row.error_message
    assert len((row.error_message or "").split()) > 3
    assert row.finished_at is not None
    assert not bench.problems(row, job)
    assert sum(effects(bench.cloud).values()) == middle
    shown = bench.cloud.count(job, row.token) if job.target is None else bench.cloud.ways[job.action].shows(job)
    assert not shown or case == "vanished"
    assert bench.lab.count("audit_event", f"CAST(details AS text) LIKE '%{operation}%'") == 2
    with bench.lab.runtime.database.reading() as session:
        held = session.get(QuotaReservation, row.reservation_id) if row.reservation_id else None
        assert held is None or held.status == "released"


def test_what_is_refused_before_it_is_stored(bench: Bench) -> None:
    """No operation, no audit row, no question to the cloud; each says what is wrong and what to do."""
    running, volume = bench.job("instance.stop"), bench.job("volume.extend")
    bench.cloud.proxy.ledger.clear()
    with bench.lab.runtime.database.writing() as session:
        tenant = get(session, "ten_default")
        used = quota.usage(session, tenant).used.storage_gib
        quota.set_limits(session, CALLER, tenant, Limits(storage_gib=used + 15))
    before = {table: bench.lab.count(table) for table in ("operation", "audit_event", "quota_reservation")}
    for job, error in (
        (Job(action="instance.fly", target=running.target), UnknownAction),
        (Job(action="instance.stop", target=running.target, params={"mode": "gently"}), InvalidParams),
        (Job(action="instance.stop", target=running.target, params={"force": True}), InvalidParams),
        (Job(action="instance.start", target=running.target), ActionNotAllowed),
        (Job(action="instance.pause", target=running.target), ActionNotAllowed),
        (Job(action="volume.stop", target=volume.target), UnknownAction),
        (Job(action="instance.stop", target=volume.target), ActionNotAllowed),
        (Job(action="volume.extend", target=volume.target, params={"size_gib": 1}), InvalidParams),
        (Job(action="volume.attach", target=volume.target, params={"instance": "i-00000000"}), InvalidParams),
        (Job(action="volume.create", params={"name": "x", "size_gib": 5}), InvalidParams),
        (Job(action="volume.create", params={"name": "x", "size_gib": -1, "zone": "z"}), InvalidParams),
        (Job(action="volume.create", params={"name": "x", "size_gib": 16, "zone": "eu-central-1a"}), QuotaExceeded),
    ):
        with pytest.raises(error) as caught:
            bench.ask(job)
        assert caught.value.message
        assert caught.value.next_step or error is InvalidParams, job
    assert {table: bench.lab.count(table) for table in before} == before
    assert not list(bench.cloud.proxy.ledger)
    with bench.lab.runtime.database.writing() as session:
        quota.set_limits(session, CALLER, get(session, "ten_default"), Limits())
