"""The recorded documents in `fixtures/`, read anew for each use because translating may change them."""

import json
from pathlib import Path
from typing import Any

from mcm_providers.openstack.lookups import FlavorFacts, HostFacts, ImageFacts, Lookups, NetworkFacts

FOLDER = Path(__file__).parent / "fixtures"
REGION = "RegionOne"
ADMIN_PROJECT = "d3064ff8cb7a40a187bf8fddb67c377c"
DEMO_PROJECT = "8cce98c2868c43fd93b2d8b4149d846a"


def rows(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


def row(name: str, called: str) -> dict[str, Any]:
    return next(found for found in rows(name) if found["name"] == called)


def lookups() -> Lookups:
    """What the recorded cloud's own listings say."""
    flavors: dict[tuple[str, str], FlavorFacts] = {}
    for one in rows("flavors"):
        facts = FlavorFacts(
            one["id"], one["name"], one["vcpus"], one["ram"], one["disk"], one["OS-FLV-EXT-DATA:ephemeral"]
        )
        flavors["id", one["id"]] = flavors["name", one["name"]] = facts
    networks: dict[str, list[NetworkFacts]] = {}
    for one in rows("networks"):
        common = one["shared"] or one["router:external"]
        networks.setdefault(one["name"], []).append(NetworkFacts(one["id"], one["project_id"], common))
    return Lookups(
        projects={one["id"]: one["name"] for one in rows("projects")},
        flavors=flavors,
        hosts={one["hypervisor_hostname"]: HostFacts(one["id"], "", "kvm") for one in rows("hypervisors-2.87")},
        networks=networks,
        groups={(one["project_id"], one["name"]): one["id"] for one in rows("security_groups")},
        images={one["id"]: ImageFacts(one["name"]) for one in rows("images")},
    )
