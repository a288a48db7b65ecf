"""Published cards: rates of a month, frozen with everything that made them. Never commits."""

from decimal import Decimal

from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth.service import Caller
from mcm.kit import clock
from mcm.kit.ids import new_id
from mcm.models import PublishedRateCard, RateCardAccount
from mcm.paging import Page
from mcm.ratecards import repository, service
from mcm.ratecards.calculating import Owned, as_rates, calculation, measured_on
from mcm.ratecards.errors import RateCardNotFound, RateCardPublished
from mcm.ratecards.formulas import Load, break_even
from mcm.ratecards.schemas import (
    BreakEvenAnswer,
    Calculation,
    RateCardDetail,
    RateCardItem,
    RateCardPreview,
    RateCardPublish,
)
from mcm.tenancy import sight


def get(session: Session, card_id: str) -> PublishedRateCard:
    found = None if "\0" in card_id else repository.card(session, card_id)
    if found is None:
        raise RateCardNotFound("there is no rate card with this id", next_step="`mcm rate-card list` shows all")
    return found


def page(
    session: Session, *, pool: str | None, month: str | None, account_id: str | None, limit: int, cursor: str | None
) -> Page[RateCardItem]:
    after = sight.after(session, cursor, str, str, int)
    rows = repository.cards(session, pool=pool, month=month, account_id=account_id, after=after, limit=limit + 1)
    shown, following = rows[:limit], None
    if len(rows) > limit:
        following = sight.cursor_of(session, [shown[-1].pool, shown[-1].month, shown[-1].version])
    return Page(items=[item(row) for row in shown], next_cursor=following)


def preview(session: Session, caller: Caller, wanted: RateCardPublish) -> RateCardPreview:
    service.to_change(session, caller, wanted.pool)
    _, made = _made(session, wanted)
    return RateCardPreview(
        pool=wanted.pool, month=wanted.month, version=_next_version(session, wanted), calculation=made
    )


def publish(session: Session, caller: Caller, wanted: RateCardPublish) -> PublishedRateCard:
    """Raises RateCardPublished for a month that has a card, unless it is corrected with a reason."""
    # Two that publish one month at the same time get one version, and the database refuses the second.
    pool = service.to_change(session, caller, wanted.pool)
    version = _next_version(session, wanted)
    owned, made = _made(session, wanted)
    row = PublishedRateCard(
        id=new_id("rtc"), pool=pool.name, month=wanted.month, version=version, currency=made.currency,
        pool_version=pool.version, document=pool.document, sha256=pool.sha256, reason=wanted.reason,
        calculation=made.model_dump(mode="json"), published_by=caller.name, published_at=clock.now(),
    )  # fmt: skip
    session.add(row)
    session.flush()
    session.add_all(RateCardAccount(card_id=row.id, account_id=account.id) for account in owned.accounts)
    session.flush()
    told = {"pool": row.pool, "month": row.month, "version": row.version, "sha256": row.sha256, "reason": row.reason}
    audit.record(session, caller, "rate_card.publish", "rate_card", row.id, details=told)
    return row


def item(row: PublishedRateCard) -> RateCardItem:
    made = calculated(row)
    return RateCardItem(
        id=row.id, pool=row.pool, month=row.month, version=row.version, currency=row.currency,
        accounts=made.accounts, full=made.full, marginal=made.marginal,
        utilisation={name: one.amount for name, one in made.utilisation.items()}, measured_on=measured_on(made),
        pool_version=row.pool_version, sha256=row.sha256, reason=row.reason, published_by=row.published_by,
        published_at=row.published_at,
    )  # fmt: skip


def detail(row: PublishedRateCard) -> RateCardDetail:
    return RateCardDetail(**dict(item(row)), document=row.document, calculation=calculated(row))


def compared(row: PublishedRateCard, price: Decimal, load: Load) -> BreakEvenAnswer:
    found = break_even(as_rates(calculated(row).all_sold), price, load)
    return BreakEvenAnswer(
        card=row.id, currency=row.currency, price=price, utilisation=found.utilisation, reason=found.reason,
        all_sold=found.all_sold,
    )  # fmt: skip


def calculated(row: PublishedRateCard) -> Calculation:
    return Calculation.model_validate(row.calculation)


def _made(session: Session, wanted: RateCardPublish) -> tuple[Owned, Calculation]:
    owned = service.stored(session, wanted.pool)
    return owned, calculation(session, owned, wanted.month)


def _next_version(session: Session, wanted: RateCardPublish) -> int:
    there = repository.newest_version(session, service.get(session, wanted.pool).name, wanted.month)
    if there and wanted.reason is None:
        raise RateCardPublished(
            f"the rates of '{wanted.pool}' for {wanted.month} are published (version {there}) and are never changed",
            next_step="publish a correction, with the reason for it: --reason TEXT",
            message_zh=f"成本池 {wanted.pool} 在 {wanted.month} 的费率已发布（版本 {there}），不可更改。",
            next_step_zh="如需更正，请附原因重新发布：--reason TEXT。",
        )
    return there + 1
