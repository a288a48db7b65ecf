"""The envelope every resource comes in, and the references and relations between resources.

Plain slotted dataclasses: a sync builds them by the ten thousand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from mcm.contract.kinds import ResourceKind


class RelationType(StrEnum):
    """Read as "this resource … the target". The target's kind tells the rest; mcm derives the way back."""

    USES = "uses"  # instance → image, flavor, keypair
    ATTACHED_TO = "attached_to"  # volume, port, public ip → instance; public ip → port
    CONNECTED_TO = "connected_to"  # instance, port, router, load balancer → network, subnet
    PROTECTED_BY = "protected_by"  # instance, port → security group
    RUNS_ON = "runs_on"  # instance → host
    STORED_ON = "stored_on"  # instance, volume, image → datastore
    PART_OF = "part_of"  # host → cluster, zone; subnet → network; instance → resource pool, folder; zone → region
    MADE_FROM = "made_from"  # snapshot → volume, instance; volume → image, snapshot; image → instance, snapshot


class ResourceRef(NamedTuple):
    """What identifies a resource within its realm, and where to look for it.

    native_scope: "" when the native id is unique in the realm, else what makes it so (usually the region's id).
    region: the region to ask; not part of the identity. locator: a faster, changeable handle (a MoRef), may be "".
    """

    kind: ResourceKind
    native_id: str
    native_scope: str = ""
    region: str = ""
    locator: str = ""


class Relation(NamedTuple):
    """From the resource that carries it to a target in the same realm, which need not be known (yet)."""

    type: RelationType
    kind: ResourceKind
    native_id: str
    native_scope: str = ""


@dataclass(slots=True)
class Resource:
    """One resource as one account saw it.

    native_id      stable for the resource's life; never reused for another
    state          canonical (`states.py`); native_state: the cloud's word, verbatim; task_state: in flight, or None
    tags           the cloud's own, text to text; a tag without a value has ""
    created_at     by the cloud's clock, aware, UTC
    attributes     the dataclass of its kind (`table.py`); None in a field means unknown, never 0 or ""
    native         the cloud's own document as JSON-able data, or encoded as JSON bytes; secrets removed
    """

    kind: ResourceKind
    native_id: str
    name: str
    region: str
    state: str
    native_state: str
    attributes: object
    zone: str | None = None
    project: str | None = None
    project_name: str | None = None
    task_state: str | None = None
    tags: Mapping[str, str] | None = None
    created_at: datetime | None = None
    relations: Sequence[Relation] = ()
    native: Mapping[str, object] | bytes | None = None
    native_scope: str = ""
    native_kind: str = ""
    locator: str = ""

    @property
    def ref(self) -> ResourceRef:
        return ResourceRef(self.kind, self.native_id, self.native_scope, self.region, self.locator)
