"""What neutron's kinds have in common: how they are listed, and how several are looked up at once by their ids."""

from collections.abc import Callable, Iterator, Sequence

from mcm.contract import Resource
from mcm_providers.openstack.cloud import Cloud
from mcm_providers.openstack.documents import Document, owner_of
from mcm_providers.openstack.names import Names

Translate = Callable[[Document, str, str | None], Resource]


class NeutronKind:
    """path: below the API's version; key: what the list stands under in the answer."""

    def __init__(self, path: str, key: str, translate: Translate) -> None:
        self.path, self.key, self.translate = path, key, translate

    def collect(self, cloud: Cloud, region: str, names: Names) -> Iterator[Resource]:
        yield from self._rows(cloud, region, names, ())

    def find(self, cloud: Cloud, region: str, names: Names, ids: Sequence[str]) -> Iterator[Resource]:
        yield from self._rows(cloud, region, names, tuple(("id", native_id) for native_id in ids))

    def _rows(self, cloud: Cloud, region: str, names: Names, which: tuple[tuple[str, str], ...]) -> Iterator[Resource]:
        for page in cloud.service("network", region).pages(self.path, self.key, which):
            for row in page:
                yield self.translate(row, region, names.project_name(owner_of(row)))
