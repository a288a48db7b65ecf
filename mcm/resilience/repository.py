"""SQL of what was observed of accounts, and of what was promised for places."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Text, case, func, select, type_coerce
from sqlalchemy.orm import Session

from mcm.models import Account, LocationSetting, SyncRun
from mcm.tenancy import sight

# As `2026-11-22T02:1`: ten minutes.
_BUCKET = 15
# What a cloud says when it does not answer, or answers with what is none.
NOT_ANSWERED = ("unreachable", "unexpected_response")


def accounts(session: Session) -> Sequence[Account]:
    """Those that show themselves whole, by name."""
    return session.scalars(select(Account).where(*sight.whole_accounts(session)).order_by(Account.name)).all()


def reads(session: Session, ids: Collection[str], since: datetime, until: datetime) -> Sequence[Any]:
    """(account, bucket of ten minutes as the beginning of its text, how many reads were answered, how many were not),
    by account and time. What says nothing of the cloud, such as a read whose process died, is left out."""
    said: Any
    if session.get_bind().dialect.name == "postgresql":
        said = func.to_char(func.timezone("UTC", SyncRun.finished_at), 'YYYY-MM-DD"T"HH24:MI')
    else:
        said = type_coerce(SyncRun.finished_at, Text)
    bucket = func.substr(said, 1, _BUCKET).label("bucket")
    silent = case((SyncRun.error_code.in_(NOT_ANSWERED), 1), else_=0)
    query = (
        select(SyncRun.account_id, bucket, func.sum(1 - silent), func.sum(silent))
        .where(
            SyncRun.account_id.in_(sorted(ids)), SyncRun.finished_at >= since, SyncRun.finished_at < until,
            SyncRun.outcome.in_(("complete", "quarantined", "failed")),
        )
        .group_by(SyncRun.account_id, bucket)
        .order_by(SyncRun.account_id, bucket)
    )  # fmt: skip
    return session.execute(query).all()


def promises(session: Session, ids: Collection[str]) -> dict[tuple[str, str, str], LocationSetting]:
    """By account, region and zone: what people say of places."""
    query = select(LocationSetting).where(
        LocationSetting.account_id.in_(sorted(ids)), LocationSetting.sla_percent.is_not(None)
    )
    return {(one.account_id, one.region, one.zone): one for one in session.scalars(query)}
