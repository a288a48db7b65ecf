"""Resources as adapters give them → rows as the database keeps them. The hot path of a sync.

An unchanged resource costs an id, a fingerprint and nothing else; texts are rendered for changed ones only.
"""

import re
from collections.abc import Sequence
from dataclasses import fields
from hashlib import blake2b
from typing import Any, NamedTuple

import orjson

from mcm.contract import InstanceState, Relation, Resource, ResourceKind, UnexpectedResponse, VolumeState
from mcm.contract.resources import ATTRIBUTES
from mcm.contract.states import CommonState
from mcm.kit import clock
from mcm.kit.ids import resource_id

MAX_NAME = 1024
MAX_NATIVE_ID = 512
MAX_NATIVE_BYTES = 65_536
_MAX_CACHED_TARGETS = 50_000
_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS
_SECRET_WORDS = (b"password", b"passwd", b"adminpass", b"secret", b"token", b"private_key", b"privatekey", b"user_data",
                 b"userdata")  # fmt: skip
_SECRET_KEY = re.compile("|".join(word.decode() for word in _SECRET_WORDS), re.IGNORECASE)
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


class Normaliser:
    """For one scope of one account. `unknown_states` counts native states that no table knew."""

    def __init__(self, realm: str, kind: ResourceKind) -> None:
        self.realm, self.kind = realm, kind
        self.unknown_states = 0
        self._names = tuple(item.name for item in fields(ATTRIBUTES[kind]))
        self._type = ATTRIBUTES[kind]
        self._states = _STATES[kind]
        self._targets: dict[tuple[str, str, str], str] = {}

    def identify(self, resource: Resource) -> str:
        """Raises UnexpectedResponse for a resource of another kind, shape or without an identity."""
        if resource.kind is not self.kind or type(resource.attributes) is not self._type:
            raise UnexpectedResponse(f"the adapter listed a {resource.kind} among the {self.kind} resources")
        if not resource.native_id or len(resource.native_id) > MAX_NATIVE_ID:
            raise UnexpectedResponse(f"the cloud listed a {self.kind} without a usable id")
        return resource_id(self.realm, self.kind, resource.native_scope, resource.native_id)

    def attributes(self, resource: Resource) -> dict[str, Any]:
        given = resource.attributes
        return {name: value for name in self._names if (value := getattr(given, name)) is not None}

    def fingerprint(self, resource: Resource, attributes: dict[str, Any]) -> str:
        """Of the normalised fields. The native document is left out: clouds fill it with what changes at every read."""
        if resource.state == "unknown" or resource.state not in self._states:
            self.unknown_states += 1
            resource.state = "unknown"
        if len(resource.name) > MAX_NAME:
            resource.name = resource.name[:MAX_NAME]
        content = (
            resource.name,
            resource.region,
            resource.zone,
            resource.project,
            resource.project_name,
            resource.state,
            resource.native_state,
            resource.task_state,
            resource.tags,
            resource.created_at,
            attributes,
            _plain(resource.relations),
            resource.native_kind,
            resource.locator,
        )
        return blake2b(_encoded(content), digest_size=16).hexdigest()

    def row(self, ident: str, resource: Resource, attributes: dict[str, Any], fingerprint: str) -> Row:
        tags = dict(resource.tags) if resource.tags else {}
        return Row(
            ident,
            _text(resource.native_scope),
            _text(resource.native_id),
            _text(resource.native_kind),
            _text(resource.name),
            _text(resource.region),
            _optional(resource.zone),
            _optional(resource.project),
            _optional(resource.project_name),
            resource.state,
            _text(resource.native_state)[:MAX_NAME],
            _optional(resource.task_state),
            _encoded(tags).decode(),
            _encoded(attributes).decode(),
            _encoded(_plain(resource.relations)).decode(),
            _text(resource.locator),
            clock.to_text(resource.created_at) if resource.created_at else None,
            fingerprint,
            _search(resource, attributes, tags),
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
            rows[relation.type, target] = (ident, str(relation.type), target, str(relation.kind), _text(relation[2]))
        return list(rows.values())


def _plain(relations: Sequence[Relation]) -> list[tuple[str, ...]]:
    # orjson refuses named tuples.
    return [tuple(relation) for relation in sorted(relations)]


def tag_rows(ident: str, resource: Resource) -> list[tuple[str, str, str]]:
    if not resource.tags:
        return []
    return [(ident, _text(key), _text(value)) for key, value in resource.tags.items()]


def native_document(native: Any) -> str | None:
    """The cloud's document as JSON text: secrets replaced, cut to a marker when larger than 64 KiB."""
    if native is None:
        return None
    encoded = bytes(native) if isinstance(native, bytes | bytearray | memoryview) else _encoded(native)
    if len(encoded) > MAX_NATIVE_BYTES:
        return _encoded({"truncated": True, "bytes": len(encoded)}).decode()
    lower = encoded.lower()
    if any(word in lower for word in _SECRET_WORDS):
        encoded = _encoded(without_secrets(orjson.loads(encoded)))
    return _without_nul(encoded).decode()


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


def _encoded(value: Any) -> bytes:
    try:
        return _without_nul(orjson.dumps(value, option=_OPTIONS))
    except TypeError:
        # Lone surrogates (bad UTF-8 from a cloud) and foreign types: the slow, forgiving way.
        return _without_nul(orjson.dumps(_forgiving(value), default=str, option=_OPTIONS))


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


def _optional(value: str | None) -> str | None:
    return None if value is None else _text(value)


def _search(resource: Resource, attributes: dict[str, Any], tags: dict[str, str]) -> str:
    parts = [resource.name, resource.native_id]
    for key in ("private_ips", "public_ips", "ips"):
        if found := attributes.get(key):
            parts += found
    for key in ("address", "hostname", "cidr", "dns_name"):
        if found := attributes.get(key):
            parts.append(found)
    for key, value in tags.items():
        parts.append(f"{key}={value}")
    return _text(" ".join(parts).lower()[:4000])
