"""Which terms and operating systems a fixed price could be meant for: what is open is asked back, never guessed."""

from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from mcm.models import PriceList, PricePoint, Sku
from mcm.prices.errors import InvalidRateRule
from mcm.prices.points import COMMITTED
from mcm.prices.schemas import RateRuleWrite

# So many are named; whoever has more needs no list of them to see that one has to be named.
_MOST_NAMED = 20


def require_clear(session: Session, wanted: RateRuleWrite) -> None:
    """Raises InvalidRateRule. A commitment's term is always needed: a list of tomorrow may bring a second one. An
    operating system only where lists name several, as many name none."""
    if wanted.option in COMMITTED and wanted.term_months is None:
        terms = sorted(_of(session, wanted, PricePoint.term_months))
        raise InvalidRateRule(
            f"a fixed price of {wanted.option} is agreed for one term, and without it would hold for every term",
            next_step=f"add term_months: {_told(terms)}" if terms else "add term_months, such as 12 or 36",
            details={"term_months": terms},
            message_zh=f"{wanted.option} 的固定价格只约定一种期限；不写明则会用于所有期限",
            next_step_zh=f"请填写 term_months：{_told(terms, ' 或 ')}"
            if terms
            else "请填写 term_months，例如 12 或 36",
        )
    if wanted.operating_system is None:
        systems = sorted(_of(session, wanted, Sku.operating_system))
        if len(systems) > 1:
            raise InvalidRateRule(
                f"{wanted.sku} is sold with several operating systems, and the fixed price would hold for each",
                next_step=f"add operating_system: {_told(systems)}; a rule for each that it was agreed for",
                details={"operating_system": systems},
                message_zh=f"{wanted.sku} 有多种操作系统的价格，固定价格会用于每一种",
                next_step_zh=f"请填写 operating_system：{_told(systems, ' 或 ')}；每种约定各建一条",
            )


def _of(session: Session, wanted: RateRuleWrite, column: Any) -> set[Any]:
    """Of the points that the rule would hold for, of every list that was not withdrawn: it holds for past days too."""
    query = (
        select(column)
        .distinct()
        .select_from(PricePoint)
        .join(Sku, Sku.id == PricePoint.sku_id)
        .join(PriceList, PriceList.id == PricePoint.list_id)
        .where(PriceList.status == "current", PriceList.currency == wanted.currency, column.is_not(None))
        .where(*_conditions(wanted))
        .limit(_MOST_NAMED)
    )
    return set(session.scalars(query))


def _conditions(wanted: RateRuleWrite) -> list[ColumnElement[bool]]:
    same = (
        (Sku.provider, wanted.provider), (Sku.region, wanted.region), (Sku.item, wanted.item), (Sku.code, wanted.sku),
        (Sku.family, wanted.family), (Sku.operating_system, wanted.operating_system),
        (PricePoint.option, wanted.option), (PricePoint.unit, wanted.unit),
        (PricePoint.term_months, wanted.term_months),
    )  # fmt: skip
    found = [column == value for column, value in same if value is not None]
    found.append(or_(PricePoint.valid_to.is_(None), PricePoint.valid_to >= wanted.valid_from))
    if wanted.valid_to is not None:
        found.append(PricePoint.valid_from <= wanted.valid_to)
    return found


def _told(values: list[Any], between: str = " or ") -> str:
    return between.join(str(value) for value in values)
