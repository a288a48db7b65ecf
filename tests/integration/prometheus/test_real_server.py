"""Against Debian's Prometheus, on three hours that exporters of libvirt and node_exporter might have told.

One server for the module; its samples are written as blocks. Minutes are counted from the beginning of those hours.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from mcm.contract import (
    AuthenticationFailed,
    InvalidRequest,
    Metric,
    NotSupported,
    ResourceKind,
    ResourceRef,
    Sample,
)
from mcm.contract.conformance.context import PlainContext
from mcm_providers._prometheus.client import PrometheusServer as Client
from mcm_providers._prometheus.settings import PrometheusSettings
from mcm_providers.openstack.adapter import OpenStackProvider
from mcm_providers.openstack.descriptor import DESCRIPTOR
from tests.harness import HarnessUnavailable, prometheus
from tests.harness.prometheus import PASSWORD, PrometheusServer
from tests.providers.openstack.stub import Stub, running

BUSY, IDLE, HALF, OFF, OTHER = (f"00000000-0000-4000-8000-00000000000{number}" for number in range(1, 6))
_MINUTES = 180
_GIB = float(1 << 30)


@dataclass(frozen=True)
class Real:
    server: PrometheusServer
    start: datetime

    def settings(self, **config: object) -> PrometheusSettings:
        form = DESCRIPTOR.connection.validated(self.config(**config), self.secrets())
        found = PrometheusSettings.from_form(form)
        assert found is not None
        return found

    def config(self, **more: object) -> dict[str, object]:
        named = {"prometheus_url": self.server.url, "prometheus_username": self.server.user}
        return {"auth_url": "https://keystone.invalid/v3", "username": "a", **named, **more}

    def secrets(self) -> dict[str, str]:
        return {"password": "none", "prometheus_password": self.server.password}

    def read(self, *refs: ResourceRef, **config: object) -> list[Sample]:
        """All that is known of them, through the adapter; nothing of OpenStack is asked for that."""
        form = DESCRIPTOR.connection.validated(self.config(**config), self.secrets())
        provider = OpenStackProvider.connect(form, PlainContext())
        try:
            return list(provider.metrics(refs, self.start, self.start + timedelta(minutes=_MINUTES)))
        finally:
            provider.close()

    def minute(self, sample: Sample) -> int:
        return round((sample.at - self.start).total_seconds()) // 60


def ref(native_id: str, kind: ResourceKind = ResourceKind.INSTANCE) -> ResourceRef:
    return ResourceRef(kind, native_id, "", "RegionOne", "")


class Story:
    """Lines of the OpenMetrics format: a value for each minute in which the exporter was there."""

    def __init__(self, start: int) -> None:
        self._start = start
        self._lines: dict[tuple[str, str], list[str]] = {}

    def tell(
        self, name: str, kind: str, labels: Mapping[str, str], first: float, each_minute: float = 0.0,
        minutes: range = range(_MINUTES + 1), gap: range = range(0),
    ) -> None:  # fmt: skip
        shown = ",".join(f'{key}="{value}"' for key, value in labels.items())
        for minute in minutes:
            if minute not in gap:
                at, value = self._start + 60 * minute, first + each_minute * minute
                self._lines.setdefault((name, kind), []).append(f"{name}{{{shown}}} {value} {at}")

    def lines(self) -> Iterator[str]:
        for (name, kind), lines in self._lines.items():
            yield f"# TYPE {name.removesuffix('_total')} {kind}"
            yield from lines


def _domain(
    story: Story, uuid: str, domain: str, host: str, cpu: float, *, minutes: range = range(_MINUTES + 1),
    gap: range = range(0), cluster: str = "east", free: tuple[str, float] = ("usable", 6 * _GIB),
) -> None:  # fmt: skip
    """cpu: processor seconds in a minute. Two vCPUs, 8 GiB of which 6 can still be taken, 6,000 bytes a minute."""
    common = {"job": "kvm", "instance": f"{host}:9177", "domain": domain, "cluster": cluster}
    who = common | {"instance_id": uuid, "instance_name": domain, "project_name": 'a \\"project\\"'}
    story.tell("libvirt_domain_openstack_info", "gauge", who, 1, minutes=minutes, gap=gap)
    for name, kind, value, each, more in (
        ("libvirt_domain_info_cpu_time_seconds_total", "counter", 5000.0, cpu, {}),
        ("libvirt_domain_info_virtual_cpus", "gauge", 2.0, 0.0, {}),
        ("libvirt_domain_memory_stats_available_bytes", "gauge", 8 * _GIB, 0.0, {}),
        (f"libvirt_domain_memory_stats_{free[0]}_bytes", "gauge", free[1], 0.0, {}),
        ("libvirt_domain_block_stats_read_bytes_total", "counter", 1e6, 6000.0, {"target_device": "vda"}),
        ("libvirt_domain_block_stats_write_bytes_total", "counter", 1e6, 0.0, {"target_device": "vda"}),
        ("libvirt_domain_interface_stats_receive_bytes_total", "counter", 1e6, 6000.0, {"target_device": "tap1"}),
        ("libvirt_domain_interface_stats_receive_bytes_total", "counter", 1e6, 12000.0, {"target_device": "tap2"}),
    ):
        story.tell(name, kind, common | more, value, each, minutes=minutes, gap=gap)


def _story(start: int) -> Iterator[str]:
    story = Story(start)
    _domain(story, BUSY, "instance-1", "h1", 90.0, minutes=range(120))
    # It has moved, and its counters begin anew.
    _domain(story, BUSY, "instance-1", "h2", 60.0, minutes=range(120, _MINUTES + 1))
    _domain(story, IDLE, "instance-2", "h1", 1.2, gap=range(57, 103))
    _domain(story, HALF, "instance-3", "h1", 30.0, minutes=range(58, _MINUTES + 1), free=("unused", 2 * _GIB))
    # Shut off: the exporter goes on about it.
    _domain(story, OFF, "instance-4", "h1", 0.0)
    # Of another cloud that this server knows, with a domain of the same name.
    _domain(story, OTHER, "instance-1", "w1", 6.0, cluster="west", free=("usable", 0.0))
    node = {"job": "node", "instance": "192.0.2.7:9100"}
    for cpu in ("0", "1"):
        for mode, each in (("idle", 45.0), ("iowait", 3.0), ("user", 12.0)):
            story.tell("node_cpu_seconds_total", "counter", node | {"cpu": cpu, "mode": mode}, 100.0, each)
    story.tell("node_memory_MemTotal_bytes", "gauge", node, 4 * _GIB)
    story.tell("node_memory_MemAvailable_bytes", "gauge", node, _GIB)
    for device, each in (("vda", 600.0), ("dm-0", 600.0)):
        story.tell("node_disk_read_bytes_total", "counter", node | {"device": device}, 0.0, each)
    for device, each in (("eth0", 1200.0), ("lo", 9000.0), ("br-int", 1200.0)):
        story.tell("node_network_transmit_bytes_total", "counter", node | {"device": device}, 0.0, each)
    return story.lines()


@pytest.fixture(scope="module")
def real() -> Iterator[Real]:
    # Whole hours that are over.
    start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=12)
    try:
        server = prometheus.start(_story(int(start.timestamp())))
    except HarnessUnavailable as reason:
        pytest.skip(str(reason))
    yield Real(server, start)
    server.stop()


def _values(found: list[Sample], metric: Metric, uuid: str) -> list[float]:
    return [round(one.value, 4) for one in found if one.metric is metric and one.ref.native_id == uuid]


def test_a_domain_tells_all_metrics(real: Real) -> None:
    found = real.read(ref(IDLE))
    means = {metric: set(_values(found, metric, IDLE)) for metric in Metric}
    assert means == {
        Metric.CPU: {0.01}, Metric.MEMORY: {0.25}, Metric.DISK_READ: {100.0}, Metric.DISK_WRITE: {0.0},
        Metric.NETWORK_IN: {300.0}, Metric.NETWORK_OUT: set(),
    }  # fmt: skip
    assert {one.seconds for one in found} == {300}


def test_gaps_stay_gaps(real: Real) -> None:
    """From minute 57 to 103 nothing was scraped. Only intervals that were measured from their beginning to their end
    are told: none that reaches into the gap, and none whose beginning is in it."""
    found = [one for one in real.read(ref(IDLE)) if one.metric is Metric.CPU]
    minutes = [real.minute(one) for one in found]
    assert minutes[0] == 5
    assert not {minute for minute in minutes if 60 <= minute <= 105}
    assert set(range(5, 56, 5)) | set(range(110, _MINUTES + 1, 5)) <= set(minutes)


def test_what_began_within_an_interval_is_told_from_the_next_on(real: Real) -> None:
    found = [one for one in real.read(ref(HALF)) if one.metric is Metric.CPU]
    assert min(real.minute(one) for one in found) >= 63
    assert {round(one.value, 3) for one in found} == {0.25}


def test_what_is_off_or_not_there_has_no_samples(real: Real) -> None:
    assert real.read(ref(OFF), ref("00000000-0000-4000-8000-0000000000ff")) == []


def test_memory_is_what_the_guest_tells(real: Real) -> None:
    """Old guests tell what is not used at all; 0 is what an exporter says where the guest tells nothing."""
    found = real.read(ref(HALF), ref(OTHER))
    assert set(_values(found, Metric.MEMORY, HALF)) == {0.75}
    assert _values(found, Metric.MEMORY, OTHER) == []
    assert _values(found, Metric.CPU, OTHER)


def test_an_instance_that_moves_is_one_instance(real: Real) -> None:
    found = [one for one in real.read(ref(BUSY)) if one.metric is Metric.CPU]
    before = {round(one.value, 3) for one in found if real.minute(one) < 120}
    after = {round(one.value, 3) for one in found if real.minute(one) > 130}
    assert (before, after) == ({0.75}, {0.5})
    assert len({one.at for one in found}) == len(found)


def test_clouds_in_one_server_are_kept_apart(real: Real) -> None:
    """Domains of equal names: by their hosts, and wholly where the account names its labels."""
    found = real.read(ref(BUSY), ref(OTHER))
    assert set(_values(found, Metric.CPU, OTHER)) == {0.05}
    assert set(_values(found, Metric.CPU, BUSY)) == {0.75, 0.5}
    assert real.read(ref(OTHER), prometheus_labels="cluster=east") == []
    assert real.read(ref(BUSY), prometheus_labels="cluster=east")


def test_a_longer_interval(real: Real) -> None:
    found = [one for one in real.read(ref(IDLE), prometheus_step_s=900) if one.metric is Metric.CPU]
    assert {one.seconds for one in found} == {900}
    assert {real.minute(one) % 15 for one in found} == {0}
    assert {round(one.value, 4) for one in found} == {0.01}


def test_node_exporters_by_the_addresses_that_openstack_knows(real: Real) -> None:
    def server(uuid: str, *found: str) -> dict[str, object]:
        entries = [{"addr": one, "version": 4, "OS-EXT-IPS:type": "fixed"} for one in found]
        return {"id": uuid, "name": uuid, "status": "ACTIVE", "addresses": {"net": entries}}

    with running() as stub:
        _openstack(stub, [server(BUSY, "192.0.2.7", "10.0.0.1"), server(IDLE, "10.0.0.1")])
        config = {"auth_url": f"{stub.url}/v3", "username": "admin", "project_name": "demo"}
        form = DESCRIPTOR.connection.validated(
            real.config(prometheus_exporter="node", **config), {**real.secrets(), "password": "correct-horse"}
        )
        provider = OpenStackProvider.connect(form, PlainContext())
        until = real.start + timedelta(minutes=_MINUTES)
        refs = [ref(BUSY), ref(IDLE)]
        found = list(provider.metrics(refs, real.start, until))
        # A second lot does not list the cloud again.
        listings = stub.count("/servers/detail")
        assert list(provider.metrics(refs[1:], real.start, until)) == []
        assert stub.count("/servers/detail") == listings
        provider.close()
    assert {one.ref.native_id for one in found} == {BUSY}
    means = {metric: set(_values(found, metric, BUSY)) for metric in Metric}
    assert means == {
        Metric.CPU: {0.2}, Metric.MEMORY: {0.75}, Metric.DISK_READ: {10.0}, Metric.DISK_WRITE: set(),
        Metric.NETWORK_IN: set(), Metric.NETWORK_OUT: {20.0},
    }  # fmt: skip


def _openstack(stub: Stub, servers: list[dict[str, object]]) -> None:
    stub.versions()
    stub.put("compute", "/servers/detail", {"servers": servers})


def test_errors_of_the_server_are_told(real: Real) -> None:
    first = int(real.start.timestamp())
    server = Client(real.settings(), PlainContext())
    with pytest.raises(InvalidRequest, match="parse error") as said:
        server.range("sum(", first, first + 300, 300)
    assert said.value.native_code == "bad_data"
    with pytest.raises(InvalidRequest, match=r"many-to-many|multiple matches"):
        server.range("libvirt_domain_info_virtual_cpus + on (job) libvirt_domain_info_virtual_cpus", first, first, 300)
    with pytest.raises(InvalidRequest, match="exceeded maximum resolution"):
        server.range("up", first, first + 12_000, 1)
    server.close()


def test_a_wrong_password_is_refused(real: Real) -> None:
    secrets = {"password": "none", "prometheus_password": "wr0ng-password"}
    provider = OpenStackProvider.connect(DESCRIPTOR.connection.validated(real.config(), secrets), PlainContext())
    with pytest.raises(AuthenticationFailed) as said:
        list(provider.metrics([ref(BUSY)], real.start, real.start + timedelta(hours=1)))
    provider.close()
    assert PASSWORD not in str(said.value)
    assert "wr0ng-password" not in repr(said.value)


def test_an_account_without_a_server_says_so() -> None:
    form = DESCRIPTOR.connection.validated(
        {"auth_url": "https://keystone.invalid/v3", "username": "a"}, {"password": "x"}
    )
    provider = OpenStackProvider.connect(form, PlainContext())
    with pytest.raises(NotSupported, match="prometheus_url") as said:
        list(provider.metrics([ref(BUSY)], datetime.now(UTC), datetime.now(UTC)))
    assert said.value.reason in DESCRIPTOR.messages
