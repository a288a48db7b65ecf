"""Resources as adapters give them → rows as the database keeps them. The hot path of a sync.

An unchanged resource costs an id, a fingerprint and nothing else; texts are rendered for changed ones only.
"""

import re
from dataclasses import fields
from hashlib import blake2b
from operator import attrgetter
from typing import Any, NamedTuple

import orjson

from mcm.contract import InstanceState, RelationType, Resource, ResourceKind, UnexpectedResponse, VolumeState
from mcm.contract.resources import ATTRIBUTES
from mcm.contract.states import CommonState
from mcm.kit import clock
from mcm.kit.ids import resource_id
from mcm.models import MAX_TAG_KEY, MAX_TAG_VALUE

# PostgreSQL's index entries hold 2,704 bytes, and a character takes up to four.
MAX_NAME = 600
MAX_NATIVE_ID = 512
MAX_NATIVE_BYTES = 65_536
_MAX_CACHED_TARGETS = 50_000
_SORTED = orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS
# Asking an enum member for its value costs more than looking it up, and this is asked for every relation.
_WORDS = {member: member.value for member in [*RelationType, *ResourceKind]}
_SECRET_KEY = re.compile(r"password|passwd|adminpass|secret|token|private_?key|user_?data", re.IGNORECASE)
_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")
_STATES: dict[ResourceKind, frozenset[str]] = {
    kind: frozenset({ResourceKind.INSTANCE: InstanceState, ResourceKind.VOLUME: VolumeState}.get(kind, CommonState))
    for kind in ResourceKind
}


class Row(NamedTuple):
    """One changed resource as the staging table takes it; JSON as text, times as fixed-width text."""

    id: str
    native_scope: str
    native_id: str
    native_kind: str
    name: str
    region: str
    zone: str | None
    project: str | None
    project_name: str | None
    state: str
    native_state: str
    task_state: str | None
    tags: str
    attributes: str
    relations: str
    locator: str
    created_at: str | None
    fingerprint: str
    search: str
    native: str | None


class Content(NamedTuple):
    """The normalised fields of one resource, encoded once. `clean`: every text in it is valid UTF-8 without NUL."""

    scalars: bytes
    attributes: bytes
    tags: bytes
    relations: bytes
    values: dict[str, Any]
    clean: bool

    def fingerprint(self) -> str:
        """The native document is left out: clouds fill it with what changes at every read."""
        parts = (self.scalars, self.attributes, self.tags, self.relations)
        return blake2b(b"\0".join(parts), digest_size=16).hexdigest()


class Normaliser:
    """For one scope of one account. `unknown_states` counts native states that no table knew."""

    def __init__(self, realm: str, kind: ResourceKind) -> None:
        self.realm, self.kind = realm, kind
        self.unknown_states = 0
        self._type = ATTRIBUTES[kind]
        self._names = tuple(item.name for item in fields(self._type))
        # One field more than once keeps attrgetter returning a tuple for classes with a single field.
        self._values = attrgetter(*self._names, self._names[0])
        self._states = _STATES[kind]
        self._targets: dict[tuple[str, str, str], str] = {}

    def identify(self, resource: Resource) -> str:
        """Raises UnexpectedResponse for a resource of another kind, shape or without an identity."""
        if resource.kind is not self.kind or type(resource.attributes) is not self._type:
            raise UnexpectedResponse(f"the adapter listed a {resource.kind} among the {self.kind} resources")
        if not resource.native_id or len(resource.native_id) > MAX_NATIVE_ID:
            raise UnexpectedResponse(f"the cloud listed a {self.kind} without a usable id")
        return resource_id(self.realm, self.kind, resource.native_scope, resource.native_id)

    def content(self, resource: Resource) -> Content:
        if resource.state == "unknown" or resource.state not in self._states:
            self.unknown_states += 1
            resource.state = "unknown"
        if len(resource.name) > MAX_NAME:
            resource.name = resource.name[:MAX_NAME]
        if resource.project is not None and len(resource.project) > MAX_NAME:
            resource.project = resource.project[:MAX_NAME]
        if resource.project_name is not None and len(resource.project_name) > MAX_NAME:
            resource.project_name = resource.project_name[:MAX_NAME]
        values = {
            name: value
            for name, value in zip(self._names, self._values(resource.attributes), strict=False)
            if value is not None
        }
        scalars = (
            resource.native_id,
            resource.native_scope,
            resource.name,
            resource.region,
            resource.zone,
            resource.project,
            resource.project_name,
            resource.state,
            resource.native_state,
            resource.task_state,
            resource.created_at,
            resource.native_kind,
            resource.locator,
        )
        relations = [tuple(relation) for relation in sorted(resource.relations)]  # orjson refuses named tuples
        try:
            tags = orjson.dumps(resource.tags, option=orjson.OPT_SORT_KEYS) if resource.tags else b"{}"
            encoded = (_dumps(scalars), _dumps(values), tags, _dumps(relations))
            clean = b"\\u0000" not in b"".join(encoded)
        except TypeError:
            clean = False
        if not clean:
            encoded = (_encoded(scalars), _encoded(values), _encoded(resource.tags or {}), _encoded(relations))
        return Content(*encoded, values, clean)

    def row(self, ident: str, resource: Resource, content: Content, fingerprint: str) -> Row:
        if not content.clean:
            _clean(resource)
        return Row(
            ident,
            resource.native_scope,
            resource.native_id,
            resource.native_kind,
            resource.name,
            resource.region,
            resource.zone,
            resource.project,
            resource.project_name,
            resource.state,
            resource.native_state[:MAX_NAME],
            resource.task_state,
            content.tags.decode(),
            content.attributes.decode(),
            content.relations.decode(),
            resource.locator,
            clock.to_text(resource.created_at) if resource.created_at else None,
            fingerprint,
            _search(resource, content.values),
            native_document(resource.native),
        )

    def relation_rows(self, ident: str, resource: Resource) -> list[tuple[str, str, str, str, str]]:
        """(source id, type, target id, target kind, target native id)."""
        rows = {}
        for relation in resource.relations:
            key = (relation.kind, relation.native_scope, relation.native_id)
            target = self._targets.get(key)
            if target is None:
                target = resource_id(self.realm, *key)
                if len(self._targets) < _MAX_CACHED_TARGETS:
                    self._targets[key] = target
            rows[relation.type, target] = (
                ident,
                _WORDS[relation.type],
                target,
                _WORDS[relation.kind],
                relation.native_id,
            )
        return list(rows.values())


def tag_rows(ident: str, resource: Resource) -> list[tuple[str, str, str]]:
    if not resource.tags:
        return []
    return [(ident, key, value[:MAX_TAG_VALUE]) for key, value in resource.tags.items() if len(key) <= MAX_TAG_KEY]


def native_document(native: Any) -> str | None:
    """The cloud's document as JSON text: secrets replaced, cut to a marker when larger than 64 KiB."""
    if native is None:
        return None
    try:
        return _native_document(native)
    except (RecursionError, TypeError):
        # Nested deeper than anything honest; the resource itself is none the worse for it.
        return _encoded({"truncated": True, "nested": True}).decode()


def _native_document(native: Any) -> str:
    try:
        encoded = bytes(native) if isinstance(native, bytes | bytearray | memoryview) else _dumps(native)
    except TypeError:
        encoded = _encoded(native)
    if len(encoded) > MAX_NATIVE_BYTES:
        return _encoded({"truncated": True, "bytes": len(encoded)}).decode()
    if _may_hold_secrets(encoded.lower()):
        encoded = _encoded(without_secrets(orjson.loads(encoded)))
    return _without_nul(encoded).decode()


def _may_hold_secrets(lower: bytes) -> bool:
    # Written out: this runs for every changed resource, and a loop over words costs ten times as much.
    return (
        b"passw" in lower
        or b"secret" in lower
        or b"token" in lower
        or b"adminpass" in lower
        or b"private_key" in lower
        or b"privatekey" in lower
        or b"user_data" in lower
        or b"userdata" in lower
    )


def without_secrets(value: Any) -> Any:
    """The document with the values of secret-looking keys replaced, at every depth."""
    if isinstance(value, dict):
        return {
            key: "(removed)"
            if _SECRET_KEY.search(str(key))
            and item not in (None, "", False)
            and not isinstance(item, dict | list | bool)
            else without_secrets(item)
            for key, item in value.items()
        }
    return [without_secrets(item) for item in value] if isinstance(value, list) else value


def _dumps(value: Any) -> bytes:
    # Fields come in the order of their dataclass; sorting and odd keys would cost twice as much.
    return orjson.dumps(value, option=orjson.OPT_UTC_Z)


def _encoded(value: Any) -> bytes:
    try:
        return _without_nul(orjson.dumps(value, option=_SORTED))
    except TypeError:
        # Lone surrogates (bad UTF-8 from a cloud) and foreign types: the slow, forgiving way.
        return _without_nul(orjson.dumps(_forgiving(value), default=str, option=_SORTED))


def _without_nul(encoded: bytes) -> bytes:
    # PostgreSQL takes no NUL, neither in text nor in JSON.
    return _NUL.sub(rb"\1\\ufffd", encoded) if b"\\u0000" in encoded else encoded


def _forgiving(value: Any) -> Any:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict):
        return {_text(str(key)): _forgiving(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_forgiving(item) for item in value]
    return value


def _text(value: str) -> str:
    if value.isascii() and "\0" not in value:
        return str(value)
    return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def _clean(resource: Resource) -> None:
    """Replaces what no database takes in every text of the envelope."""
    for name in ("native_scope", "native_id", "native_kind", "name", "region", "native_state", "locator"):
        setattr(resource, name, _text(getattr(resource, name)))
    for name in ("zone", "project", "project_name", "task_state"):
        value = getattr(resource, name)
        setattr(resource, name, None if value is None else _text(value))
    resource.tags = {_text(key): _text(value) for key, value in (resource.tags or {}).items()}


def _search(resource: Resource, attributes: dict[str, Any]) -> str:
    parts = [resource.name, resource.native_id]
    for key in ("private_ips", "public_ips", "ips"):
        if found := attributes.get(key):
            parts += found
    for key in ("address", "hostname", "cidr", "dns_name"):
        if found := attributes.get(key):
            parts.append(found)
    parts += [f"{key}={value}" for key, value in (resource.tags or {}).items()]
    return _text(" ".join(parts).lower()[:4000])
