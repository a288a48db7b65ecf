"""The simulated cloud's side of a request that changes something: finds what is meant, checks, changes it, notes it.

A request takes effect when it is received; what takes time ends by itself after the account's `action_ms`. Like EC2,
the cloud knows a request's token: what carries one that it has seen is the same request.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mcm.contract import ResourceKind as K
from mcm_providers.simulated.cloud.shape import Document
from mcm_providers.simulated.errors import ApiError
from mcm_providers.simulated.world import World

# Native words by what they mean; what a flavour has no word for, it cannot do.
WORDS: dict[str, dict[str, str]] = {
    "openstack": {
        "running": "ACTIVE", "stopped": "SHUTOFF", "suspended": "SUSPENDED", "paused": "PAUSED",
        "shelved": "SHELVED_OFFLOADED",
    },
    "vmware": {"running": "poweredOn", "stopped": "poweredOff", "suspended": "suspended"},
    "public": {"running": "running", "stopped": "stopped"},
}  # fmt: skip


@dataclass
class Desk:
    """One request at one world. seconds: how long what takes time takes. limit: the project that may be touched.
    image_format: of the images that are made of instances."""

    world: World
    seconds: float
    limit: str | None
    token: str
    image_format: str = "qcow2"

    def word(self, meaning: str) -> str:
        flavour = self.world.shape.flavour
        found = WORDS[flavour].get(meaning)
        if found is None:
            raise ApiError(501, "not_in_flavour", f"a cloud of the {flavour} flavour has no instance that is {meaning}")
        return found

    def find(self, kind: K, native_id: str, scope: str = "") -> tuple[str, Document]:
        found = self.world.find(kind, native_id, scope)
        if found is None or (self.limit is not None and found[1].get("project") not in (None, self.limit)):
            raise ApiError(404, "no_such_thing", f"there is no {kind} '{native_id}'")
        return found

    def idle(self, document: Document) -> None:
        if document.get("task") not in (None, "verify_resize"):
            raise ApiError(409, "busy", f"it is busy: {document['task']}")

    def change(self, kind: K, native_id: str, scope: str, **values: Any) -> None:
        self.world.change(native_id, kind, scope, **values)

    def turn(self, kind: K, native_id: str, scope: str, doing: str, **later: Any) -> None:
        """In flight as the task `doing` until it ends with `later`."""
        self.note(kind, native_id, doing)
        if self.seconds <= 0:
            self.world.change(native_id, kind, scope, **{"task": None, **later})
            return
        self.world.change(native_id, kind, scope, task=doing)
        self.world.later(self.seconds, lambda: self.world.change(native_id, kind, scope, **{"task": None, **later}))

    def add(self, kind: K, region: str, document: Mapping[str, Any]) -> str:
        """What is new carries the token, as a tag would."""
        self.note(kind, str(document["id"]), "created")
        return self.world.add(kind, region, {**document, "mcm_op": self.token})

    def made(self, kind: K) -> tuple[str, Document] | None:
        """What an earlier request with this token made."""
        return self.world.marked(kind, self.token)

    def note(self, kind: K, native_id: str, what: str) -> None:
        """One effect: the ledger that tests count."""
        self.world.effects.append((self.token, kind.value, native_id, what))
