"""Finds providers by entry point and loads their adapters lazily; explains a missing SDK in a sentence."""

import importlib
import importlib.util
from functools import cache, cached_property
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from mcm.contract import InventoryReader, Provider, ProviderDescriptor
from mcm.errors import InvalidInput, NotFound

GROUP = "mcm.providers"


@cache
def _installed() -> dict[str, EntryPoint]:
    """What is installed is looked up once in a process: it means reading the metadata of every package."""
    return {point.name: point for point in entry_points(group=GROUP)}


class Registry:
    """All providers that are installed. Loading a descriptor imports no SDK."""

    @cached_property
    def _points(self) -> dict[str, EntryPoint]:
        return _installed()

    def names(self) -> list[str]:
        return sorted(self._points)

    def descriptor(self, name: str) -> ProviderDescriptor:
        """Raises NotFound naming the installed providers."""
        point = self._points.get(name)
        if point is None:
            raise NotFound(
                f"there is no provider '{name}'", next_step=f"installed providers: {', '.join(self.names())}"
            )
        found = point.load()
        if not isinstance(found, ProviderDescriptor) or found.name != name:
            raise InvalidInput(f"the entry point '{name}' does not lead to a descriptor of that name")
        return found

    def missing_sdk(self, descriptor: ProviderDescriptor) -> str:
        """A sentence when the provider's SDK is not installed, else ""."""
        if not descriptor.sdk or importlib.util.find_spec(descriptor.sdk) is not None:
            return ""
        return (
            f"the provider '{descriptor.name}' needs the Python package behind the module '{descriptor.sdk}', which is "
            f"not installed: install mcm[{descriptor.extra}]"
        )

    def adapter(self, name: str) -> type[Provider]:
        """The adapter's class. Raises InvalidInput with the way to install what is missing."""
        descriptor = self.descriptor(name)
        if sentence := self.missing_sdk(descriptor):
            raise InvalidInput(sentence, next_step=f"pip install 'mcm[{descriptor.extra}]', then restart")
        loaded: type[Provider] = load(descriptor.adapter)
        return loaded


def load(path: str) -> Any:
    """The object behind "package.module:name"."""
    module, _, attribute = path.partition(":")
    return getattr(importlib.import_module(module), attribute)


def reader(provider: Provider) -> InventoryReader:
    """The provider as an inventory reader. Raises InvalidInput for one that reads prices only."""
    if not isinstance(provider, InventoryReader):
        raise InvalidInput("this provider has no inventory")
    return provider
