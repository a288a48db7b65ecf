"""What defines a simulated cloud; equal shapes give equal clouds, in this process or the next."""

from dataclasses import dataclass, field
from typing import Any

# One resource as the simulated cloud tells it. Keys: README.md, "Seed file".
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shape:
    """regions: native id to name. drift: changes per minute over the whole cloud."""

    cloud_id: str
    flavour: str = "openstack"
    seed: int = 0
    instances: int = 200
    regions: tuple[tuple[str, str], ...] = field(default=(("bj-1", "Beijing 1"), ("sh-1", "Shanghai 1")))
    drift: float = 0.0
    seed_file: str = ""
