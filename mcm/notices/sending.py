"""One try of one delivery: claimed, sent without a transaction, recorded. A kill in between repeats it, same id."""

import logging
import random
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
from sqlalchemy.orm import Session

from mcm.db.session import Database
from mcm.kit import clock, process
from mcm.models import NoticeDelivery, NoticeTarget
from mcm.notices import mail, repository, service, texts, webhook
from mcm.notices.webhook import Outcome
from mcm.settings import Settings
from mcm.vault import Vault, VaultError

log = logging.getLogger(__name__)
# Seconds before the next try; the last one from then on.
PAUSES = (5, 30, 120, 600, 1_800, 3_600, 7_200, 21_600)
LONGEST = timedelta(hours=24)
# A target at which so many tries in a row failed is turned off when the next notice is given up.
MOST_FAILURES = 20
# Longer than any try takes.
LEASE_S = 90.0
# A target in trouble is looked at once an hour at least, however long each of its notices would rest.
_RESTS = PAUSES.index(3_600) + 1


@dataclass(frozen=True, slots=True)
class Post:
    settings: Settings
    database: Database
    vault: Vault

    def try_once(self, delivery_id: str) -> Outcome | None:
        """None when there was nothing to try. Raises McmError when the database takes no writes."""
        with self.database.writing(durable=False) as session:
            row = repository.claim(session, delivery_id, process.owner(), clock.now(), LEASE_S)
            target = session.get(NoticeTarget, row.target_id) if row is not None else None
        if row is None or target is None:
            return None
        try:
            outcome = self.send(target, row.id, row.body)
        except Exception as error:
            # It counts as a try: else it would be repeated for ever.
            log.exception("notice %s could not be sent", row.id)
            outcome = Outcome(False, problem=f"mcm itself failed at it ({type(error).__name__}); its log says more")
        with self.database.writing(durable=False) as session:
            locked = repository.locked(session, row.target_id)
            _record(session, locked, repository.held(session, row.id, row.attempts), outcome)
        return outcome

    def send(self, target: NoticeTarget, ident: str, body: dict[str, Any]) -> Outcome:
        if target.type == "mail":
            return mail.send(self.settings, target.address or "", target.language, ident, body)
        try:
            secret = service.secret(self.vault, target)
        except VaultError:
            return Outcome(False, problem="its secret cannot be opened: `mcm doctor` says more")
        sent = orjson.dumps(body, option=orjson.OPT_SORT_KEYS)
        return webhook.send(self.settings, target.url or "", secret, ident, sent)

    def send_test(self, target: NoticeTarget, ident: str) -> Outcome:
        facts = {"name": target.name, "id": target.id}
        return self.send(target, ident, texts.body("test", clock.to_text(clock.now()), facts, "notice_target", 0))


def _record(session: Session, target: NoticeTarget | None, row: NoticeDelivery | None, outcome: Outcome) -> None:
    if target is None or row is None:
        # Removed, or taken over by somebody whose try counts.
        return
    now = clock.now()
    row.lease_owner = row.lease_until = None
    row.answer, row.problem = outcome.answer, outcome.problem or None
    if outcome.ok:
        row.status, row.next_at = "delivered", None
        was_down, target.failures = target.failures > 1, 0
        session.flush()
        if was_down:
            repository.bring_forward(session, target.id, now)
        return
    target.failures += 1
    given_up = outcome.gone or now - row.since >= LONGEST
    if given_up:
        row.status, row.next_at = "dead", None
    else:
        row.next_at = min(now + pause(row.attempts), row.since + LONGEST)
    session.flush()
    if outcome.gone:
        service.disable(session, target, row, outcome.problem)
    elif given_up and target.failures >= MOST_FAILURES:
        last = f"{target.failures} tries in a row failed, the last one so: {outcome.problem}"
        service.disable(session, target, row, last)
    else:
        repository.hold_back(session, target.id, now + pause(min(target.failures, _RESTS)))


def pause(attempts: int) -> timedelta:
    """After so many tries in vain; spread, so that many deliveries do not come back together."""
    seconds = PAUSES[min(attempts, len(PAUSES)) - 1]
    return timedelta(seconds=seconds * random.uniform(0.9, 1.1))  # noqa: S311
