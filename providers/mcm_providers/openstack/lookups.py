"""What nova's documents only name, resolved: the values that translating a page of instances takes beside the page."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class FlavorFacts(NamedTuple):
    native_id: str
    name: str
    vcpus: int | None = None
    memory_mib: int | None = None
    disk_gib: int | None = None
    ephemeral_gib: int | None = None
    gpu_count: int | None = None


class HostFacts(NamedTuple):
    native_id: str
    native_scope: str
    virtualization: str | None


class ImageFacts(NamedTuple):
    name: str
    architecture: str | None = None
    os_family: str | None = None
    os_name: str | None = None


class NetworkFacts(NamedTuple):
    """common: projects other than its own can see it."""

    native_id: str
    project: str
    common: bool


@dataclass(frozen=True, slots=True)
class Lookups:
    """flavors: by ("id", …) and ("name", …). hosts: by hypervisor name. groups: (project, name) → id, if it is one."""

    projects: Mapping[str, str] = field(default_factory=dict)
    flavors: Mapping[tuple[str, str], FlavorFacts] = field(default_factory=dict)
    hosts: Mapping[str, HostFacts] = field(default_factory=dict)
    networks: Mapping[str, list[NetworkFacts]] = field(default_factory=dict)
    groups: Mapping[tuple[str, str], str] = field(default_factory=dict)
    images: Mapping[str, ImageFacts] = field(default_factory=dict)

    def network(self, name: str, project: str) -> str | None:
        """The id of the network that an instance of `project` means by `name`; None when it could be several."""
        named = [found for found in self.networks.get(name, ()) if found.common or found.project == project]
        return named[0].native_id if len(named) == 1 else None
