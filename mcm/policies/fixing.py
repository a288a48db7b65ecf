"""The ways back from a violation: where it may go and what that costs, another class of its data, an exception.

Nothing is moved by it. A place counts only where no hard policy, of placement or of what runs, speaks against it.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, get_args

from sqlalchemy import select
from sqlalchemy.orm import Session

from mcm.auth.service import Caller
from mcm.costs import service as costs
from mcm.costs.notes import Note
from mcm.costs.service import Where
from mcm.kit import clock, money
from mcm.models import PolicyException
from mcm.optimizer.pricing import Prices, tier_of
from mcm.placement import amounts, locations
from mcm.placement.locations import Location
from mcm.policies import exceptions, repository, running, service, showing, violations
from mcm.policies.compiled import RESOURCE, CompiledPolicies
from mcm.policies.fix_schemas import ClassFix, ExceptionFix, MoveFix, PlaceCost, Refusing, ViolationFixes
from mcm.policies.judging import judge
from mcm.policies.running import Places, Resource
from mcm.prices.offers import Basis
from mcm.workloads.documents import DataClass, Tier

MOST = 50
_BASES = [str(one) for one in Basis]
_CLASS = "workload.data_class"
_MONTH = Decimal(730)


def fixes(session: Session, caller: Caller, violation_id: str, currency: str) -> ViolationFixes:
    """Raises ViolationNotFound."""
    found = violations.get(session, violation_id)
    row = found[0]
    places = running.places(session)
    (resource,) = running.resources(session, ids=[row.resource_id], limit=1, seen=True) or (None,)
    account = places.accounts.get(resource.account_id) if resource is not None else None
    here = places.facts(resource.account_id, resource.region, resource.zone) if resource is not None else {}
    made = ViolationFixes(
        violation=showing.violation_item(found, showing.Names(session)),
        age_s=int(((row.resolved_at or clock.now()) - row.since).total_seconds()),
        location=str(here.get("location.id", found[5])), here=_unknown("there is nothing there any more"),
        currency=currency, disk_gib=None, egress=None, places=0, allowed=0, moves=[], refused=[], reclassify=None,
        exception=_exception(session, row.policy_id, row.resource_id),
    )  # fmt: skip
    if resource is None or row.status == "resolved":
        return made
    told = _Ways(session, resource, places, currency)
    made.here, made.disk_gib, made.egress = told.here(account), told.disk_gib, told.egress()
    made.moves, made.refused, made.places = told.moves(made.here)
    made.allowed = len(made.moves)
    made.moves = made.moves[:MOST]
    made.reclassify = _classes(session, resource, places, row.policy_id)
    return made if amounts.shown_to(caller, [resource.tenant_id]) else _withheld(made)


class _Ways:
    def __init__(self, session: Session, resource: Resource, places: Places, currency: str) -> None:
        self._session, self._resource, self._places, self._currency = session, resource, places, currency
        self._tier = tier_of(resource.attributes)
        self.known = locations.current(session)
        disk = resource.attributes.get("disk_gib")
        self.disk_gib = float(disk) if isinstance(disk, int | float) else None
        self._book = costs.book(
            session, on=clock.now().date(), tenant_id=resource.tenant_id, currency=currency, for_viewer=True
        )
        self._costs: dict[tuple[str | None, str], PlaceCost] = {}

    def here(self, account: Any) -> PlaceCost:
        one = self._resource
        if account is None:
            return _unknown("its account is not known")
        facts = self._places.facts(one.account_id, one.region, one.zone)
        where = Where(
            f"{account.name}/{one.region}", account.provider, one.region, account.id, account.name, account.ownership,
            _text(facts.get("location.site")), _text(facts.get("location.city")),
            _text(facts.get("location.jurisdiction")),
        )  # fmt: skip
        return self._cost(where)

    def egress(self) -> Decimal | None:
        at = next((one for one in self.known if self._is_here(one)), None)
        if at is None or self.disk_gib is None:
            return None
        prices = Prices(self._session, [at], self._currency, self._resource.tenant_id)
        return prices.egress(at, money.EXACT.create_decimal(str(self.disk_gib)))

    def moves(self, here: PlaceCost) -> tuple[list[MoveFix], list[Refusing], int]:
        others = [one for one in self.known if not self._is_here(one) and not one.closed and one.creates is not False]
        if not others:
            return [], [], 0
        priced = {one.id: self._cost(_where(one)) for one in others}
        policies = _hard(service.active(self._session, stage=None))
        facts = []
        for one in others:
            amount = priced[one.id].amount
            known: dict[str, Any] = dict(one.facts())
            if amount is not None:
                known |= {"location.cost": float(amount), "location.currency": self._currency}
            facts.append(known)
        subject = running.subject(self._resource, self._places.tenants)
        judged = judge(policies, [subject], facts, {"now": policies.at})
        moves, refused = [], Counter[str]()
        for index, one in enumerate(others):
            against = [reason.policy for reason in judged.reasons(0, index) if reason.outcome != "exempt"]
            refused.update(against)
            if not against and judged.allowed[0][index]:
                moves.append(self._move(one, priced[one.id], here))
        moves.sort(key=_order)
        return moves, [Refusing(policy=name, places=number) for name, number in refused.most_common()], len(others)

    def _move(self, one: Location, there: PlaceCost, here: PlaceCost) -> MoveFix:
        both = there.amount is not None and here.amount is not None
        return MoveFix(
            location=one.id, ownership=one.ownership, site=one.site, jurisdiction=one.jurisdiction,
            room=self._room(one), cost=there,
            difference=money.plain(money.EXACT.subtract(there.amount or 0, here.amount or 0)) if both else None,
            basis=max((there.basis, here.basis), key=_BASES.index), complete=there.complete and here.complete,
        )  # fmt: skip

    def _room(self, one: Location) -> bool | None:
        """Disks that nobody measured bound nothing, as in a decision."""
        if self._tier is None:
            return None
        needed = {"vcpus": self._tier.vcpus, "memory_gib": self._tier.memory_gib, "disk_gib": self._tier.disk_gib}
        needed |= {"gpus": Decimal(self._tier.gpus)}
        rooms = {name: one.room(name) for name, need in needed.items() if need}
        if any(room is not None and room < needed[name] for name, room in rooms.items()):
            return False
        unknown = {name for name, room in rooms.items() if room is None and not one.measure(name).unlimited}
        return None if unknown - {"disk_gib"} else True

    def _cost(self, where: Where) -> PlaceCost:
        key = (where.account_id, where.region)
        if key not in self._costs:
            self._costs[key] = self._asked(self._tier, where)
        return self._costs[key]

    def _asked(self, tier: Tier | None, where: Where) -> PlaceCost:
        if tier is None:
            return _unknown("it does not tell how many vCPUs and how much memory it has")
        priced = costs.priced(self._session, tier, _MONTH, where, using=self._book, marginal=True)
        notes = list(priced.notes)
        if self.disk_gib is None:
            notes.append(Note("disk_not_said"))
        return PlaceCost(
            amount=priced.amount, basis=str(priced.basis), complete=priced.complete and self.disk_gib is not None,
            notes=[one.said() for one in notes], notes_zh=[one.said(chinese=True) for one in notes],
        )  # fmt: skip

    def _is_here(self, one: Location) -> bool:
        mine = self._resource
        return (one.account_id, one.region) == (mine.account_id, mine.region) and one.zone in ("", mine.zone or "")


def _hard(active: CompiledPolicies) -> CompiledPolicies:
    return replace(active, policies=tuple(one for one in active.policies if not one.soft))


def _classes(session: Session, resource: Resource, places: Places, policy_id: str) -> ClassFix | None:
    """None: the policy does not ask for the class."""
    active = _hard(service.active(session, stage=None))
    only = replace(active, policies=tuple(one for one in active.policies if one.id == policy_id))
    if not any(_CLASS in one.program.names for one in only.policies):
        return None
    place = places.facts(resource.account_id, resource.region, resource.zone)
    subject = running.subject(resource, places.tenants)
    present = str(subject[_CLASS])
    others = [one for one in get_args(DataClass) if one not in (present, "unclassified")]
    judged = judge(only, [dict(subject) | {_CLASS: one} for one in others], [place], {"now": active.at})
    fits = [
        one
        for number, one in enumerate(others)
        if not [each for each in judged.reasons(number, 0) if each.outcome != "exempt"]
    ]
    said = ", ".join(fits) or "none"
    return ClassFix(
        present=present, classes=fits,
        text=f"its data is {present}; as {said} it might stay, if that is what it is: whoever answers for it says",
        text_zh=f"其数据类别为 {present}；若数据确实属于 {'、'.join(fits) or '无'}，则可留在原处：由数据负责人确定",
    )  # fmt: skip


def _exception(session: Session, policy_id: str, resource_id: str) -> ExceptionFix:
    query = (
        select(PolicyException)
        .where(
            PolicyException.policy_id == policy_id, PolicyException.field == RESOURCE,
            PolicyException.value == resource_id, *repository.exceptions_seen(session),
        )
        .order_by(PolicyException.requested_at.desc())
    )  # fmt: skip
    row = session.scalar(query.limit(1))
    return ExceptionFix(
        command=f"mcm policy exceptions ask {policy_id} --resource {resource_id} --reason … --expires …",
        asked=row.id if row is not None else None,
        status=exceptions.standing(row, clock.now()) if row is not None else None,
        text="it stays until a set time; somebody else has to agree",
        text_zh="在设定的期限内保留原处；须由他人同意",
    )


def _order(one: MoveFix) -> tuple[int, bool, Decimal, str]:
    room = {True: 0, None: 1, False: 2}[one.room]
    return room, one.difference is None, one.difference or Decimal(0), one.location


def _withheld(made: ViolationFixes) -> ViolationFixes:
    """Also in an order that does not tell which is cheaper."""
    moves = [
        one.model_copy(update={"cost": one.cost.model_copy(update={"amount": None}), "difference": None})
        for one in made.moves
    ]
    hidden: dict[str, Any] = {"moves": sorted(moves, key=_order), "egress": None}
    hidden |= {"here": made.here.model_copy(update={"amount": None}), **amounts.withheld(shown=False)}
    return made.model_copy(update=hidden)


def _unknown(why: str) -> PlaceCost:
    return PlaceCost(amount=None, basis="unknown", complete=False, notes=[why], notes_zh=[_ZH[why]])


_ZH: Mapping[str, str] = {
    "there is nothing there any more": "该处已不存在此资源",
    "its account is not known": "其账号未知",
    "it does not tell how many vCPUs and how much memory it has": "未提供 vCPU 与内存大小",
}


def _where(one: Location) -> Where:
    return Where(
        f"{one.account}/{one.region}", one.provider, one.region, one.account_id, one.account, one.ownership, one.site,
        one.city, one.jurisdiction,
    )  # fmt: skip


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
