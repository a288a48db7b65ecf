"""Limits of money per month: what is paid for what lives and is being made, and whether one more fits. Never commits.

What lives without a price counts as nothing and is told; what is to be made without one is refused.
"""

from collections.abc import Collection, Sequence
from decimal import Decimal, localcontext
from typing import NamedTuple

from sqlalchemy.orm import Session

from mcm.kit import clock
from mcm.kit.money import EXACT, presented, written
from mcm.models import Tenant
from mcm.tenancy import money, repository, sight
from mcm.tenancy import money_repository as sql
from mcm.tenancy.errors import QuotaExceeded, QuotaUnpriced
from mcm.tenancy.money import Change, Cost, Holding, Lacking
from mcm.tenancy.money_repository import Limit
from mcm.tenancy.schemas import MoneyUsage, MonthlyMoney, Unpriced

# The best first.
_BASES = ("billed", "contracted", "list", "modelled", "unknown")
RESOURCE = "money_per_month"


class Taken(NamedTuple):
    """Of a tenant and all below it, in one currency. used, reserved: of what has a price. unpriced: how many living
    resources have none, or only for a part; unpriced_reserved: of what is being made. why: with how many of them."""

    used: Decimal
    reserved: Decimal
    unpriced: int
    unpriced_reserved: int
    basis: str
    why: tuple[tuple[Lacking, int], ...]


def limited(session: Session, chain: Collection[str]) -> bool:
    return bool(sql.limits(session, chain))


def currency(session: Session, chain: Sequence[str]) -> str | None:
    """Of the lowest limit of the chain."""
    found = sql.limits(session, chain)
    return next((found[ident].currency for ident in reversed(chain) if ident in found), None)


def limit(session: Session, tenant_id: str) -> MonthlyMoney | None:
    found = sql.limits(session, [tenant_id]).get(tenant_id)
    return MonthlyMoney(amount=found.amount, currency=found.currency) if found is not None else None


def set_limit(session: Session, tenant_id: str, wanted: MonthlyMoney | None) -> None:
    sql.set_limit(session, tenant_id, Limit(wanted.amount, wanted.currency) if wanted is not None else None)


def usage(session: Session, tenant: Tenant, currency: str | None) -> MoneyUsage | None:
    """In the currency, else in that of its limit; None without either."""
    own = sql.limits(session, [tenant.id]).get(tenant.id)
    shown_in = currency or (own.currency if own is not None else None)
    if shown_in is None:
        return None
    found = taken(session, [tenant.id], shown_in)[tenant.id]
    return MoneyUsage(
        currency=shown_in, used=found.used, reserved=found.reserved, unpriced=found.unpriced,
        unpriced_reserved=found.unpriced_reserved, basis=found.basis,
        reasons=[Unpriced(count=number, **why._asdict()) for why, number in found.why],
    )  # fmt: skip


def require(session: Session, chain: Sequence[str], change: Change | None) -> None:
    """Of the tenants of the chain, the highest first. Behind their locks what it finds stays so.

    Raises QuotaUnpriced, QuotaExceeded."""
    limits = sql.limits(session, chain)
    if change is None or not limits:
        return
    for currency in sorted({one.currency for one in limits.values()}):
        bound = [ident for ident in chain if ident in limits and limits[ident].currency == currency]
        after, before = _of_change(session, change, currency)
        if after.lacking:
            raise _unpriced(session, bound[0], after.lacking)
        with localcontext(EXACT):
            asked = after.amount - before
        if asked <= 0:
            continue
        for ident, found in taken(session, bound, currency).items():
            with localcontext(EXACT):
                over = found.used + found.reserved + asked > limits[ident].amount
            if over:
                raise _exceeded(session, ident, limits[ident], found, asked)


def taken(session: Session, tenant_ids: Sequence[str], currency: str) -> dict[str, Taken]:
    """In the order of the tenants. What several of them hold is priced once."""
    trees = sql.trees(session, tenant_ids)
    every = set().union(*trees.values())
    living, held = sql.lives(session, every), sql.reserved(session, every, clock.now())
    changes = [one.change for one in held if one.change is not None]
    parts = [part for change in changes for part in (change.after, change.before) if part is not None]
    distinct = list(dict.fromkeys([*living, *parts]))
    priced = dict(zip(distinct, money.costs(session, distinct, currency), strict=True))
    found = {}
    with localcontext(EXACT):
        for ident in tenant_ids:
            mine = [(one, priced[one]) for one in living if one.tenant_id in trees[ident]]
            making = [_worth(one.change, priced) for one in held if one.tenant_id in trees[ident]]
            why: dict[Lacking, int] = {}
            for one, cost in mine:
                for each in cost.lacking:
                    why[each] = why.get(each, 0) + one.count
            found[ident] = Taken(
                sum((cost.amount for _, cost in mine), Decimal(0)),
                sum((worth for worth in making if worth is not None), Decimal(0)),
                sum(one.count for one, cost in mine if cost.lacking), making.count(None),
                max((cost.basis for _, cost in mine if cost.amount), key=_BASES.index, default="unknown"),
                tuple(sorted(why.items(), key=lambda pair: (-pair[1], pair[0]))),
            )  # fmt: skip
    return found


def _of_change(session: Session, change: Change, currency: str) -> tuple[Cost, Decimal]:
    parts = [change.after] if change.before is None else [change.after, change.before]
    after, *before = money.costs(session, parts, currency)
    # What it was may have had no price: then it counts as nothing in what is used, and all of it is new.
    return after, before[0].amount if before else Decimal(0)


def _worth(change: Change | None, priced: dict[Holding, Cost]) -> Decimal | None:
    """None: nobody knows. What becomes smaller gives nothing back before it is."""
    if change is None or priced[change.after].lacking:
        return None
    before = priced[change.before].amount if change.before is not None else Decimal(0)
    return max(priced[change.after].amount - before, Decimal(0))


def _unpriced(session: Session, tenant_id: str, lacking: Sequence[Lacking]) -> QuotaUnpriced:
    seen = sight.holds_tenant(session, tenant_id)
    tenant = repository.find(session, tenant_id) if seen else None
    whose, whose_zh = (f"tenant '{tenant.name}'", f"租户“{tenant.name}”") if tenant else ("a tenant above", "上级租户")
    why, why_zh = "; ".join(one.reason for one in lacking), "；".join(one.reason_zh for one in lacking)
    lift, lift_zh = "lift the limit: mcm quota set", "取消限额：mcm quota set"
    if tenant is not None:
        flag = f" {tenant.name} --money-per-month none"
        lift, lift_zh = lift + flag, lift_zh + flag
    return QuotaUnpriced(
        f"{whose} has a limit of money per month, and what is asked for has no price: {why}; nothing was changed",
        next_step=f"{'; '.join(dict.fromkeys(one.how for one in lacking))}; or {lift}",
        message_zh=f"{whose_zh}设有每月金额限额，而所请求的内容没有价格：{why_zh}；未作任何更改",
        next_step_zh=f"{'；'.join(dict.fromkeys(one.how_zh for one in lacking))}；或{lift_zh}",
        details={"resource": RESOURCE, "reasons": [one.reason for one in lacking]}
        | ({"tenant": tenant.id} if tenant is not None else {}),
    )


def _exceeded(session: Session, tenant_id: str, of: Limit, found: Taken, asked: Decimal) -> QuotaExceeded:
    """A limit above what the caller sees is told of without its numbers."""

    def said(amount: Decimal) -> str:
        return f"{presented(amount, of.currency):f} {of.currency}"

    tenant = repository.find(session, tenant_id) if sight.holds_tenant(session, tenant_id) else None
    if tenant is None:
        return QuotaExceeded(
            f"no room for {said(asked)} a month: a limit above this tenant is reached",
            next_step="ask whoever manages the tenants above",
            details={"resource": RESOURCE, "asked": written(asked), "currency": of.currency},
        )
    unpriced = found.unpriced + found.unpriced_reserved
    more = f"; {unpriced} resources without a price are not in it" if unpriced else ""
    return QuotaExceeded(
        f"no room for {said(asked)} a month in tenant '{tenant.name}': of {said(of.amount)}, {said(found.used)} are "
        f"used and {said(found.reserved)} reserved{more}",
        next_step="remove something, choose something smaller, or raise the limit: mcm quota set",
        details={
            "tenant": tenant.id, "resource": RESOURCE, "currency": of.currency, "limit": written(of.amount),
            "used": written(found.used), "reserved": written(found.reserved), "asked": written(asked),
            "unpriced": unpriced,
        },
    )  # fmt: skip
