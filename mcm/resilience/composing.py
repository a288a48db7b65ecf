"""Availability of a whole from that of its parts, with the formula, and what stands at one place only. Pure.

Parts of a tier stand in for each other (parallel), tiers need each other (serial), as if each failed by itself: where
they share what fails, the whole is available more often (serial) or less often (parallel) than this says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from mcm.kit.money import EXACT

LEVELS = ("account", "region", "zone", "site", "city")
_NINE = Decimal("0.000000001")


@dataclass(frozen=True, slots=True)
class Composed:
    """value: None where a part is not known; lacking: which."""

    value: Decimal | None
    formula: str
    lacking: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an instance that runs is. None: not known; zone "": the place has none."""

    account: str
    region: str
    zone: str | None
    site: str | None
    city: str | None

    @property
    def location(self) -> str:
        return "/".join(one for one in (self.account, self.region, self.zone) if one)


def parallel(parts: Mapping[str, Decimal | None]) -> Composed:
    """1 − Π(1 − a): down only when all are."""
    formula = (
        _one(parts) if len(parts) == 1 else "1 − " + " × ".join(f"(1 − {_shown(name, parts[name])})" for name in parts)
    )
    lacking = tuple(name for name, value in parts.items() if value is None)
    if lacking or not parts:
        return Composed(None, formula, lacking)
    with localcontext(EXACT):
        down = Decimal(1)
        for value in parts.values():
            down *= 1 - (value or Decimal(0))
        return Composed((1 - down).quantize(_NINE), formula)


def serial(parts: Mapping[str, Decimal | None]) -> Composed:
    """Π a: up only when all are."""
    formula = " × ".join(_shown(name, value) for name, value in parts.items())
    lacking = tuple(name for name, value in parts.items() if value is None)
    if lacking or not parts:
        return Composed(None, formula, lacking)
    with localcontext(EXACT):
        up = Decimal(1)
        for value in parts.values():
            up *= value or Decimal(0)
        return Composed(up.quantize(_NINE), formula)


def single(standing: Sequence[Standing]) -> dict[str, str | None]:
    """By level: the one place at which all of it stands. A level at which there are several is left out; None: of some
    it is not known where they are, so that it may be one."""
    found: dict[str, str | None] = {}
    for level in LEVELS:
        names = {_at(one, level) for one in standing}
        if level == "zone" and len({(one.account, one.region) for one in standing}) > 1:
            # In two regions it is in two zones, whatever they are called.
            continue
        if None in names:
            found[level] = None
        elif len(names) == 1:
            found[level] = str(names.pop())
    return found


def _at(one: Standing, level: str) -> str | None:
    if level == "region":
        return f"{one.account}/{one.region}"
    if level == "zone":
        # A place without zones is one.
        return None if one.zone is None else f"{one.account}/{one.region}/{one.zone}".rstrip("/")
    value: str | None = getattr(one, level)
    return value


def _one(parts: Mapping[str, Decimal | None]) -> str:
    return "".join(_shown(name, value) for name, value in parts.items())


def _shown(name: str, value: Decimal | None) -> str:
    return f"{name}={'?' if value is None else format(value.normalize(), 'f')}"
