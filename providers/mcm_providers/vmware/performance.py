"""Measurements of machines and hosts, from vSphere's performance manager.

Means over five minutes are kept for a day, over half an hour for a week; what vCenter collects beyond cpu and memory
hangs on its statistics level, and what it does not collect is left out.
https://developer.broadcom.com/xapis/vsphere-web-services-api/latest/vim.PerformanceManager.html
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from mcm.contract import Metric, ResourceKind, ResourceRef, Sample, UnexpectedResponse
from mcm_providers.vmware.client import Reference
from mcm_providers.vmware.content import dig, items, nested, value_of
from mcm_providers.vmware.errors import is_gone
from mcm_providers.vmware.faults import SoapFault
from mcm_providers.vmware.property_collector import filter_spec, retrieve
from mcm_providers.vmware.session import Session
from mcm_providers.vmware.soap import VIM, operation, reference, text

_TYPES = {ResourceKind.INSTANCE: "VirtualMachine", ResourceKind.HOST: "HostSystem"}
# Group, name and roll-up of each counter, and what one of its unit is: hundredths of a percent, or KB in a second.
_COUNTERS: Mapping[str, tuple[Metric, float]] = {
    "cpu.usage.average": (Metric.CPU, 1e-4),
    "mem.usage.average": (Metric.MEMORY, 1e-4),
    "disk.read.average": (Metric.DISK_READ, 1024.0),
    "disk.write.average": (Metric.DISK_WRITE, 1024.0),
    "net.received.average": (Metric.NETWORK_IN, 1024.0),
    "net.transmitted.average": (Metric.NETWORK_OUT, 1024.0),
}
_SHARES = (Metric.CPU, Metric.MEMORY)
_FINE_S, _COARSE_S = 300, 1800
_KEPT_FINE = timedelta(hours=24)
# vCenter refuses to look up more than 64 series at once (config.vpxd.stats.maxQueryMetrics).
_LOT = 64 // len(_COUNTERS)

_Known = Mapping[str, tuple[Metric, float]]


class Performance:
    def __init__(self, session: Session) -> None:
        self._session = session
        self._counters: _Known | None = None

    def samples(self, refs: Sequence[ResourceRef], since: datetime, until: datetime) -> Iterator[Sample]:
        manager = self._session.service.performance
        asked = {found: ref for ref in refs if (found := _reference(ref)) is not None}
        if manager is None or not asked or since >= until:
            return
        if self._counters is None:
            self._counters = self._read_counters(manager)
        border = datetime.now(UTC) - _KEPT_FINE
        for interval, start, end in ((_COARSE_S, since, min(until, border)), (_FINE_S, max(since, border), until)):
            objects = list(asked) if start < end else []
            for first in range(0, len(objects), _LOT):
                self._session.context.check()
                lot = objects[first : first + _LOT]
                for document in self._query(manager, lot, interval, start, end, self._counters):
                    ref = asked.get((_type_of(document), str(dig(document, "entity") or "")))
                    if ref is not None:
                        yield from _samples(ref, document, self._counters, start, end)

    def _read_counters(self, manager: Reference) -> _Known:
        """By the number that this vCenter gave them; it differs between installations."""
        found: dict[str, tuple[Metric, float]] = {}
        specification = filter_spec("specSet", {manager[0]: ["perfCounter"]}, [manager])
        for content in retrieve(self._session, specification, nested):
            for one in items(content.properties.get("perfCounter")):
                name = ".".join(
                    (str(dig(one, "groupInfo", "key")), str(dig(one, "nameInfo", "key")), str(dig(one, "rollupType")))
                )
                if name in _COUNTERS:
                    found[str(one["key"])] = _COUNTERS[name]
        return found

    def _query(
        self, manager: Reference, lot: Sequence[Reference], interval: int, start: datetime, end: datetime, known: _Known
    ) -> list[Any]:
        """One of the objects that is gone is a fault for all of them: then each is asked by itself."""
        wanted = "".join(f"<metricId>{text('counterId', key)}<instance></instance></metricId>" for key in known)
        # Some servers take a missing maximum for none at all.
        most = int((end - start).total_seconds()) // interval + 1
        span = text("startTime", _instant(start)) + text("endTime", _instant(end)) + text("maxSample", str(most))
        specs = "".join(
            f"<querySpec>{reference('entity', *one)}{span}{wanted}{text('intervalId', str(interval))}"
            f"{text('format', 'normal')}</querySpec>"
            for one in lot
        )
        try:
            answer = self._session.call(operation("QueryPerf", manager, specs))
        except SoapFault as fault:
            if not is_gone(fault):
                raise
            if len(lot) == 1:
                return []
            return [found for one in lot for found in self._query(manager, [one], interval, start, end, known)]
        return [value_of(one) for one in answer.iterchildren(f"{VIM}returnval")]


def _samples(ref: ResourceRef, document: Any, known: _Known, start: datetime, end: datetime) -> Iterator[Sample]:
    times = [
        (datetime.fromisoformat(str(one["timestamp"])).astimezone(UTC), int(one["interval"]))
        for one in items(document.get("sampleInfo"))
    ]
    for series in items(document.get("value")):
        counter = known.get(str(dig(series, "id", "counterId")))
        if counter is None or dig(series, "id", "instance"):
            continue
        values = items(series.get("value"))
        if len(values) != len(times):
            raise UnexpectedResponse(f"{len(values)} measurements of {ref.native_id} come with {len(times)} times")
        metric, factor = counter
        for (at, seconds), value in zip(times, values, strict=True):
            # -1 is what was not measured.
            if start < at <= end and int(value) >= 0:
                used = int(value) * factor
                # With turbo clocks a host may do more than all that it has.
                yield Sample(ref, metric, at, seconds, min(used, 1.0) if metric in _SHARES else used)


def _reference(ref: ResourceRef) -> Reference | None:
    """None: not a machine or host, or one whose reference is not known."""
    wanted = _TYPES.get(ref.kind)
    native_type, _, value = ref.locator.partition(":")
    if wanted is None:
        return None
    if native_type == wanted and value:
        return wanted, value
    return (wanted, ref.native_id) if ref.kind is ResourceKind.HOST else None


def _type_of(document: Any) -> str:
    return str(getattr(dig(document, "entity"), "native_type", ""))


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
