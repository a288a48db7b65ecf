"""What was done to a world since the process started: added, changed and removed documents."""

from collections.abc import Iterator, Mapping, Sequence

from mcm.contract import ResourceKind as K
from mcm_providers.simulated.cloud.shape import Document

_Key = tuple[K, str, str]


class Overlay:
    """Lists only grow, so that a position in them stays good while others are removed."""

    def __init__(self) -> None:
        self._added: dict[tuple[K, str], list[Document]] = {}
        self._found: dict[tuple[K, str], list[tuple[str, Document]]] = {}
        self._changed: dict[_Key, Document] = {}
        self._removed: set[_Key] = set()
        self._removed_ids: set[str] = set()

    def added(self, kind: K, region: str) -> Sequence[Document]:
        return self._added.get((kind, region), ())

    def each_added(self, kind: K) -> Iterator[tuple[str, Document]]:
        for (other, region), documents in list(self._added.items()):
            if other is kind:
                for document in list(documents):
                    yield region, document

    def add(self, kind: K, region: str, document: Document) -> None:
        self._added.setdefault((kind, region), []).append(document)
        self._found.setdefault((kind, document["id"]), []).append((region, document))

    def remove(self, kind: K, region: str, native_id: str) -> None:
        self._removed.add((kind, region, native_id))
        self._removed_ids.add(native_id)

    def change(self, kind: K, region: str, native_id: str, values: Mapping[str, object]) -> None:
        self._changed[(kind, region, native_id)] = {**self._changed.get((kind, region, native_id), {}), **values}

    def find_added(self, kind: K, native_id: str, native_scope: str) -> tuple[str, Document] | None:
        for region, document in self._found.get((kind, native_id), ()):
            if native_scope in ("", region):
                return region, dict(document)
        return None

    def applied(self, kind: K, region: str, document: Document) -> Document | None:
        """The document as it is now; None when it was removed."""
        key = (kind, region, document["id"])
        if key in self._removed:
            return None
        if self._removed_ids:
            self._detach(kind, document)
        changes = self._changed.get(key)
        return document if changes is None else {**document, **changes}

    def _detach(self, kind: K, document: Document) -> None:
        """A public address whose instance was removed stands idle; an instance no longer names removed volumes."""
        if kind is K.PUBLIC_IP and document.get("instance") in self._removed_ids:
            document |= {"instance": None, "port": None, "private_address": None, "status": "DOWN"}
        elif kind is K.INSTANCE and document.get("volumes"):
            document["volumes"] = [volume for volume in document["volumes"] if volume not in self._removed_ids]
