"""What must be true of one resource, one region, one identity; pure functions that return sentences about faults."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from mcm.contract import (
    AccountIdentity,
    InstanceState,
    ProviderDescriptor,
    Reason,
    Region,
    Relation,
    RelationType,
    Resource,
    ResourceKind,
    VolumeState,
)
from mcm.contract.conformance.fitting import misfits
from mcm.contract.resources import ATTRIBUTES
from mcm.contract.states import CommonState

MAX_NAME = 1024
MAX_NATIVE_ID = 512
_STATES: Mapping[ResourceKind, type[InstanceState] | type[VolumeState]] = {
    ResourceKind.INSTANCE: InstanceState,
    ResourceKind.VOLUME: VolumeState,
}
_SECRET = re.compile(r"password|passwd|adminpass|secret|token|private_?key|user_?data", re.IGNORECASE)


def require(holds: object, sentence: str) -> None:
    """An assertion that also works where nothing rewrites `assert`."""
    if not holds:
        raise AssertionError(sentence)


def require_none(problems: Iterable[str], of: str) -> None:
    """Fails with the first twenty of what was found."""
    found = list(dict.fromkeys(problems))
    shown = "\n  ".join(found[:20])
    require(not found, f"{of}: {len(found)} faults\n  {shown}")


def resource_problems(resource: Resource, kind: ResourceKind, region: str) -> list[str]:
    """Everything about one resource that its envelope, its attributes or its relations break."""
    if not isinstance(resource, Resource):
        return [f"{type(resource).__name__} is no Resource"]
    found = []
    if resource.kind is not kind:
        found.append(f"kind is {resource.kind!r}, asked was {kind!r}")
    if resource.region != region:
        found.append(f"region is {resource.region!r}, asked was {region!r}")
    if not isinstance(resource.native_id, str) or not 0 < len(resource.native_id) <= MAX_NATIVE_ID:
        found.append(f"native_id must be a text of 1 to {MAX_NATIVE_ID} characters")
    for name in ("native_scope", "native_state", "native_kind", "locator", "name"):
        if not isinstance(getattr(resource, name), str):
            found.append(f"{name} is no text but {type(getattr(resource, name)).__name__}")
    if isinstance(resource.name, str) and len(resource.name) > MAX_NAME:
        found.append(f"name has {len(resource.name)} characters, at most {MAX_NAME} are allowed")
    for name in ("zone", "project", "project_name", "task_state"):
        value = getattr(resource, name)
        if value is not None and (not isinstance(value, str) or not value):
            found.append(f"{name} must be None or a text that is not empty, not {value!r}")
    states = _STATES.get(kind, CommonState)
    if resource.state not in tuple(states):
        found.append(f"state {resource.state!r} is not in {states.__name__}")
    if type(resource.attributes) is not ATTRIBUTES[kind]:
        found.append(f"attributes are {type(resource.attributes).__name__}, not {ATTRIBUTES[kind].__name__}")
    else:
        found += misfits(resource.attributes)
    created = resource.created_at
    if created is not None and (not isinstance(created, datetime) or created.utcoffset() != timedelta(0)):
        found.append(f"created_at must be None or aware and in UTC, not {created!r}")
    found += _tag_problems(resource.tags) + _relation_problems(resource.relations) + _native_problems(resource.native)
    return [f"{resource.kind} {str(resource.native_id)[:60]}: {problem}" for problem in found]


def _tag_problems(tags: Any) -> list[str]:
    if tags is None:
        return []
    if not isinstance(tags, Mapping):
        return ["tags must be None or a mapping"]
    for key, value in tags.items():
        if not isinstance(key, str) or not isinstance(value, str):
            return [f"tag {key!r} is not text to text"]
        if len(key) > MAX_NAME or len(value) > MAX_NAME:
            return [f"a tag is longer than {MAX_NAME} characters"]
    return []


def _relation_problems(relations: Any) -> list[str]:
    found = []
    for relation in relations:
        if not isinstance(relation, Relation):
            found.append(f"{relation!r} is no Relation")
        elif not isinstance(relation.type, RelationType) or not isinstance(relation.kind, ResourceKind):
            found.append(f"{relation!r} has an unknown type or kind")
        elif not isinstance(relation.native_id, str) or not relation.native_id:
            found.append(f"{relation!r} has no target")
        elif not isinstance(relation.native_scope, str):
            found.append(f"{relation!r} has a native_scope that is no text")
    if not found and len(set(relations)) < len(relations):
        found.append("a relation is there twice")
    return found


def _native_problems(native: Any) -> list[str]:
    if native is None:
        return []
    try:
        document = json.loads(native) if isinstance(native, bytes) else native
        if not isinstance(document, Mapping):
            return [f"native is {type(document).__name__}, not a mapping or the bytes of one"]
        json.dumps(document)
    except (TypeError, ValueError) as error:
        return [f"native is not JSON-able: {str(error)[:100]}"]
    return [f"native holds a secret at {path}" for path in secret_paths(document)]


def secret_paths(document: Any, path: str = "") -> list[str]:
    """Where a key that looks like a secret has a value. The value itself is not repeated."""
    found = []
    if isinstance(document, Mapping):
        for key, value in document.items():
            plain = isinstance(value, str | int | float) and not isinstance(value, bool)
            if plain and value not in ("", "(removed)") and _SECRET.search(str(key)):
                found.append(f"{path}/{key}")
            found += secret_paths(value, f"{path}/{key}")
    elif isinstance(document, list | tuple):
        for value in document:
            found += secret_paths(value, path)
    return found


def region_problems(region: Region, descriptor: ProviderDescriptor) -> list[str]:
    if not isinstance(region, Region):
        return [f"{type(region).__name__} is no Region"]
    found = []
    if not isinstance(region.native_id, str) or not region.native_id or not isinstance(region.name, str):
        found.append("native_id and name must be texts, the id not empty")
    for kind in region.kinds:
        if kind not in descriptor.kinds:
            found.append(f"offers {kind!r}, which the descriptor does not name")
        if kind in region.absent:
            found.append(f"{kind!r} is offered and absent at once")
    for kind, reason in region.absent.items():
        if not isinstance(kind, ResourceKind) or not isinstance(reason, Reason):
            found.append(f"absent must map a ResourceKind to a Reason, not {kind!r} to {reason!r}")
        elif reason.code not in descriptor.messages:
            found.append(f"the reason '{reason.code}' has no message in the descriptor")
        else:
            found += _sentence_problems(descriptor, reason)
    return [f"region {region.native_id!r}: {problem}" for problem in found]


def _sentence_problems(descriptor: ProviderDescriptor, reason: Reason) -> list[str]:
    text = descriptor.messages[reason.code]
    try:
        sentences = [text.en.format(**reason.params), text.zh.format(**reason.params)]
    except (KeyError, IndexError, ValueError) as error:
        return [f"the message '{reason.code}' cannot be filled from {dict(reason.params)}: {error!r}"]
    return [] if all(sentences) else [f"the message '{reason.code}' is empty"]


def identity_problems(identity: AccountIdentity) -> list[str]:
    if not isinstance(identity, AccountIdentity):
        return [f"check() gave {type(identity).__name__}, not AccountIdentity"]
    found = [f"{name} is empty" for name in ("realm", "principal") if not getattr(identity, name)]
    for name in ("realm", "principal", "scope_name", "grants", "version"):
        if not isinstance(getattr(identity, name), str):
            found.append(f"{name} is no text")
    if not isinstance(identity.missing, tuple) or not all(isinstance(one, str) for one in identity.missing):
        found.append("missing must be a tuple of texts")
    return found
