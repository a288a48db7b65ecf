"""Which scopes an account has: derived from its regions at every discovery; nothing that was read is dropped."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import random

from sqlalchemy import select
from sqlalchemy.orm import Session

from mcm.contract import GLOBAL_REGION, Cadence, ProviderDescriptor, Reason, Region
from mcm.models import Account, Scope
from mcm.settings import Settings
from mcm.sync.repository import DISCOVERY_KIND


def interval(settings: Settings, cadence: Cadence) -> int:
    return {
        Cadence.HOT: settings.hot_interval_s,
        Cadence.SLOW: settings.slow_interval_s,
        Cadence.DEEP: settings.deep_interval_s,
    }[cadence]


def add_discovery(session: Session, account: Account, settings: Settings, now: datetime) -> None:
    """The first scope of a new account: it signs in, finds the regions and makes the others."""
    session.add(_new(account.id, GLOBAL_REGION, DISCOVERY_KIND, settings.slow_interval_s, now))
    session.flush()


def ensure(
    session: Session,
    account_id: str,
    descriptor: ProviderDescriptor,
    regions: Sequence[Region],
    settings: Settings,
    now: datetime,
) -> None:
    """New scopes are due at once. A kind that became absent keeps its rows and says why it is not read."""
    existing = {
        (scope.region, scope.kind): scope
        for scope in session.scalars(select(Scope).where(Scope.account_id == account_id))
    }
    listed = set()
    for region in regions:
        for kind in [*region.kinds, *region.absent]:
            if kind == DISCOVERY_KIND or kind not in descriptor.kinds:
                continue
            listed.add((region.native_id, str(kind)))
            scope = existing.get((region.native_id, str(kind)))
            if scope is None:
                seconds = interval(settings, descriptor.kinds[kind].cadence)
                scope = _new(account_id, region.native_id, str(kind), seconds, now)
                session.add(scope)
            _state_support(scope, descriptor, region.absent.get(kind) if kind not in region.kinds else None, now)
    for place, scope in existing.items():
        if place not in listed and scope.kind != DISCOVERY_KIND and scope.status != "unsupported":
            scope.status, scope.reason_code = "unsupported", "region_not_listed"
            scope.reason = "the cloud no longer lists this region or service"
    session.flush()


def sentence(descriptor: ProviderDescriptor, reason: Reason) -> str:
    """The English sentence of a reason; its code when the provider's catalogue lacks it."""
    text = descriptor.messages.get(reason.code)
    return reason.code if text is None else _filled(text.en, reason.params)


def spread(seconds: float) -> timedelta:
    """The interval ± 10 %, so that scopes do not march in step."""
    return timedelta(seconds=seconds * (0.9 + 0.2 * random()))  # noqa: S311


def _filled(text: str, params: Mapping[str, str]) -> str:
    for name, value in params.items():
        text = text.replace("{" + name + "}", value)
    return text


def _state_support(scope: Scope, descriptor: ProviderDescriptor, absent: Reason | None, now: datetime) -> None:
    if absent is not None:
        scope.status, scope.reason_code = "unsupported", absent.code
        scope.reason = sentence(descriptor, absent)
    elif scope.status == "unsupported":
        scope.status, scope.reason_code, scope.reason = "pending", None, None
        scope.next_due_at = now


def _new(account_id: str, region: str, kind: str, seconds: int, now: datetime) -> Scope:
    return Scope(
        account_id=account_id,
        region=region,
        kind=kind,
        status="pending",
        interval_s=seconds,
        next_due_at=now,
        failures=0,
        resources=0,
        generation=0,
    )
