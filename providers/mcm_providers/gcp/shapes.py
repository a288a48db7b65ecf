"""Machine types of the series that Google bills by vCPU and memory: what is in them, as documented.

https://cloud.google.com/compute/docs/machine-resource. The catalogue has prices of a vCPU and of a GiB, and no machine
types; a type costs what its vCPUs and its memory cost.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

_RATIOS = {"standard": Decimal(4), "highmem": Decimal(8), "highcpu": Decimal(1)}
_SECOND = {"standard": Decimal(4), "highmem": Decimal(8), "highcpu": Decimal(2)}
_N1 = {"standard": Decimal("3.75"), "highmem": Decimal("6.5"), "highcpu": Decimal("0.9")}
_ONLY_STANDARD = {"standard": Decimal(4)}
_SMALL, _N2 = (2, 4, 8, 16, 32), (2, 4, 8, 16, 32, 48, 64, 80)
# By series: GiB for a vCPU by kind, and how many vCPUs there are of every kind.
_SERIES: dict[str, tuple[dict[str, Decimal], tuple[int, ...]]] = {
    "E2": ({"standard": Decimal(4), "highmem": Decimal(8), "highcpu": Decimal(1)}, (2, 4, 8, 16)),
    "N1": (_N1, (2, 4, 8, 16, 32, 64, 96)),
    "N2": (_RATIOS, _N2),
    "N2D": (_RATIOS, _N2),
    "N4": (_SECOND, (2, 4, 8, 16, 32, 48, 64, 80)),
    "C2": (_ONLY_STANDARD, (4, 8, 16, 30, 60)),
    "C2D": (_SECOND, (2, 4, 8, 16, 32, 56, 112)),
    "C3": (_SECOND, (4, 8, 22, 44, 88, 176)),
    "T2D": (_ONLY_STANDARD, (1, 2, 4, 8, 16, 32, 48, 60)),
    "T2A": (_ONLY_STANDARD, (1, 2, 4, 8, 16, 32, 48)),
}


@dataclass(frozen=True, slots=True)
class Shape:
    name: str
    vcpus: Decimal
    memory_gib: Decimal
    architecture: str


def shapes(series: str) -> Iterator[Shape]:
    ratios, sizes = _SERIES.get(series, ({}, ()))
    for kind, ratio in ratios.items():
        for vcpus in sizes:
            name = f"{series.lower()}-{kind}-{vcpus}"
            yield Shape(name, Decimal(vcpus), ratio * vcpus, "arm64" if series == "T2A" else "x86_64")


def is_known(series: str) -> bool:
    return series in _SERIES
