"""The document `kind: RateCard`: what one or more private accounts cost, and by what it is shared.

What is `measured` is taken from the inventory when it is reckoned; everything else is given, and nothing is guessed.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from mcm.kit import currencies
from mcm.kit.money import Amount, exact
from mcm.ratecards.months import month

Measured = Literal["measured"]
StorageClass = Literal["hdd", "ssd", "premium"]
MEASURED: Measured = "measured"
_MOST = 200
_ALL = ("vcpu", "memory", "storage", "gpu")


def _readable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("a name holds no control or hidden characters")
    return text


def _since(text: str) -> str:
    if len(text) == 10:
        date.fromisoformat(text)
    return month(text[:7] if len(text) == 10 else text)


def _each(value: Any) -> Any:
    """One value for all, or one for each."""
    return value if isinstance(value, dict | BaseModel) else dict.fromkeys(_ALL, value)


def _measurable(least: int, most: int | None = None, *, whole: bool = False) -> Callable[[Any], Any]:
    """above `least`, up to `most`; or the word."""

    def checked(value: Any) -> Any:
        if value == MEASURED:
            return value
        if isinstance(value, str) or value is None:
            raise ValueError("a number is wanted, or the word 'measured'")
        found = exact(value)
        if found <= least or (most is not None and found > most) or (whole and found != int(found)):
            kind = "a whole number" if whole else "a number"
            limits = f"above {least}" + (f" and not above {most}" if most is not None else "")
            raise ValueError(f"{kind} {limits} is wanted, or the word 'measured'")
        return found

    return checked


PoolName = Annotated[
    str, StringConstraints(max_length=80, pattern=r"^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$"),
    Field(description="lower-case letters, digits, dots, dashes and underscores"),
]  # fmt: skip
Label = Annotated[str, StringConstraints(min_length=1, max_length=120), AfterValidator(_readable)]
Cost = Annotated[Amount, Field(ge=0)]
Above = Annotated[Amount, Field(gt=0)]
Share = Annotated[Amount, Field(ge=0, le=1)]
Used = Annotated[Amount, Field(gt=0, le=1)]
Reserve = Annotated[Amount, Field(ge=0, lt=1)]
Size = Annotated[Decimal | Measured, BeforeValidator(_measurable(0))]
Utilised = Annotated[Decimal | Measured, BeforeValidator(_measurable(0, 1))]
Count = Annotated[Decimal | Measured, BeforeValidator(_measurable(0, whole=True))]
_NONE, _ONE = Decimal(0), Decimal(1)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Asset(_Part):
    """annual_rate: nominal, compounded monthly; of an annuity. in_service_since: the first month it is written off in;
    after life_months nothing is charged for it any more."""

    name: Label
    capex: Cost
    life_months: Annotated[int, Field(ge=1, le=600)]
    residual: Cost = _NONE
    annual_rate: Share = _NONE
    in_service_since: Annotated[str, AfterValidator(_since)]
    method: Literal["straight_line", "annuity"]


class Energy(_Part):
    """kw: what the equipment draws on average; kw_idle: of that without any load. tariff: of one kWh."""

    kw: Cost
    pue: Annotated[Amount, Field(ge=1, le=10)]
    tariff: Cost
    kw_idle: Cost | None = None


class Licence(_Part):
    """monthly: for one core, one socket, or (flat) for all. count: how many cores or sockets are licensed."""

    name: Label
    per: Literal["core", "socket", "flat"]
    monthly: Cost
    count: Count | None = None


class Staff(_Part):
    role: Label
    fte: Cost
    monthly: Cost


class Line(_Part):
    name: Label
    monthly: Cost
    quantity: Cost = _ONE


class Shares(_Part):
    """Of the pool, for each thing that is sold; 1 in all."""

    vcpu: Share
    memory: Share
    storage: dict[StorageClass, Share] = Field(default_factory=dict)
    gpu: Share = _NONE


class Capacity(_Part):
    """vcpu: physical cores. memory_gib, storage_gib: of hosts and datastores. All before overcommit and reserve.

    datastores: of a measured class, patterns of names with * and ?; not needed where there is one class only."""

    vcpu: Size
    memory_gib: Size
    storage_gib: dict[StorageClass, Size] = Field(default_factory=dict)
    datastores: dict[StorageClass, Annotated[list[Label], Field(min_length=1, max_length=100)]] = Field(
        default_factory=dict
    )
    gpu: Above | None = None


class Overcommit(_Part):
    vcpu: Above = _ONE
    memory: Above = _ONE
    storage: Above = _ONE
    gpu: Above = _ONE


class Reserves(_Part):
    vcpu: Reserve = _NONE
    memory: Reserve = _NONE
    storage: Reserve = _NONE
    gpu: Reserve = _NONE


class Utilisation(_Part):
    vcpu: Utilised
    memory: Utilised
    storage: Utilised | None = None
    gpu: Utilised | None = None


def _three(values: list[Decimal]) -> list[Decimal]:
    if len(values) != 3 or values != sorted(set(values)):
        raise ValueError("three different utilisations are wanted, the smallest first")
    return values


class RateCardDocument(_Part):
    """Amounts without another unit are for a month of 730 hours, in `currency`."""

    api_version: Literal["mcm/v1"] = Field(alias="apiVersion")
    kind: Literal["RateCard"]
    name: PoolName
    currency: Annotated[str, AfterValidator(currencies.iso)]
    accounts: Annotated[list[Label], Field(min_length=1, max_length=100)]
    description: Annotated[str, StringConstraints(max_length=2000)] | None = None
    assets: Annotated[list[Asset], Field(max_length=_MOST)] = Field(default_factory=list)
    energy: Energy | None = None
    space: Annotated[list[Line], Field(max_length=_MOST)] = Field(default_factory=list)
    licences: Annotated[list[Licence], Field(max_length=_MOST)] = Field(default_factory=list)
    support: Annotated[list[Line], Field(max_length=_MOST)] = Field(default_factory=list)
    staff: Annotated[list[Staff], Field(max_length=_MOST)] = Field(default_factory=list)
    other: Annotated[list[Line], Field(max_length=_MOST)] = Field(default_factory=list)
    shares: Shares
    capacity: Capacity
    overcommit: Annotated[Overcommit, BeforeValidator(_each)] = Field(default_factory=Overcommit)
    ha_reserve: Annotated[Reserves, BeforeValidator(_each)] = Field(default_factory=Reserves)
    utilisation: Annotated[Utilisation, BeforeValidator(_each)]
    utilisations: Annotated[list[Used], AfterValidator(_three)] = Field(
        default_factory=lambda: [Decimal("0.4"), Decimal("0.6"), Decimal("0.8")]
    )

    @property
    def shared(self) -> dict[str, Decimal]:
        """The shares of what is sold: of `vcpu`, `memory`, `gpu`, `storage.ssd`."""
        found = {"vcpu": self.shares.vcpu, "memory": self.shares.memory}
        if self.capacity.gpu is not None or self.shares.gpu:
            found["gpu"] = self.shares.gpu
        return found | {f"storage.{name}": share for name, share in self.shares.storage.items()}
