"""The next smaller size that would still hold what an instance uses. Pure."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from mcm.findings.found import FULL_CPU, FULL_MEMORY


class Size(NamedTuple):
    """native_id: of a flavor; "" where sizes are free."""

    native_id: str
    name: str
    vcpus: int
    memory_mib: int
    gpus: int = 0
    architecture: str | None = None


def holds(size: Size, now: Size, cpu: float, memory: float | None) -> bool:
    """cpu, memory: used shares of the present size. memory None: unknown, so none of it can be taken away."""
    if memory is None and size.memory_mib < now.memory_mib:
        return False
    fits = memory is None or memory * now.memory_mib <= FULL_MEMORY * size.memory_mib
    return fits and cpu * now.vcpus <= FULL_CPU * size.vcpus


def smaller(now: Size, known: Sequence[Size], cpu: float, memory: float | None) -> Size | None:
    """known: the flavors of the place; none: sizes are free, and half of what can be halved is the next smaller one."""
    if not known:
        return _half(now, cpu, memory)
    below = [
        size
        for size in known
        if size.vcpus <= now.vcpus
        and size.memory_mib <= now.memory_mib
        and (size.vcpus, size.memory_mib) != (now.vcpus, now.memory_mib)
        and size.gpus == now.gpus
        and (size.architecture is None or now.architecture is None or size.architecture == now.architecture)
        and holds(size, now, cpu, memory)
    ]
    return max(below, key=lambda size: (size.vcpus, size.memory_mib, size.name), default=None)


def params(size: Size) -> dict[str, Any]:
    """Of `instance.resize`."""
    return (
        {"flavor": size.native_id} if size.native_id else {"vcpus": size.vcpus, "memory_mib": size.memory_mib}
    )  # fmt: skip


def _half(now: Size, cpu: float, memory: float | None) -> Size | None:
    """Both if they can be, else the one that can."""
    few, little = now.vcpus // 2, now.memory_mib // 2
    tries = [(few, little), (few, now.memory_mib), (now.vcpus, little)]
    for vcpus, memory_mib in tries:
        size = Size("", "", vcpus, memory_mib, now.gpus, now.architecture)
        if vcpus >= 1 and memory_mib >= 512 and holds(size, now, cpu, memory):
            return size
    return None
