"""How tests of actions see what became of them: as the adapter lists it, and as the server itself has it."""

from typing import Any

from mcm.contract import Resource, ResourceRef
from mcm_providers.vmware.adapter import VmwareProvider
from tests.integration.vmware.operator import Operator


def machine_of(operator: Operator, ref: ResourceRef) -> Any:
    """None: it is gone."""
    return operator.content.searchIndex.FindByUuid(None, ref.native_id.partition(":")[0], True, True)


def seen(provider: VmwareProvider, ref: ResourceRef) -> Resource:
    found = provider.observe([ref])[ref]
    assert found is not None
    return found


def tags_of(provider: VmwareProvider, ref: ResourceRef) -> dict[str, str]:
    return dict(seen(provider, ref).tags or {})


def named(operator: Operator, name: str) -> int:
    return sum(one.name == name for one in operator.machines())
