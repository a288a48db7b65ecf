"""Providers over HTTP."""

from operator import attrgetter
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from mcm.auth.permissions import Permission
from mcm.contract import ConnectionField, ProviderDescriptor
from mcm.edge.dependencies import RuntimeDep, authorize
from mcm.edge.paging import MAX_LIMIT, Cursor, Limit, Page, page_of_few
from mcm.registry import Registry

router = APIRouter(prefix="/providers", tags=["providers"])


class ProviderItem(BaseModel):
    """installed: its SDK is there. missing: what to do when it is not."""

    name: str
    title: dict[str, str]
    installed: bool
    missing: str
    extra: str
    kinds: dict[str, dict[str, Any]]
    capabilities: list[str]
    connection: list[ConnectionField]
    reads_file: bool


@router.get("", dependencies=[authorize(Permission.PROVIDER_READ)])
def list_providers(runtime: RuntimeDep, limit: Limit = MAX_LIMIT, cursor: Cursor = None) -> Page[ProviderItem]:
    registry = runtime.registry
    found = [_item(registry, registry.descriptor(name)) for name in registry.names()]
    return page_of_few(found, limit, cursor, attrgetter("name"))


@router.get("/{name}", dependencies=[authorize(Permission.PROVIDER_READ)])
def show_provider(name: str, runtime: RuntimeDep) -> ProviderItem:
    return _item(runtime.registry, runtime.registry.descriptor(name))


def _item(registry: Registry, descriptor: ProviderDescriptor) -> ProviderItem:
    missing = registry.missing_sdk(descriptor)
    return ProviderItem(
        name=descriptor.name,
        title=descriptor.title.model_dump(),
        installed=not missing,
        missing=missing,
        extra=descriptor.extra,
        kinds={str(kind): support.model_dump(mode="json") for kind, support in descriptor.kinds.items()},
        capabilities=sorted(descriptor.capabilities),
        connection=list(descriptor.connection.fields),
        reads_file=bool(descriptor.import_file),
    )
