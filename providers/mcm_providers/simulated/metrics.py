"""What simulated instances and hosts do with what they have: a formula of their id and the hour, and no state.

Of every hundred instances about twelve do nothing and about eighteen are far too large; the others follow the working
day. The cloud keeps one mean for each whole hour, and none of the time before an instance was made.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from mcm.contract import InstanceState, Metric, ResourceKind, ResourceRef, Sample
from mcm_providers.simulated.cloud.ids import mixed, number
from mcm_providers.simulated.cloud.shape import Document
from mcm_providers.simulated.states import INSTANCE

KINDS = (ResourceKind.INSTANCE, ResourceKind.HOST)
HOUR = timedelta(hours=1)
_IDLE, _OVERSIZED = 12, 30
_RATES = {Metric.DISK_READ: 4e6, Metric.DISK_WRITE: 2e6, Metric.NETWORK_IN: 3e6, Metric.NETWORK_OUT: 5e6}
# What each kind of machine takes by day, of cpu and memory; at night it is a third of the cpu.
_LEVELS = {"idle": (0.02, 0.10), "oversized": (0.14, 0.24), "busy": (0.55, 0.62)}


def habit(native_id: str) -> str:
    """`idle`, `oversized` or `busy`."""
    draw = number(f"{native_id}/habit") % 100
    return "idle" if draw < _IDLE else "oversized" if draw < _OVERSIZED else "busy"


def running(kind: ResourceKind, flavour: str, document: Document) -> bool:
    return kind is not ResourceKind.INSTANCE or INSTANCE[flavour].get(document["status"]) is InstanceState.RUNNING


def samples(ref: ResourceRef, made_at: datetime | None, since: datetime, until: datetime) -> Iterator[Sample]:
    start = max(since, made_at) if made_at is not None else since
    first = start.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    end = first + HOUR if first >= start else first + 2 * HOUR
    seed = number(ref.native_id)
    name = habit(ref.native_id) if ref.kind is ResourceKind.INSTANCE else "busy"
    cpu, memory = _LEVELS[name]
    while end <= until:
        dice = mixed(seed ^ int(end.timestamp()))
        swing = 0.8 + 0.4 * (dice % 1000) / 1000
        awake = 1.0 if 8 <= end.hour < 20 and end.weekday() < 5 else 0.33
        load = cpu * swing * awake
        yield Sample(ref, Metric.CPU, end, 3600, round(load, 4))
        yield Sample(ref, Metric.MEMORY, end, 3600, round(memory * (0.95 + 0.1 * ((dice >> 10) % 1000) / 1000), 4))
        for metric, most in _RATES.items():
            yield Sample(ref, metric, end, 3600, round(most * load, 1))
        end += HOUR
