"""What went with a master key, by name; and its dropping, so that nothing is done without its secret."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from mcm.events import telling
from mcm.kit import clock
from mcm.models import Account, AuditSegment, IdentitySecret, NoticeTarget, OidcProvider, Principal, Secret

SENTENCE = "its secrets went with a lost master key: enter them again (`mcm account update NAME --secret …`)"
_WEBHOOK = "its secret went with a lost master key: enter it again"


@dataclass
class Losses:
    """accounts, providers, webhooks, second_factors: names. secrets: how many values of accounts. rows: of the audit
    trail, in so many segments."""

    accounts: list[str]
    secrets: int
    second_factors: list[str]
    providers: list[str]
    webhooks: list[str]
    segments: int
    rows: int


def of(session: Session, lost: Sequence[str]) -> Losses:
    mine = select(Secret.account_id).where(Secret.master_key_id.in_(lost))
    owners = select(IdentitySecret.owner).where(IdentitySecret.master_key_id.in_(lost))
    length = AuditSegment.last_seq - AuditSegment.first_seq + 1
    segments, rows = session.execute(
        select(func.count(), func.coalesce(func.sum(length), 0)).where(
            AuditSegment.master_key_id.in_(lost), AuditSegment.pruned_at.is_(None), length > 0
        )
    ).one()
    return Losses(
        accounts=list(session.scalars(select(Account.name).where(Account.id.in_(mine)).order_by(Account.name))),
        secrets=session.scalar(select(func.count()).select_from(mine.subquery())) or 0,
        second_factors=list(
            session.scalars(select(Principal.name).where(Principal.id.in_(owners)).order_by(Principal.name))
        ),
        providers=list(session.scalars(select(OidcProvider.name).where(OidcProvider.master_key_id.in_(lost)))),
        webhooks=list(session.scalars(select(NoticeTarget.name).where(NoticeTarget.master_key_id.in_(lost)))),
        segments=segments,
        rows=int(rows),
    )


def drop(session: Session, lost: Sequence[str]) -> None:
    """A user with a second factor is still asked for it: recovery codes open, and an administrator can reset it."""
    mine = select(Secret.account_id).where(Secret.master_key_id.in_(lost))
    now = clock.now()
    for account in session.scalars(select(Account).where(Account.id.in_(mine))).all():
        before, account.status = account.status, "paused"
        account.error_code, account.error_message = "secrets_lost", SENTENCE
        account.failing_since = account.failing_since or now
        account.version += 1
        telling.account_changed(account, before)
    session.flush()
    session.execute(delete(Secret).where(Secret.master_key_id.in_(lost)))
    session.execute(delete(IdentitySecret).where(IdentitySecret.master_key_id.in_(lost)))
    closed = {"sealed": None, "master_key_id": None, "enabled": False}
    session.execute(update(OidcProvider).where(OidcProvider.master_key_id.in_(lost)).values(**closed))
    silent = closed | {"disabled_reason": _WEBHOOK}
    session.execute(update(NoticeTarget).where(NoticeTarget.master_key_id.in_(lost)).values(**silent))
