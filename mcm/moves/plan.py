"""What is known of a move before it begins."""

from dataclasses import dataclass, field
from typing import Any

from mcm.errors import McmError
from mcm.models import Account, ResourceRow
from mcm.moves import disks
from mcm.moves.schemas import Told


@dataclass
class Plan:
    """params: of the new instance, with native ids and without its image. against: why mcm cannot do it; refusal: the
    error behind it, where an error said so. names: the steps it takes. root: the volume that it starts from; None: it
    starts from an image. root_asked: an image of it has to be asked for by that volume. others: its other volumes;
    further: of these what goes with it; left: what stays behind."""

    row: ResourceRow
    source: Account
    target: Account
    region: str
    params: dict[str, Any]
    names: tuple[str, ...]
    against: list[Told] = field(default_factory=list)
    person: list[Told] = field(default_factory=list)
    warnings: list[Told] = field(default_factory=list)
    refusal: McmError | None = None
    root: ResourceRow | None = None
    root_asked: bool = True
    others: list[ResourceRow] = field(default_factory=list)
    further: list[ResourceRow] = field(default_factory=list)
    left: list[ResourceRow] = field(default_factory=list)

    @property
    def disk_gib(self) -> float | None:
        if self.root is not None:
            return disks.gib(self.root)
        found = (self.row.attributes or {}).get("disk_gib")
        return float(found) if found is not None else None

    @property
    def copied_gib(self) -> float | None:
        """With its further volumes."""
        own = self.disk_gib
        return None if own is None else own + sum(disks.gib(one) or 0.0 for one in self.further)

    @property
    def root_id(self) -> str | None:
        return self.root.native_id if self.root is not None and self.root_asked else None
