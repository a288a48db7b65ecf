"""The rules of notice targets: where one may lead, whose events it gets, who may change it. Never commits."""

from collections.abc import Sequence

from pydantic import SecretStr
from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth.permissions import Permission
from mcm.auth.service import Caller, system_caller, view_of
from mcm.errors import Forbidden, PreconditionFailed
from mcm.events import repository as events
from mcm.events import telling
from mcm.kit import clock
from mcm.kit.ids import new_id
from mcm.models import NoticeDelivery, NoticeTarget
from mcm.notices import repository, signing, webhook
from mcm.notices.errors import (
    InvalidNoticeTarget,
    NoticeDeliveryNotFound,
    NoticeTargetDisabled,
    NoticeTargetExists,
    NoticeTargetNotFound,
    NoticeUnderWay,
)
from mcm.notices.schemas import NoticeTargetCreate, NoticeTargetItem, NoticeTargetUpdate
from mcm.settings import Settings
from mcm.tenancy import service as tenants
from mcm.tenancy import sight
from mcm.vault import Vault
from mcm.vault.prepared import Prepared

_KIND = "notice_target"


def get(session: Session, name: str, *, lock: bool = False) -> NoticeTarget:
    found = repository.find(session, name, lock=lock)
    if found is None:
        raise NoticeTargetNotFound(f"there is no notice target '{name}'", next_step="`mcm notice list` shows all")
    return found


def to_change(session: Session, caller: Caller, name: str) -> NoticeTarget:
    return sight.changeable(session, caller, Permission.NOTICE_READ, lambda: get(session, name, lock=True))


def prepared(vault: Vault, target_id: str, given: SecretStr | None) -> Vault:
    """Seals now, with no transaction open, what `create` or `update` will want. Raises VaultError."""
    ready = Prepared(vault)
    if given is not None:
        ready.seal_ahead(given.get_secret_value(), place(target_id))
    return ready


def create(
    session: Session,
    settings: Settings,
    vault: Vault,
    caller: Caller,
    wanted: NoticeTargetCreate,
    target_id: str | None = None,
) -> NoticeTarget:
    """It gets what happens from now on. target_id and vault: as `prepared` was given and gives them."""
    _require_shape(wanted.type, wanted.url, wanted.address, wanted.signing_secret)
    if wanted.type == "webhook" and (wanted.url is None or wanted.signing_secret is None):
        raise InvalidNoticeTarget("a webhook needs a url and a secret to sign with", next_step="give both")
    if wanted.type == "mail" and wanted.address is None:
        raise InvalidNoticeTarget("a mail target needs an address", next_step="give one")
    if wanted.url is not None:
        webhook.require_allowed(settings, wanted.url)
    tenant_id = None if wanted.tenant is None else tenants.get(session, wanted.tenant).id
    if tenant_id is None and not view_of(session).everything:
        raise Forbidden(f"{caller.name} manages the notices of some tenants only", next_step="name one of them: tenant")
    if repository.taken(session, wanted.name):
        raise NoticeTargetExists(f"there is already a notice target '{wanted.name}'", next_step="choose another name")
    row = NoticeTarget(
        id=target_id or new_id("ntt"), name=wanted.name, type=wanted.type, url=wanted.url, address=wanted.address,
        kinds=_plain(wanted.kinds), tenant_id=tenant_id, language=wanted.language, enabled=wanted.enabled,
        event_id=events.bounds(session)[1], failures=0, version=1, created_at=clock.now(),
    )  # fmt: skip
    _seal(vault, row, wanted.signing_secret)
    session.add(row)
    session.flush()
    audit.record(session, caller, "notice_target.create", _KIND, row.id, details=_told(row))
    return row


def update(
    session: Session,
    settings: Settings,
    vault: Vault,
    caller: Caller,
    row: NoticeTarget,
    wanted: NoticeTargetUpdate,
    if_match: str | None,
) -> NoticeTarget:
    """Turned on again, it gets what happens from then on, and what was waiting for it.

    vault: as `prepared` gives it."""
    if if_match is not None and if_match.strip() not in ("*", etag(row)):
        raise PreconditionFailed(
            f"the notice target was changed in the meantime (it is at version {row.version})",
            next_step="read it again and repeat the change",
        )
    _require_shape(row.type, wanted.url, wanted.address, wanted.signing_secret)
    if wanted.url is not None:
        webhook.require_allowed(settings, wanted.url)
    for key in ("url", "address", "language"):
        if getattr(wanted, key) is not None:
            setattr(row, key, getattr(wanted, key))
    if wanted.kinds is not None:
        row.kinds = _plain(wanted.kinds)
    if wanted.enabled and not row.enabled:
        row.event_id, row.failures, row.disabled_reason = events.bounds(session)[1], 0, None
        repository.begin_anew(session, row.id, clock.now())
    if wanted.enabled is not None:
        row.enabled = wanted.enabled
    _seal(vault, row, wanted.signing_secret)
    row.version += 1
    session.flush()
    audit.record(session, caller, "notice_target.update", _KIND, row.id, details=_told(row))
    return row


def remove(session: Session, caller: Caller, row: NoticeTarget) -> None:
    """With its deliveries, also those that wait."""
    audit.record(session, caller, "notice_target.remove", _KIND, row.id, details=_told(row))
    session.delete(row)
    session.flush()


def resend(session: Session, caller: Caller, row: NoticeTarget, delivery_id: str) -> NoticeDelivery:
    """Tries it anew, with the same id, for another day. Raises NoticeUnderWay while it is tried by itself."""
    found = repository.delivery(session, row.id, delivery_id)
    if found is None:
        raise NoticeDeliveryNotFound(
            f"'{row.name}' has no delivery '{delivery_id}'", next_step=f"`mcm notice deliveries {row.name}` lists them"
        )
    if not row.enabled:
        raise NoticeTargetDisabled(
            f"'{row.name}' is turned off: nothing is sent to it", next_step=f"`mcm notice update {row.name} --enable`"
        )
    if found.status == "waiting":
        raise NoticeUnderWay("it has not ended: it is tried again by itself", next_step="wait")
    found.status, found.next_at, found.since = "waiting", clock.now(), clock.now()
    session.flush()
    audit.record(
        session, caller, "notice_target.resend", _KIND, row.id, details={"name": row.name, "delivery": found.id}
    )
    return found


def disable(session: Session, row: NoticeTarget, last: NoticeDelivery, reason: str) -> None:
    """mcm itself turns it off. The audit trail and, through an event, the other targets tell it."""
    row.enabled, row.disabled_reason = False, reason
    row.version += 1
    session.flush()
    details = {"name": row.name, "reason": reason, "delivery": last.id}
    audit.record(session, system_caller("notices", last.id), "notice_target.disable", _KIND, row.id, details=details)
    telling.notice_target_disabled(session, row)


def items(session: Session, rows: Sequence[NoticeTarget]) -> list[NoticeTargetItem]:
    numbers = repository.counts(session, [row.id for row in rows])
    return [_item(row, numbers.get((row.id, "waiting"), 0), numbers.get((row.id, "dead"), 0)) for row in rows]


def secret(vault: Vault, row: NoticeTarget) -> str:
    """Raises VaultError."""
    return "" if row.sealed is None else vault.open(row.sealed, place(row.id))


def etag(row: NoticeTarget) -> str:
    return f'"{row.version}"'


def _item(row: NoticeTarget, waiting: int, dead: int) -> NoticeTargetItem:
    stored = {name: getattr(row, name) for name in NoticeTargetItem.model_fields if hasattr(row, name)}
    counted = {"secret_set": row.sealed is not None, "waiting": waiting, "dead": dead}
    return NoticeTargetItem.model_validate(stored | counted)


def _require_shape(kind: str, url: str | None, address: str | None, given: SecretStr | None) -> None:
    if kind == "mail" and (url is not None or given is not None):
        raise InvalidNoticeTarget("a mail target has an address, no url and no secret", next_step="leave them out")
    if kind == "webhook" and address is not None:
        raise InvalidNoticeTarget("a webhook has a url and no address", next_step="leave the address out")
    if given is not None:
        try:
            signing.key_of(given.get_secret_value())
        except ValueError as error:
            raise InvalidNoticeTarget(
                str(error), next_step="`openssl rand -base64 32` makes one; put whsec_ before it if you like"
            ) from error


def _seal(vault: Vault, row: NoticeTarget, given: SecretStr | None) -> None:
    if given is not None:
        row.sealed = vault.seal(given.get_secret_value(), place(row.id))


def place(target_id: str) -> str:
    """What a sealed secret is bound to."""
    return f"notice_target/{target_id}/sealed"


def _plain(kinds: Sequence[object]) -> list[str]:
    return sorted({str(kind) for kind in kinds})


def _told(row: NoticeTarget) -> dict[str, object]:
    """Not the url: many hold a secret in their path."""
    return {
        "name": row.name, "type": row.type, "tenant": row.tenant_id, "kinds": row.kinds, "enabled": row.enabled,
        "version": row.version,
    }  # fmt: skip
