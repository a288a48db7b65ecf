"""What the name of a size tells of it. The price list itself names no vCPUs and no memory.

https://learn.microsoft.com/azure/virtual-machines/vm-naming-conventions: family, number of vCPUs, constrained vCPUs,
additive features, accelerator, version. Older names (A, D and DS up to v2, G) count otherwise, and of sizes with GPUs
the name tells no number of them: nothing is said of those.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

_NAME = re.compile(
    r"Standard_(?P<family>[A-Z]+?)(?P<vcpus>\d{1,4})(?:-(?P<active>\d{1,4}))?(?P<features>[a-z]*)(?:_v(?P<version>\d{1,2}))?"
)
_FIRST_VERSION = {"B": 2, "D": 3, "E": 3, "F": 2, "L": 2}
# GiB for a vCPU by family and by the feature that changes it (l: low memory, t: tiny), and the largest number of vCPUs
# for which every size of the family keeps to it.
_MEMORY: dict[tuple[str, str], tuple[Decimal, int]] = {
    ("D", ""): (Decimal(4), 96),
    ("D", "l"): (Decimal(2), 96),
    ("E", ""): (Decimal(8), 48),
    ("B", ""): (Decimal(4), 32),
    ("B", "l"): (Decimal(2), 32),
    ("L", ""): (Decimal(8), 80),
}
# Sizes of the first B series, whose names tell the vCPUs and whose memory is a table of its own.
_FIRST_B = {
    "B1ls": "0.5", "B1s": "1", "B1ms": "2", "B2s": "4", "B2ms": "8", "B4ms": "16", "B8ms": "32", "B12ms": "48",
    "B16ms": "64", "B20ms": "80",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Size:
    vcpus: Decimal | None = None
    memory_gib: Decimal | None = None
    architecture: str | None = None


def size_of(name: str) -> Size:
    found = _NAME.fullmatch(name)
    if found is None:
        return Size()
    family, features, version = found["family"], found["features"], int(found["version"] or 1)
    bare = name.removeprefix("Standard_")
    if version == 1 and bare in _FIRST_B:
        return Size(Decimal(found["vcpus"]), Decimal(_FIRST_B[bare]), "x86_64")
    if version < _FIRST_VERSION.get(family, 99):
        return Size()
    architecture = "arm64" if "p" in features else "x86_64"
    whole = int(found["vcpus"])
    # Constrained sizes keep the memory of the whole one.
    vcpus = Decimal(found["active"] or whole)
    return Size(vcpus, _memory(family, features, version, whole), architecture)


def _memory(family: str, features: str, version: int, vcpus: int) -> Decimal | None:
    if family == "F":
        # From v6 on there are three ratios in this family.
        return Decimal(2 * vcpus) if version == 2 and vcpus <= 72 else None
    if "m" in features or "t" in features or "i" in features:
        return None
    ratio, most = _MEMORY.get((family, "l" if "l" in features else ""), (Decimal(0), 0))
    if family == "E" and "p" in features:
        most = 16
    return ratio * vcpus if 0 < vcpus <= most else None
