"""Relations that many kinds have."""

from mcm.contract import Relation, RelationType, ResourceKind


def in_project(project: str | None) -> tuple[Relation, ...]:
    return (Relation(RelationType.PART_OF, ResourceKind.PROJECT, project),) if project else ()


def in_zone(zone: str | None, region: str) -> tuple[Relation, ...]:
    """Zones are known by name, and only within their region."""
    return (Relation(RelationType.PART_OF, ResourceKind.ZONE, zone, region),) if zone else ()
