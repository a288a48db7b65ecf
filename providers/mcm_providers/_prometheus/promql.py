"""PromQL for the metrics of the contract, by exporter. Pure.

Every value is a mean over one whole interval: a series counts only where its last samples before the end and before the
beginning are about as far from each other as these are. Else an interval of which a minute was measured would look like
one of little use, as `rate` divides by the whole of it, and Prometheus takes samples of five minutes ago for those of
now. Replicas that scrape the same thing do not add up: of a device the larger counts.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from mcm.contract import Metric

_META = frozenset("\\.+*?()|[]{}^$")
Labels = Sequence[tuple[str, str]]
# The questions: from matchers and the seconds of an interval.
Questions = Mapping[Metric, Callable[[str, int], str]]

DOMAIN = ("job", "instance", "domain")
MACHINE = ("job", "instance")
# What the exporters of libvirt say a domain's uuid with; OpenStack and CloudStack give an instance's id to its domain.
# inovex/prometheus-libvirt-exporter, Tinkoff/libvirt-exporter, kumina/libvirt_exporter
_TELLS = (
    ("libvirt_domain_openstack_info", "instance_id"), ("libvirt_domain_info_meta", "uuid"),
    ("libvirt_domain_info_virtual_cpus", "uuid"),
)  # fmt: skip
# Virtual devices, whose traffic is that of others.
_NOT_DISKS = "(dm-|md|loop|ram|zram|sr|nbd|fd).*"
_NOT_CARDS = "lo|(veth|docker|br-|virbr|tap|vnet|qbr|qvo|qvb|qg-|qr-|ovs|cni|cali|flannel|bond|team|dummy|tun).*"


def quoted(text: str) -> str:
    """A string of PromQL."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\0", "\\x00") + '"'


def literal(text: str) -> str:
    """A regular expression (RE2) that fits this text alone."""
    return "".join("\\" + one if one in _META else one for one in text)


def one_of(label: str, values: Iterable[str], *, host: bool = False) -> str:
    """A matcher; regular expressions of Prometheus fit whole values. host: with any port or none, in any case."""
    together = "|".join(literal(one) for one in values)
    return f"{label}=~{quoted(f'(?i:{together})(?::[0-9]+)?' if host else f'(?:{together})')}"


def equal(labels: Labels) -> list[str]:
    return [f"{name}={quoted(value)}" for name, value in labels]


def uuid_selectors(ids: Sequence[str], labels: Labels) -> list[str]:
    """Series that tell which domain has which of these ids."""
    return [f"{name}{{{','.join([one_of(label, ids), *equal(labels)])}}}" for name, label in _TELLS]


def uuid_of(labels: Mapping[str, str]) -> str:
    """From a series that one of `uuid_selectors` has found."""
    return labels.get("instance_id") or labels.get("uuid") or ""


def _whole(function: str, name: str, matchers: str, seconds: int) -> str:
    """With scrapes every two minutes and intervals of five, 240 to 360 seconds lie between."""
    series = f"{name}{{{matchers}}}"
    between = f"timestamp({series}) - timestamp({series} offset {seconds}s)"
    return f"({function}({series}[{seconds}s]) and ({between} >= {seconds * 4 // 5} <= {seconds * 3 // 2}))"


def _by(labels: Sequence[str], *more: str) -> str:
    return f"by ({', '.join((*labels, *more))})"


def _summed(name: str, labels: Sequence[str], device: str, more: str = "") -> Callable[[str, int], str]:
    def made(matchers: str, seconds: int) -> str:
        whole = _whole("rate", name, f"{matchers}{more}", seconds)
        return f"sum {_by(labels)} (max {_by(labels, device)} ({whole}))"

    return made


def _left(free: str, total: str, labels: Sequence[str]) -> Callable[[str, int], str]:
    """The used share of what is told by what is free. 0 is what some exporters say of what they do not know."""

    def made(matchers: str, seconds: int) -> str:
        parts = [
            f"(max {_by(labels)} ({_whole('avg_over_time', name, matchers, seconds)}) > 0)" for name in (free, total)
        ]
        return f"clamp_min(1 - {parts[0]} / {parts[1]}, 0)"

    return made


def _ran(question: Callable[[str, int], str]) -> Callable[[str, int], str]:
    """Exporters go on about domains that are shut off. One that runs takes some time of a processor, however idle."""

    def made(matchers: str, seconds: int) -> str:
        used = f"max {_by(DOMAIN)} (rate(libvirt_domain_info_cpu_time_seconds_total{{{matchers}}}[{seconds}s]))"
        return f"({question(matchers, seconds)}) and ({used} > 0)"

    return made


def _domain_cpu(matchers: str, seconds: int) -> str:
    used = _whole("rate", "libvirt_domain_info_cpu_time_seconds_total", matchers, seconds)
    cpus = f"libvirt_domain_info_virtual_cpus{{{matchers}}}"
    return f"max {_by(DOMAIN)} ({used}) / (max {_by(DOMAIN)} ({cpus}) > 0)"


def _domain_memory(matchers: str, seconds: int) -> str:
    """What the guest could still take; of older guests what is not used at all, which takes caches for used."""
    total = "libvirt_domain_memory_stats_available_bytes"
    usable, unused = (
        _left(f"libvirt_domain_memory_stats_{name}_bytes", total, DOMAIN)(matchers, seconds)
        for name in ("usable", "unused")
    )
    return f"{usable} or {unused}"


def _machine_cpu(matchers: str, seconds: int) -> str:
    idle = _whole("rate", "node_cpu_seconds_total", f'{matchers},mode=~"idle|iowait"', seconds)
    each = f"sum {_by(MACHINE, 'cpu')} ({idle})"
    return f"clamp_min(1 - avg {_by(MACHINE)} ({each}), 0)"


_DISKS, _CARDS = f",device!~{quoted(_NOT_DISKS)}", f",device!~{quoted(_NOT_CARDS)}"
_BLOCK, _INTERFACE = "libvirt_domain_block_stats_{}_bytes_total", "libvirt_domain_interface_stats_{}_bytes_total"

OF_DOMAINS: Questions = {
    Metric.CPU: _ran(_domain_cpu),
    Metric.MEMORY: _ran(_domain_memory),
    Metric.DISK_READ: _ran(_summed(_BLOCK.format("read"), DOMAIN, "target_device")),
    Metric.DISK_WRITE: _ran(_summed(_BLOCK.format("write"), DOMAIN, "target_device")),
    Metric.NETWORK_IN: _ran(_summed(_INTERFACE.format("receive"), DOMAIN, "target_device")),
    Metric.NETWORK_OUT: _ran(_summed(_INTERFACE.format("transmit"), DOMAIN, "target_device")),
}
OF_MACHINES: Questions = {
    Metric.CPU: _machine_cpu,
    Metric.MEMORY: _left("node_memory_MemAvailable_bytes", "node_memory_MemTotal_bytes", MACHINE),
    Metric.DISK_READ: _summed("node_disk_read_bytes_total", MACHINE, "device", _DISKS),
    Metric.DISK_WRITE: _summed("node_disk_written_bytes_total", MACHINE, "device", _DISKS),
    Metric.NETWORK_IN: _summed("node_network_receive_bytes_total", MACHINE, "device", _CARDS),
    Metric.NETWORK_OUT: _summed("node_network_transmit_bytes_total", MACHINE, "device", _CARDS),
}
