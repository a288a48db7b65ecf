"""What the targets of an action cost by the month, as a blast radius tells it. Equal targets are priced once."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from decimal import Decimal, localcontext
from typing import Any

from sqlalchemy.orm import Session

from mcm.db.session import home_currency
from mcm.kit.money import EXACT, presented, written
from mcm.models import ResourceRow
from mcm.operations import paying
from mcm.tenancy import money, quota
from mcm.tenancy.money import Cost, Holding

_WORDS = {
    "billed": ("as billed", "按账单"),
    "contracted": ("at negotiated prices", "按协议价"),
    "list": ("at list prices", "按目录价"),
    "modelled": ("by rate card", "按费率卡"),
    "unknown": ("of unknown basis", "依据未知"),
}
# The best first.
_BASES = tuple(_WORDS)
HIDDEN = ("what it costs is for whoever may read costs", "费用仅对可查看费用者显示")


def monthly(session: Session, targets: Sequence[ResourceRow], with_volumes: Collection[str]) -> dict[str, Any]:
    """In the currency of the nearest limit of money, else in the organisation's; what of an Impact is about money.

    with_volumes: ids of instances whose disks are volumes of their own, which may stay. money: None unless every
    target has a price; what some of them cost is in the note then."""
    if not targets:
        return _told(None, home_currency(session), "unknown", 0, ("there is nothing to price", "没有可计价的内容"))
    currency = quota.currency_of_money(session, targets[0].tenant_id) or home_currency(session)
    held: Counter[Holding] = Counter()
    others = 0
    for row in targets:
        one = paying.holding(row, disks=row.id not in with_volumes)
        if one is None:
            others += 1
        else:
            held[one] += 1
    grouped = [
        replace(one, count=number, disk_gib=one.disk_gib * number if one.disk_gib is not None else None)
        for one, number in held.items()
    ]
    costs = money.costs(session, grouped, currency)
    unpriced = others + sum(one.count for one, cost in zip(grouped, costs, strict=True) if cost.lacking)
    return _sum(costs, currency, len(targets), unpriced, others)


def hidden(stored: dict[str, Any]) -> dict[str, Any]:
    """For whoever may not read costs."""
    return stored | _told(None, None, "unknown", stored.get("unpriced", 0), HIDDEN)


def _sum(costs: Sequence[Cost], currency: str, number: int, unpriced: int, others: int) -> dict[str, Any]:
    with localcontext(EXACT):
        amount = sum((cost.amount for cost in costs), Decimal(0))
    basis = max((cost.basis for cost in costs if cost.amount), key=_BASES.index, default="unknown")
    reasons = list(dict.fromkeys(one for cost in costs for one in cost.lacking))
    why, why_zh = [one.reason for one in reasons], [one.reason_zh for one in reasons]
    if others:
        why.append("prices are known of instances and volumes only")
        why_zh.append("仅实例与卷有价格")
    said = f"{presented(amount, currency):f} {currency}"
    english, chinese = _WORDS[basis]
    if not unpriced:
        note = f"costs {said} a month while it runs ({english})", f"运行时每月费用 {said}（{chinese}）"
        return _told(written(amount), currency, basis, 0, note)
    of = (
        f"{unpriced} of {number} without a price: {'; '.join(why)}",
        f"{number} 个中 {unpriced} 个没有价格：{'；'.join(why_zh)}",
    )
    if amount:
        note = (
            f"costs at least {said} a month while it runs ({english}); {of[0]}",
            f"运行时每月费用至少 {said}（{chinese}）；{of[1]}",
        )
    else:
        note = f"what it costs a month is not known; {of[0]}", f"每月费用未知；{of[1]}"
    return _told(None, currency, basis, unpriced, note)


def _told(amount: str | None, currency: str | None, basis: str, unpriced: int, note: tuple[str, str]) -> dict[str, Any]:
    return {
        "money": amount, "currency": currency, "basis": basis, "unpriced": unpriced, "money_note": note[0],
        "money_note_zh": note[1],
    }  # fmt: skip
