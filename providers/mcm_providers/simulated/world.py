"""The simulated clouds of this process: `worlds`, by cloud id. Accounts with one cloud id share one world.

A world is what its shape generates (or its seed file says) plus an overlay of what tests did to it. The overlay
lives as long as the process; the rest, drift included, is the same after a restart.
"""

import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

from mcm.contract import ResourceKind as K
from mcm_providers.simulated.cloud.generated import GeneratedCloud
from mcm_providers.simulated.cloud.instances import facts, instance
from mcm_providers.simulated.cloud.journal import Journal
from mcm_providers.simulated.cloud.networks import port_of
from mcm_providers.simulated.cloud.overlay import Overlay
from mcm_providers.simulated.cloud.seeded import SeededCloud
from mcm_providers.simulated.cloud.shape import Document, Shape
from mcm_providers.simulated.cloud.storage import volumes_of
from mcm_providers.simulated.faults import FaultList

_DEPENDENTS = {K.VOLUME: "volumes", K.PORT: "interfaces"}


class World:
    """One cloud. `faults` strike every account; `calls` counts requests by (kind or call, region); `clock` may be
    replaced to let drift happen faster."""

    def __init__(self, shape: Shape) -> None:
        self.clock: Callable[[], float] = time.time
        self.faults = FaultList()
        self.calls: Counter[tuple[str, str]] = Counter()
        self.total_calls = 0
        self.rights = {"reader", "admin"}
        self.shown_rights = ",".join(sorted(self.rights))
        self.boot = uuid.uuid4().hex[:8]
        self.overlay = Overlay()
        # Everything that was asked of this cloud and had an effect: (token, kind, native id, what).
        self.effects: list[tuple[str, str, str, str]] = []
        # The bytes of images that were uploaded, by native id; those of others follow from what they are.
        self.contents: dict[str, bytes] = {}
        self._later: list[tuple[float, Callable[[], None]]] = []
        self.journal = Journal()
        self.generation = 0  # a listing that began in an older one cannot be continued
        self._lock = threading.RLock()
        self.reshape(shape)

    def reshape(self, shape: Shape) -> None:
        self.cloud = SeededCloud(shape.seed_file, shape.flavour) if shape.seed_file else GeneratedCloud(shape)
        self.shape = shape
        self.generation += 1

    def refresh(self) -> None:
        """Read a changed seed file again. A file that no longer parses raises SeedError and leaves the world as is."""
        with self._lock:
            old = self.cloud
            if not isinstance(old, SeededCloud) or not old.stale():
                return
            new = SeededCloud(old.path, self.shape.flavour)
            self.generation += 1
            before, after = old.contents(), new.contents()
            self.cloud, new.digest = new, old.digest  # cursors stay good: the journal tells what changed
            for key in before.keys() | after.keys():
                if before.get(key) != after.get(key):
                    self.journal.note(*key, self.clock())

    def later(self, seconds: float, effect: Callable[[], None]) -> None:
        """Something that takes time; it comes about with the first request after that."""
        with self._lock:
            self._later.append((self.clock() + seconds, effect))

    def settle(self) -> None:
        with self._lock:
            now = self.clock()
            due = [effect for at, effect in self._later if at <= now]
            self._later = [one for one in self._later if one[0] > now]
            for effect in due:
                # What was removed meanwhile is no longer there to be changed.
                with suppress(KeyError):
                    effect()

    def marked(self, kind: K, token: str) -> tuple[str, Document] | None:
        """What was made under a token: region and document."""
        for region, document in self.overlay.each_added(kind):
            if document.get("mcm_op") == token and (found := self.find(kind, document["id"], region)) is not None:
                return found
        return None

    def count_call(self, call: str, region: str) -> int:
        with self._lock:
            self.calls[(call, region)] += 1
            self.total_calls += 1
            return self.total_calls

    def documents(self, kind: K, region: str, position: int) -> list[Document] | None:
        """What stands at a position now; None behind the last one. Positions never shift, whatever is removed."""
        positions = self.cloud.positions(kind, region)
        if position < positions:
            found = self.cloud.at(kind, region, position, self.clock())
        else:
            added = self.overlay.added(kind, region)
            if position - positions >= len(added):
                return None
            found = [dict(added[position - positions])]
        return [shown for document in found if (shown := self.overlay.applied(kind, region, document)) is not None]

    def find(self, kind: K, native_id: str, native_scope: str = "") -> tuple[str, Document] | None:
        """The region that has it, and the document; None when it does not exist (any more)."""
        found = self.overlay.find_added(kind, native_id, native_scope)
        if found is None:
            homes = {region for region, _ in self.cloud.regions() if kind in self.cloud.kinds(region)}
            found = self.cloud.find(kind, native_id, native_scope, self.clock()) if homes else None
        document = None if found is None else self.overlay.applied(kind, found[0], found[1])
        return None if found is None or document is None else (found[0], document)

    def each(self, kind: K, region: str | None = None) -> Iterator[Document]:
        for home, _ in self.cloud.regions():
            if region in (None, home) and kind in self.cloud.kinds(home):
                position = 0
                while (documents := self.documents(kind, home, position)) is not None:
                    yield from documents
                    position += 1

    def ids(self, kind: K = K.INSTANCE, region: str | None = None) -> list[str]:
        return [document["id"] for document in self.each(kind, region)]

    def add(self, kind: K, region: str, document: Document) -> str:
        """`document` needs an "id"; other keys as in a seed file."""
        whole = {"name": document["id"], "status": "available", **document}
        with self._lock:
            self.overlay.add(kind, region, whole)
            self.journal.note(kind, region, whole["id"], self.clock())
        return str(whole["id"])

    def add_instance(self, region: str, **values: Any) -> str:
        """An instance like the generated ones, with its volumes and port; `values` replace keys of its document."""
        if not isinstance(self.cloud, GeneratedCloud):
            return self.add(K.INSTANCE, region, {"id": str(uuid.uuid4()), **values})
        frame = self.cloud.frame
        number = frame.number_of[region]
        with self._lock:
            slot = frame.slots[number] + len(self.overlay.added(K.INSTANCE, region))
            known = facts(frame, number, slot, self.clock())
            made = {K.INSTANCE: [instance(frame, known) | values]}
            made |= {K.VOLUME: volumes_of(frame, known), K.PORT: [port_of(frame, known)]}
            for kind, documents in made.items():
                if kind in self.cloud.kinds(region):
                    for document in documents:
                        self.add(kind, region, document)
        return str(made[K.INSTANCE][0]["id"])

    def remove(self, native_id: str, kind: K = K.INSTANCE, native_scope: str = "") -> None:
        """With an instance its volumes and ports go too. Removing what does not exist raises KeyError."""
        found = self.find(kind, native_id, native_scope)
        if found is None:
            raise KeyError(native_id)
        region, document = found
        with self._lock:
            self.overlay.remove(kind, region, native_id)
            self.journal.note(kind, region, native_id, self.clock())
            for dependent, key in _DEPENDENTS.items() if kind is K.INSTANCE else ():
                for item in document.get(key) or ():
                    its_id = item.get("port") if isinstance(item, dict) else item
                    if its_id and self.find(dependent, its_id):
                        self.remove(its_id, dependent)

    def change(self, native_id: str, kind: K = K.INSTANCE, native_scope: str = "", **values: Any) -> None:
        """Replace keys of one document: name="…", status="SHUTOFF", project="…", tags={…}."""
        found = self.find(kind, native_id, native_scope)
        if found is None:
            raise KeyError(native_id)
        with self._lock:
            self.overlay.change(kind, found[0], native_id, values)
            self.journal.note(kind, found[0], native_id, self.clock())

    def move_project(self, native_id: str, project: str) -> None:
        """`project`: a native id of PROJECT."""
        name = next((d["name"] for d in self.each(K.PROJECT) if d["id"] == project), None)
        self.change(native_id, project=project, project_name=name)

    def revoke(self, right: str = "admin", *, silently: bool = False) -> None:
        """Without "admin" every account sees its own project only, and the rest answers "not found". `silently`: the
        cloud does not tell either when asked who we are."""
        self.rights.discard(right)
        self.shown_rights = self.shown_rights if silently else ",".join(sorted(self.rights))

    def grant(self, right: str = "admin") -> None:
        self.rights.add(right)
        self.shown_rights = ",".join(sorted(self.rights))

    def first_project(self) -> str | None:
        return next((document["id"] for document in self.each(K.PROJECT)), None)


class Worlds:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, World] = {}

    def get(self, cloud_id: str) -> World:
        """A world that an account has connected to, or that `open` made. Raises KeyError."""
        return self._known[cloud_id]

    def open(self, shape: Shape, given: frozenset[str] | None = None) -> World:
        """The world of `shape.cloud_id`, made where there is none. One that is there takes over the fields of
        `shape` named in `given` (all when None), keeping what was done to it. Raises SeedError."""
        with self._lock:
            world = self._known.get(shape.cloud_id)
            if world is None:
                world = self._known[shape.cloud_id] = World(shape)
                return world
            names = Shape.__dataclass_fields__ if given is None else given
            wanted = replace(world.shape, **{name: getattr(shape, name) for name in names})
            if wanted != world.shape:
                world.reshape(wanted)
            return world

    def forget(self, cloud_id: str) -> None:
        """What was done to it is gone; whoever opens it next makes it anew."""
        with self._lock:
            self._known.pop(cloud_id, None)

    def clear(self) -> None:
        with self._lock:
            self._known.clear()


worlds = Worlds()
