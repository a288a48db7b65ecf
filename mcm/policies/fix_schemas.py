"""The ways back from a violation in the HTTP API."""

from typing import Literal

from pydantic import BaseModel

from mcm.kit.money import Amount
from mcm.policies.schemas import ViolationItem


class PlaceCost(BaseModel):
    """What it costs at a place in a month, by list prices, negotiated rates or the marginal rates of a rate card.

    amount: null: not known, or withheld. complete: nothing is missing from it; else it is at least that much. notes:
    why it is not known, or what is not in it."""

    amount: Amount | None
    basis: str
    complete: bool
    notes: list[str]
    notes_zh: list[str]


class MoveFix(BaseModel):
    """A place where no hard policy speaks against it.

    room: whether its vCPUs, memory and disk are free there; null: nobody measured. difference: cost there minus cost
    here, in a month; null: one of both is not known. basis: of the worse of both; complete: nothing is missing from
    either."""

    location: str
    ownership: str
    site: str | None
    jurisdiction: str | None
    room: bool | None
    cost: PlaceCost
    difference: Amount | None
    basis: str
    complete: bool


class Refusing(BaseModel):
    """A policy that keeps it away from places, and from how many."""

    policy: str
    places: int


class ExceptionFix(BaseModel):
    """asked: what was asked for this resource and policy already, and how it stands."""

    command: str
    asked: str | None
    status: str | None
    text: str
    text_zh: str


class ClassFix(BaseModel):
    """classes: with which the policy would not speak against it where it is. Only what the data is may be said."""

    present: str
    classes: list[str]
    text: str
    text_zh: str


class ViolationFixes(BaseModel):
    """The ways back, what each costs, and on what that rests.

    here: what it costs where it is. age_s: since it began. moves: where no hard policy speaks against it, those with
    room first, then the cheapest; at most 50, of `allowed`. refused: what keeps it from the other places. egress: what
    taking its disks away from here costs once; null: not known. rates: marginal, as for placement: of own clouds what
    one more costs. amounts_withheld: why amounts are null; null: they are shown."""

    violation: ViolationItem
    age_s: int
    location: str
    here: PlaceCost
    currency: str
    rates: Literal["marginal"] = "marginal"
    disk_gib: float | None
    egress: Amount | None
    places: int
    allowed: int
    moves: list[MoveFix]
    refused: list[Refusing]
    reclassify: ClassFix | None
    exception: ExceptionFix
    amounts_withheld: str | None = None
    amounts_withheld_zh: str | None = None
