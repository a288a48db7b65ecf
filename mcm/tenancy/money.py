"""What is paid by the month for what a tenant holds: asked of whoever knows prices. Knows none itself.

The composition root names who answers (`install`), as prices are rooms above this one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from mcm.kit.money import written


class Lacking(NamedTuple):
    """Why something has no price, and how it gets one: for people, in both languages."""

    reason: str
    reason_zh: str
    how: str
    how_zh: str


@dataclass(frozen=True, slots=True)
class Holding:
    """`count` equal things that are paid by the month. kind: instance or volume. tenant_id: whose rates hold.

    disk_gib: of all of them together; of instances only disks that are no volumes of their own. None: nobody knows.
    disk_type, flavor: as their cloud names them. Other sizes: of one of them; None: nobody knows."""

    kind: str
    tenant_id: str
    account_id: str
    region: str
    count: int = 1
    flavor: str | None = None
    vcpus: int | None = None
    memory_mib: int | None = None
    gpus: int | None = None
    gpu_model: str | None = None
    architecture: str | None = None
    os_family: str | None = None
    disk_type: str | None = None
    disk_gib: Decimal | None = Decimal(0)

    def kept(self) -> dict[str, Any]:
        """As JSON; `rebuilt` is the way back."""
        return asdict(self) | {"disk_gib": None if self.disk_gib is None else written(self.disk_gib)}


def rebuilt(kept: Mapping[str, Any]) -> Holding:
    size = kept["disk_gib"]
    return Holding(**{**kept, "disk_gib": None if size is None else Decimal(size)})


@dataclass(frozen=True, slots=True)
class Change:
    """What an action makes of what is paid. before: None for something new."""

    after: Holding
    before: Holding | None = None

    def kept(self) -> dict[str, Any]:
        return {"after": self.after.kept(), "before": self.before.kept() if self.before is not None else None}


def change_of(kept: Mapping[str, Any]) -> Change:
    before = kept["before"]
    return Change(rebuilt(kept["after"]), rebuilt(before) if before is not None else None)


@dataclass(frozen=True, slots=True)
class Cost:
    """Of all of a holding in a month of 730 hours, as if it ran. amount: of what has a price; lacking: why the rest has
    none, empty where all of it has. basis: the worst of its parts (billed, contracted, list, modelled, unknown)."""

    amount: Decimal
    basis: str
    lacking: tuple[Lacking, ...] = ()


# In the order of the holdings, in the currency. Sees all accounts, whatever the session's view, and asks no cloud.
Pricing = Callable[[Session, Sequence[Holding], str], Sequence[Cost]]
_NOBODY = Lacking("this process knows no prices", "此进程没有价格信息", "ask the server", "请通过服务器执行")
_asked: list[Pricing] = []


def install(pricing: Pricing) -> None:
    """From now on this process prices by `pricing`, which keeps nothing between two calls."""
    _asked[:] = [pricing]


def costs(session: Session, holdings: Sequence[Holding], currency: str) -> Sequence[Cost]:
    """One for each holding. Without anybody to ask nothing has a price."""
    if not holdings:
        return ()
    if not _asked:
        return [Cost(Decimal(0), "unknown", (_NOBODY,)) for _ in holdings]
    return _asked[0](session, holdings, currency)
