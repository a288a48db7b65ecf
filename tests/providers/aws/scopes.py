"""Pure translation of a record: with look-ups that know a little and ask nobody."""

from __future__ import annotations

from typing import Any, cast

from mcm.contract import GLOBAL_REGION, Resource, ResourceKind
from mcm.contract.conformance.checks import resource_problems
from mcm_providers.aws.flavor_facts import FlavorFacts
from mcm_providers.aws.kinds import LISTINGS
from mcm_providers.aws.resources.listing import Listing, Scope

_TYPES = {
    "m5.large": FlavorFacts(2, 8192, None, None, None, "x86_64", "nitro"),
    "t2.micro": FlavorFacts(1, 1024, None, None, None, "x86_64", "xen"),
    "m5.metal": FlavorFacts(96, 393216, None, None, None, "x86_64", "baremetal"),
    "p4d.24xlarge": FlavorFacts(96, 1179648, 7451, 8, "NVIDIA A100", "x86_64", "nitro"),
}


class Known:
    def instance_types(self, *_: object) -> dict[str, FlavorFacts]:
        return _TYPES

    def image_names(self, *_: object) -> dict[str, str]:
        return {"ami-1": "golden"}

    def keypair_ids(self, *_: object) -> dict[str, str]:
        return {"operations": "key-1"}


def scope(region: str = "eu-central-1") -> Scope:
    nobody = cast(Any, None)
    return Scope(nobody, nobody, region, cast(Any, Known()))


def translated(kind: ResourceKind, document: dict[str, Any], listing: Listing | None = None) -> Resource:
    """What the record becomes; it has to be well formed."""
    resource = (listing or LISTINGS[kind][0]).translate(document, scope())
    problems = resource_problems(resource, kind, GLOBAL_REGION if kind is ResourceKind.BUCKET else "eu-central-1")
    assert not problems
    return resource
