"""Small tables that instances refer to by name: instance types, image names, key pair ids. Cached per connection.

A stable refusal (no permission, an emulator without the operation) leaves them unknown for the connection's life; any
other failure is raised, so that an attribute does not come and go with the weather.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeVar

from mcm.contract import CallContext, InvalidRequest, NotSupported, PermissionDenied
from mcm_providers.aws.client import Clients
from mcm_providers.aws.documents import Document
from mcm_providers.aws.flavor_facts import FlavorFacts, flavor_facts
from mcm_providers.aws.paging import pages

_BATCH = 100
V = TypeVar("V")


class _Source(NamedTuple):
    operation: str
    members: str
    identity: str
    id_filter: str
    page_size: int | None
    params: Mapping[str, Any]


_TYPES = _Source("DescribeInstanceTypes", "InstanceTypes", "InstanceType", "instance-type", 100, {})
# Without IncludeDeprecated most public images would vanish two years after their release.
_IMAGES = _Source(
    "DescribeImages", "Images", "ImageId", "image-id", None, {"IncludeDeprecated": True, "IncludeDisabled": True}
)
_KEYPAIRS = _Source("DescribeKeyPairs", "KeyPairs", "KeyName", "key-name", None, {})


class Lookups:
    """For one connection. A name that AWS does not list is remembered as None and not asked for again."""

    def __init__(self, clients: Clients, context: CallContext) -> None:
        self._clients, self._context = clients, context
        self._types: dict[str, dict[str, FlavorFacts | None]] = {}
        self._images: dict[str, dict[str, str | None]] = {}
        self._keypairs: dict[str, dict[str, str | None]] = {}
        self._refused: set[tuple[str, str]] = set()

    def instance_types(self, region: str, names: Iterable[str]) -> Mapping[str, FlavorFacts | None]:
        return self._completed(self._types.setdefault(region, {}), region, names, _TYPES, flavor_facts)

    def image_names(self, region: str, image_ids: Iterable[str]) -> Mapping[str, str | None]:
        return self._completed(self._images.setdefault(region, {}), region, image_ids, _IMAGES, _image_name)

    def keypair_ids(self, region: str, names: Iterable[str]) -> Mapping[str, str | None]:
        return self._completed(self._keypairs.setdefault(region, {}), region, names, _KEYPAIRS, _keypair_id)

    def forget_keypairs(self, region: str) -> None:
        """A key pair may have been replaced by another of its name since; the others never change."""
        self._keypairs.pop(region, None)

    def _completed(
        self,
        table: dict[str, V | None],
        region: str,
        names: Iterable[str],
        source: _Source,
        keep: Callable[[Document], V | None],
    ) -> Mapping[str, V | None]:
        missing = sorted({name for name in names if name and name not in table})
        for start in range(0, len(missing), _BATCH):
            batch = missing[start : start + _BATCH]
            if (region, source.operation) not in self._refused:
                table.update(self._asked(region, batch, source, keep))
            for name in batch:
                table.setdefault(name, None)
        return table

    def _asked(
        self, region: str, names: list[str], source: _Source, keep: Callable[[Document], V | None]
    ) -> dict[str, V | None]:
        found: dict[str, V | None] = {}
        params = {**source.params, "Filters": [{"Name": source.id_filter, "Values": names}]}
        try:
            for page in pages(
                self._clients,
                self._context,
                "ec2",
                region,
                source.operation,
                source.members,
                params,
                source.page_size,
            ):
                found.update((record[source.identity], keep(record)) for record in page if record.get(source.identity))
        except (PermissionDenied, NotSupported, InvalidRequest):
            self._refused.add((region, source.operation))
        return found


def _image_name(document: Document) -> str | None:
    name: str | None = document.get("Name")
    return name[:1024] if name else None


def _keypair_id(document: Document) -> str | None:
    found: str | None = document.get("KeyPairId")
    return found
