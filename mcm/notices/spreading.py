"""Makes deliveries of events: each event once for each target, in the transaction that moves the target on."""

from sqlalchemy.orm import Session

from mcm.events import repository as events
from mcm.kit import clock
from mcm.kit.ids import new_id
from mcm.models import Event, NoticeDelivery, NoticeTarget
from mcm.notices import repository
from mcm.notices.texts import SOURCES, body_of, kind_of
from mcm.tenancy.service import below

_AT_ONCE = 500


def spread(session: Session, target_id: str) -> bool:
    """Whether there is more to look at."""
    row = repository.locked(session, target_id)
    if row is None or not row.enabled:
        return False
    # Before the events are read: all up to it can be seen by then.
    newest = events.bounds(session)[1]
    found = events.after(session, row.event_id, _AT_ONCE, SOURCES)
    inside = None if row.tenant_id is None else below(session, [row.tenant_id])
    for event in found:
        if inside is None or event.tenant_id in inside:
            _deliver(session, row, event)
    last = found[-1].id if found else row.event_id
    more = len(found) == _AT_ONCE
    row.event_id = last if more else max(last, newest)
    session.flush()
    return more


def _deliver(session: Session, row: NoticeTarget, event: Event) -> None:
    kind = kind_of(event)
    if kind is None or kind not in row.kinds:
        return
    if kind != event.kind and repository.status_before(session, event) == event.data.get("status"):
        # More was noted of it, and it stands as it stood.
        return
    now = clock.now()
    session.add(
        NoticeDelivery(
            id=new_id("ntd"), target_id=row.id, event_id=event.id, kind=str(kind), body=body_of(event, kind),
            status="waiting", attempts=0, created_at=now, since=now, next_at=now,
        )
    )  # fmt: skip
