"""What all kinds have in common, and the taming of what a cloud may send as name or tag."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from mcm.contract import Relation, RelationType, Resource, ResourceKind
from mcm_providers.simulated import states
from mcm_providers.simulated.cloud.shape import Document

_MAX_TEXT = 1024
_SECRET_KEYS = ("user_data", "private_key", "master_password")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document came from: the region asked, the cloud's flavour, the kinds whose ids need the region."""

    region: str
    flavour: str
    scoped: frozenset[ResourceKind]

    def to(self, relation: RelationType, kind: ResourceKind, native_id: object) -> Relation:
        return Relation(relation, kind, str(native_id), self.scope(kind))

    def scope(self, kind: ResourceKind) -> str:
        return self.region if kind in self.scoped else ""


def moment(text: object) -> datetime | None:
    """An ISO time; the simulated cloud's are UTC."""
    if not text:
        return None
    parsed = text if isinstance(text, datetime) else datetime.fromisoformat(str(text))
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)


def short(value: object) -> str:
    text = value if isinstance(value, str) else str(value)
    return text if len(text) <= _MAX_TEXT else text[:_MAX_TEXT]


def number(value: object) -> float | None:
    return None if value is None else float(str(value))


def whole(value: object) -> int | None:
    return None if value is None else int(str(value))


def envelope(
    place: Place,
    kind: ResourceKind,
    document: Document,
    attributes: object,
    relations: Sequence[Relation] = (),
    state: str | None = None,
) -> Resource:
    """`document` becomes the resource's native payload and loses its secrets here."""
    for key in _SECRET_KEYS:
        document.pop(key, None)
    document["name"] = name = short(document["name"])
    native_state = str(document["status"])
    tags = document.get("tags")
    return Resource(
        kind=kind,
        native_id=str(document["id"]),
        name=name,
        region=place.region,
        state=states.COMMON.get(native_state, "unknown") if state is None else state,
        native_state=native_state,
        attributes=attributes,
        zone=document.get("zone"),
        project=document.get("project"),
        project_name=document.get("project_name"),
        task_state=document.get("task"),
        tags={short(key): short(value) for key, value in tags.items()} if isinstance(tags, Mapping) else None,
        created_at=moment(document.get("created")),
        relations=relations,
        native=document,
        native_scope=place.scope(kind),
        native_kind=f"simulated.{kind}",
        locator=str(document.get("locator") or ""),
    )
