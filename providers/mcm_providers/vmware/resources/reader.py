"""What a file of this folder provides: which objects to ask for, and how to make resources of them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mcm.contract import Resource
from mcm_providers.vmware.content import Content, Decoder, nested
from mcm_providers.vmware.labels import Labels


@dataclass(slots=True)
class Surroundings:
    """What a translation may look up. region: the datacenter's reference. hosts: names. ancestors: name and parent of
    folders above, where they are known."""

    region: str
    labels: Labels = field(default_factory=Labels)
    hosts: Mapping[str, str] = field(default_factory=dict)
    ancestors: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reader:
    """properties: by managed object type. select: the way there from a datacenter. read: pure; contents → resources,
    lazily where it can. newer: properties that an older API version refuses, with the first version that has them."""

    properties: Mapping[str, Sequence[str]]
    select: str
    read: Callable[[Iterable[Content], Surroundings], Iterator[Resource]]
    decode: Decoder = nested
    needs_hosts: bool = False
    newer: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def properties_for(self, api_version: str) -> dict[str, list[str]]:
        have = version_key(api_version)
        return {
            native_type: [path for path in paths if have >= self.newer.get(path, ())]
            for native_type, paths in self.properties.items()
        }


def version_key(version: str) -> tuple[int, ...]:
    """ "8.0.2.0" as numbers; what is no number ends it."""
    key: list[int] = []
    for part in version.split("."):
        if not part.isdigit():
            break
        key.append(int(part[:9]))
    return tuple(key)
