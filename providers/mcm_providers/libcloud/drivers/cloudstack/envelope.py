"""What all translations share: identity, owner, zone, tags, times, and the document without secrets."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from mcm.contract import Relation, RelationType, Resource, ResourceKind
from mcm_providers.libcloud.drivers.cloudstack.api import Document

MAX_TEXT = 1024
_SECRET = re.compile(r"password|passwd|secret|token|private_?key|user_?data|apikey", re.IGNORECASE)
_harmless = {"passwordenabled"}
# Measured values, different at every read, and where a job is; they say nothing about what the thing is.
_VOLATILE = frozenset(
    {"cpuused", "networkkbsread", "networkkbswrite", "diskkbsread", "diskkbswrite", "diskioread", "diskiowrite"}
    | {"memorykbs", "memoryintfreekbs", "memorytargetkbs", "utilization", "virtualsize"}
    | {"lastpinged", "disconnected", "jobid", "jobstatus"}
)

Translate = Callable[[Document, str], Resource]


def text(value: object) -> str | None:
    """A text cut to what mcm keeps; None for nothing. Old clouds number what new ones name."""
    if type(value) is str:
        return value[:MAX_TEXT] or None
    return str(value)[:MAX_TEXT] if isinstance(value, int | float) and not isinstance(value, bool) else None


def whole(value: object) -> int | None:
    if isinstance(value, str):
        return int(value) if value.isdecimal() and len(value) < 19 else None
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def number(value: object) -> float | None:
    try:
        return None if isinstance(value, bool) else float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None


def flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def mib(bytes_: object) -> int | None:
    size = whole(bytes_)
    return None if size is None else size // 1024**2


def gib(bytes_: object) -> float | None:
    size = whole(bytes_)
    return None if size is None else round(size / 1024**3, 3)


def moment(value: object) -> datetime | None:
    """`2024-05-04T11:22:33+0200`, in UTC."""
    try:
        when = datetime.fromisoformat(value) if isinstance(value, str) else None
        return when.astimezone(UTC) if when and when.tzinfo else None
    except (ValueError, OverflowError):
        return None


def entries(value: object) -> Iterable[Document]:
    """The documents of a list inside a document."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else ()


def to(relation: RelationType, kind: ResourceKind, native_id: object, native_scope: str = "") -> list[Relation]:
    """The relation, or nothing when there is no target."""
    target = text(native_id)
    return [Relation(relation, kind, target, native_scope)] if target else []


def owner(document: Document) -> str:
    """The project, or the account that owns it: account names are unique within their domain."""
    project = text(document.get("projectid"))
    if project:
        return project
    account = text(document.get("account"))
    return f"{document.get('domainid') or document.get('domain') or ''}/{account}" if account else ""


def owner_name(document: Document) -> str:
    project = text(document.get("project"))
    if document.get("projectid"):
        return project or ""
    account = text(document.get("account"))
    domain = text(document.get("domainpath")) or text(document.get("domain"))
    return f"{domain}/{account}"[:MAX_TEXT] if account and domain else account or ""


def resource(
    document: Document,
    kind: ResourceKind,
    region: str,
    attributes: object,
    *,
    native_kind: str,
    state: str,
    native_state: str,
    native_id: str = "",
    native_scope: str = "",
    name: str | None = None,
    task_state: str | None = None,
    relations: Sequence[Relation] = (),
    placed: bool = True,
    owned: bool = True,
) -> Resource:
    """`document` becomes the native payload and loses its secrets here. placed: it is in the zone it names; owned: by
    the project or account it names."""
    native_id = native_id or str(document["id"])
    places = to(RelationType.PART_OF, ResourceKind.ZONE, document.get("zoneid")) if placed else []
    return Resource(
        kind=kind,
        native_id=native_id,
        name=name or text(document.get("name")) or native_id,
        region=region,
        zone=text(document.get("zonename")) if placed else None,
        project=owner(document) or None if owned else None,
        project_name=owner_name(document) or None if owned else None,
        state=state,
        native_state=native_state,
        task_state=task_state or _job(document),
        tags=_tags(document.get("tags")),
        created_at=moment(document.get("created")),
        relations=list(dict.fromkeys([*relations, *places])),
        attributes=attributes,
        native=public(document),
        native_scope=native_scope,
        native_kind=f"cloudstack.{native_kind}",
    )


def _job(document: Document) -> str | None:
    """An asynchronous job works on it; 0 is CloudStack's "in progress"."""
    return "job" if document.get("jobid") and document.get("jobstatus") == 0 else None


def _tags(value: Any) -> dict[str, str] | None:
    if not isinstance(value, list):
        return None
    return {(text(one.get("key")) or ""): (text(one.get("value")) or "") for one in entries(value)}


def public(document: Document) -> Document:
    """The document without secrets, measured values and jobs; changed in place."""
    for key in document.keys() & _VOLATILE:
        del document[key]
    _strip(document)
    return document


def _strip(document: Document) -> None:
    """Called for every document and all inside it: a key is looked at once, and remembered when it is harmless."""
    if not _harmless.issuperset(document):
        for key in document.keys() - _harmless:
            if _SECRET.search(key) is None:
                if len(_harmless) < 5000:
                    _harmless.add(key)
            elif not isinstance(document[key], bool):
                del document[key]
    for value in document.values():
        kind = type(value)
        if kind is dict:
            _strip(value)
        elif kind is list:
            for one in value:
                if type(one) is dict:
                    _strip(one)
