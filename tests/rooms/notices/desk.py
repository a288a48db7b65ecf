"""Notices in a lab, one step at a time: tests say what happens, and when what is due is tried."""

import itertools
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from mcm.auth.service import DEFAULT_TENANT, Caller
from mcm.events import service as events
from mcm.kit import clock
from mcm.models import AuditEvent, NoticeDelivery, NoticeTarget
from mcm.notices import repository, service
from mcm.notices.schemas import NoticeTargetCreate, NoticeTargetUpdate
from mcm.notices.sender import Sender
from mcm.notices.sending import Post
from mcm.notices.webhook import Outcome
from tests.lab import CALLER, Lab
from tests.rooms.notices.receiver import SECRET


@dataclass
class Desk:
    lab: Lab
    numbers: Any = field(default_factory=itertools.count)

    @property
    def post(self) -> Post:
        runtime = self.lab.runtime
        return Post(runtime.settings, runtime.database, runtime.vault)

    def sender(self) -> Sender:
        runtime = self.lab.runtime
        return Sender(runtime.settings, runtime.database, runtime.vault)

    def webhook(self, url: str, name: str = "ops", caller: Caller = CALLER, **more: Any) -> NoticeTarget:
        return self._add({"name": name, "type": "webhook", "url": url, "signing_secret": SECRET} | more, caller)

    def mail(self, address: str = "ops@corp.example", name: str = "mail", **more: Any) -> NoticeTarget:
        return self._add({"name": name, "type": "mail", "address": address} | more, CALLER)

    def _add(self, body: dict[str, Any], caller: Caller) -> NoticeTarget:
        runtime, wanted = self.lab.runtime, NoticeTargetCreate.model_validate(body)
        with runtime.database.writing() as session:
            return service.create(session, runtime.settings, runtime.vault, caller, wanted)

    def update(self, name: str = "ops", **values: Any) -> None:
        runtime, wanted = self.lab.runtime, NoticeTargetUpdate.model_validate(values)
        with runtime.database.writing() as session:
            row = service.get(session, name, lock=True)
            service.update(session, runtime.settings, runtime.vault, CALLER, row, wanted, None)

    def happen(
        self, kind: str = "account.failing", tenant: str = DEFAULT_TENANT, subject: str | None = None, **data: object
    ) -> str:
        """Returns the id of what it happened to, one nothing has happened to yet unless one is given."""
        ident = subject or f"subject-{next(self.numbers)}"
        told = {"account": "lab", "error_code": "unreachable"} | data
        with self.lab.runtime.database.writing() as session:
            events.emit(session, kind, tenant_id=tenant, subject_kind="account", subject_id=ident, data=told)
        return ident

    def spread(self) -> None:
        self.sender().spread()

    def try_due(self) -> list[Outcome | None]:
        """Each target's next one, once."""
        with self.lab.runtime.database.reading() as session:
            due = repository.due(session, clock.now())
        return [self.post.try_once(ident) for ident, _, _ in due]

    def try_all(self) -> int:
        """Until nothing is due; returns how many tries that took."""
        tries = 0
        while found := self.try_due():
            tries += len(found)
        return tries

    def row(self, name: str = "ops") -> NoticeTarget:
        with self.lab.runtime.database.reading() as session:
            return session.scalars(select(NoticeTarget).where(NoticeTarget.name == name)).one()

    def deliveries(self, name: str = "ops") -> list[NoticeDelivery]:
        """In the order of what happened."""
        query = select(NoticeDelivery).join(NoticeTarget, NoticeTarget.id == NoticeDelivery.target_id)
        with self.lab.runtime.database.reading() as session:
            return list(session.scalars(query.where(NoticeTarget.name == name).order_by(NoticeDelivery.event_id)))

    def one(self, name: str = "ops") -> NoticeDelivery:
        (found,) = self.deliveries(name)
        return found

    def audited(self, action: str) -> list[AuditEvent]:
        with self.lab.runtime.database.reading() as session:
            return list(session.scalars(select(AuditEvent).where(AuditEvent.action == action).order_by(AuditEvent.seq)))
