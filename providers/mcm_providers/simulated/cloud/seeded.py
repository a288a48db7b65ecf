"""A cloud described exactly by a YAML file, which is read again whenever it has changed."""

import os
from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from typing import Any

import yaml

from mcm.contract import GLOBAL_REGION
from mcm.contract import ResourceKind as K
from mcm_providers.simulated.cloud.flavours import FLAVOURS
from mcm_providers.simulated.cloud.shape import Document

_MAX_BYTES = 128 * 1024 * 1024
_GLOBAL = frozenset({K.REGION, K.PROJECT})
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class SeedError(Exception):
    """The file cannot be used; the text says why, without repeating what is in it."""


class SeededCloud:
    """Same questions as GeneratedCloud. `digest` tells one content of the file from another."""

    def __init__(self, path: str, flavour: str) -> None:
        self.path = path
        self._stamp, content = _read(path)
        self.digest = sha256(content).hexdigest()[:16]
        self._regions: list[tuple[str, str]] = []
        self._documents: dict[tuple[K, str], list[Document]] = {}
        self._found: dict[K, dict[str, list[tuple[str, Document]]]] = {}
        self._flavour = FLAVOURS[flavour]
        self._load(_parsed(content))

    def stale(self) -> bool:
        """Whether the file has changed since; a file that is gone for a moment (being replaced) has not."""
        try:
            return _stamp(os.stat(self.path)) != self._stamp
        except OSError:
            return False

    def regions(self) -> list[tuple[str, str]]:
        return list(self._regions)

    def kinds(self, region: str) -> frozenset[K]:
        return frozenset(kind for kind, home in self._documents if home == region)

    def positions(self, kind: K, region: str) -> int:
        return len(self._documents.get((kind, region), ()))

    def at(self, kind: K, region: str, position: int, now: float) -> list[Document]:  # noqa: ARG002
        return [dict(self._documents[(kind, region)][position])]

    def find(self, kind: K, native_id: str, native_scope: str, now: float) -> tuple[str, Document] | None:  # noqa: ARG002
        for region, document in self._found.get(kind, {}).get(native_id, ()):
            if native_scope in ("", region):
                return region, dict(document)
        return None

    def contents(self) -> dict[tuple[K, str, str], Document]:
        return {
            (kind, region, document["id"]): document
            for (kind, region), documents in self._documents.items()
            for document in documents
        }

    def _load(self, content: Mapping[str, Any]) -> None:
        regions = content.get("regions")
        if not isinstance(regions, list) or not regions:
            raise SeedError("'regions' must be a list of at least one region")
        unknown = set(content) - {"regions", "project"}
        if unknown:
            raise SeedError(f"unknown top-level key '{sorted(map(str, unknown))[0]}'; known: regions, project")
        self._put(K.PROJECT, GLOBAL_REGION, content.get("project", []))
        for place, region in enumerate(regions):
            if not isinstance(region, dict) or not region.get("id"):
                raise SeedError(f"region number {place + 1} needs an 'id'")
            native_id = str(region["id"])
            name = str(region.get("name", native_id))
            self._regions.append((native_id, name))
            self._put(K.REGION, GLOBAL_REGION, [{"id": native_id, "name": name}])
            for key, documents in region.items():
                if key in ("id", "name"):
                    continue
                if key not in K.__members__.values() or K(key) in _GLOBAL:
                    raise SeedError(f"region '{native_id}' has the unknown kind '{key}'")
                self._put(K(key), native_id, documents)
        self._regions.insert(0, (GLOBAL_REGION, GLOBAL_REGION))

    def _put(self, kind: K, region: str, documents: object) -> None:
        if not isinstance(documents, list):
            raise SeedError(f"'{kind}' of region '{region}' must be a list")
        home = self._documents.setdefault((kind, region), [])
        names = self._found.setdefault(kind, {})
        for place, document in enumerate(documents):
            if not isinstance(document, dict) or not document.get("id"):
                raise SeedError(f"{kind} number {place + 1} of region '{region}' needs an 'id'")
            document = _plain(document, f"{kind} number {place + 1} of region '{region}'")
            whole = {
                "status": self._flavour.ready if kind is K.INSTANCE else "available",
                **document,
                "id": str(document["id"]),
            }
            whole["name"] = str(whole.get("name", whole["id"]))
            others = [home_region for home_region, _ in names.get(whole["id"], ())]
            if region in others or (others and kind not in self._flavour.scoped):
                raise SeedError(f"{kind} '{whole['id']}' is there twice, the second time in region '{region}'")
            home.append(whole)
            names.setdefault(whole["id"], []).append((region, whole))


def _plain(value: Any, where: str) -> Any:
    """What JSON can hold; YAML's own times become text."""
    if isinstance(value, dict):
        return {str(key): _plain(inner, where) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner, where) for inner in value]
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, str | int | float):
        return value
    raise SeedError(f"{where} holds a {type(value).__name__}, which is no plain value")


def _stamp(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_mtime_ns, status.st_size, status.st_ino


def _read(path: str) -> tuple[tuple[int, int, int], bytes]:
    try:
        with open(path, "rb") as file:
            stamp = _stamp(os.fstat(file.fileno()))
            content = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise SeedError(f"cannot read the seed file '{path}': {error.strerror}") from error
    if len(content) > _MAX_BYTES:
        raise SeedError(f"the seed file '{path}' is larger than {_MAX_BYTES} bytes")
    return stamp, content


def _parsed(content: bytes) -> Mapping[str, Any]:
    try:
        parsed = yaml.load(content, _Loader)  # noqa: S506 (a safe loader, in C where it was built)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark is not None else ""
        raise SeedError(f"the seed file is not YAML{where}") from error
    if not isinstance(parsed, dict):
        raise SeedError("the seed file must hold a mapping")
    return parsed
