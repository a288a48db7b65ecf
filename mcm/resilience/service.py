"""Reports of availability and redundancy, from the ledger of reads, the inventory and what people were promised."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mcm.kit import clock
from mcm.kit.money import EXACT
from mcm.models import Account, LocationSetting, Scope
from mcm.policies import running
from mcm.policies.running import Places, Resource
from mcm.resilience import composing, observing, repository
from mcm.resilience.composing import Composed, Standing
from mcm.resilience.errors import ApplicationNotFound
from mcm.resilience.observing import Observed
from mcm.resilience.schemas import (
    AccountAvailability,
    ApplicationAvailability,
    AvailabilityReport,
    Composition,
    PlaceShare,
    TierRedundancy,
)

MOST_DAYS = 366
_BATCH = 5_000
_NAMES = ("application", "app", "workload")
_GONE = ("deleting", "deleted", "error")
_TEXT = (
    "how much of the time in which mcm looked the account's API answered; not the uptime of what runs there",
    "在 mcm 观测的时间内，账号 API 有应答的时间占比；并非其中资源的可用时间",
)
_COMPOSED = (
    "as if accounts, places and tiers failed independently of each other; instances that do not run count for nothing",
    "假定各账号、位置与层相互独立地失效；未运行的实例不计入",
)


def accounts(session: Session, days: int, account: str | None = None) -> AvailabilityReport:
    """Of accounts that the session sees whole, over the last days. account: only this one, by name or id."""
    until = clock.now()
    since = until - timedelta(days=days)
    rows = [one for one in repository.accounts(session) if account is None or account in (one.id, one.name)]
    found = _observed(session, [one.id for one in rows], since, until)
    said = repository.promises(session, [one.id for one in rows])
    return AvailabilityReport(
        since=since, until=until, step_s=int(observing.STEP.total_seconds()), text=_TEXT[0], text_zh=_TEXT[1],
        items=[_item(one, found[one.id], said.get((one.id, "", "")), since, until) for one in rows],
    )  # fmt: skip


def application(session: Session, name: str, days: int) -> ApplicationAvailability:
    """Of what carries the name as its application (a label of mcm's, else a tag: `application`, `app`, `workload`).
    Raises ApplicationNotFound, also for what the session does not see."""
    until = clock.now()
    since = until - timedelta(days=days)
    mine = [one for one in _instances(session) if name in _called(one)]
    if not mine:
        raise ApplicationNotFound(
            f"no instance that you may see is said to be of application '{name}'",
            message_zh=f"您可查看的实例中没有标记为应用“{name}”的",
            next_step="give its instances the label (or the cloud's tag) 'application'",
            next_step_zh="请为其实例添加标签 application（或云端同名标签）",
        )
    places = running.places(session)
    ids = {one.account_id for one in mine}
    found = _observed(session, ids, since, until)
    said = repository.promises(session, ids)
    tiers: dict[str, list[Resource]] = defaultdict(list)
    for one in mine:
        tiers[_tier(one)].append(one)
    made = [_of_tier(tier, rows, places, found, said) for tier, rows in sorted(tiers.items())]
    return ApplicationAvailability(
        application=name, since=since, until=until, as_of=_as_of(session, ids), instances=len(mine), tiers=made,
        observed=_shown(composing.serial({one.tier: one.observed.value for one in made})),
        promised=_shown(composing.serial({one.tier: one.promised.value for one in made})),
        text=_COMPOSED[0], text_zh=_COMPOSED[1],
    )  # fmt: skip


def _of_tier(
    tier: str, rows: list[Resource], places: Places, found: Mapping[str, Observed],
    said: Mapping[tuple[str, str, str], LocationSetting],
) -> TierRedundancy:  # fmt: skip
    up = [one for one in rows if one.state == "running"]
    at: dict[Standing, list[Resource]] = defaultdict(list)
    for one in up:
        at[_standing(one, places)].append(one)
    shares = []
    for standing, there in sorted(at.items(), key=lambda item: item[0].location):
        first = there[0]
        promise = _promise(said, first.account_id, first.region, first.zone or "")
        observed = found[first.account_id]
        shares.append(
            PlaceShare(
                location=standing.location, account=standing.account, site=standing.site, city=standing.city,
                instances=len(there), observed=observed.available, coverage=observed.coverage,
                promised_percent=promise.sla_percent if promise else None,
                promised_source=promise.sla_source if promise else None,
            )
        )  # fmt: skip
    # Everything in an account is as reachable as its API: places of one account do not stand in for each other.
    seen = {one.account: one.observed for one in shares}
    told = {one.location: _of_percent(one.promised_percent) for one in shares}
    return TierRedundancy(
        tier=tier, running=len(up), stopped=len(rows) - len(up), places=shares, single=composing.single(list(at)),
        observed=_shown(composing.parallel(seen)), promised=_shown(composing.parallel(told)),
    )  # fmt: skip


def _standing(one: Resource, places: Places) -> Standing:
    facts: Mapping[str, Any] = places.facts(one.account_id, one.region, one.zone)
    return Standing(
        str(facts.get("location.account", "?")), one.region, one.zone, facts.get("location.site"),
        facts.get("location.city"),
    )  # fmt: skip


def _promise(
    said: Mapping[tuple[str, str, str], LocationSetting], account_id: str, region: str, zone: str
) -> LocationSetting | None:
    """The narrower holds."""
    keys = ((account_id, region, zone), (account_id, region, ""), (account_id, "", ""))
    return next((said[key] for key in keys if key in said), None)


def _observed(session: Session, ids: Collection[str], since: datetime, until: datetime) -> dict[str, Observed]:
    reads: dict[str, list[tuple[str, int, int]]] = {ident: [] for ident in ids}
    for account_id, bucket, answered, silent in repository.reads(session, ids, since, until) if ids else ():
        reads[account_id].append((bucket, int(answered), int(silent)))
    return {ident: observing.observed(found, since, until) for ident, found in reads.items()}


def _instances(session: Session) -> list[Resource]:
    found: list[Resource] = []
    while True:
        batch = running.resources(session, after=found[-1].id if found else "", limit=_BATCH, seen=True)
        found += batch
        if len(batch) < _BATCH:
            return [one for one in found if one.state not in _GONE]


def _called(one: Resource) -> set[str]:
    """Labels of mcm's own before the cloud's tags."""
    labels = dict(one.tags or {}) | dict(one.labels or {})
    return {labels[name] for name in _NAMES if labels.get(name)}


def _tier(one: Resource) -> str:
    labels = dict(one.tags or {}) | dict(one.labels or {})
    return labels.get("tier") or "main"


def _as_of(session: Session, ids: Collection[str]) -> datetime | None:
    query = select(func.min(Scope.as_of)).where(
        Scope.account_id.in_(sorted(ids)), Scope.kind == running.KIND, Scope.status != "unsupported"
    )
    return session.scalar(query)


def _item(
    row: Account, found: Observed, said: LocationSetting | None, since: datetime, until: datetime
) -> AccountAvailability:
    names = ("available", "coverage", "answered_s", "unanswered_s", "period_s", "outages", "reads", "first", "last")
    return AccountAvailability(
        account=row.name, account_id=row.id, provider=row.provider, since=since, until=until,
        promised_percent=said.sla_percent if said is not None else None,
        promised_source=said.sla_source if said is not None else None, **{name: getattr(found, name) for name in names},
    )  # fmt: skip


def _of_percent(percent: Decimal | None) -> Decimal | None:
    return None if percent is None else EXACT.divide(percent, Decimal(100))


def _shown(found: Composed) -> Composition:
    return Composition(value=found.value, formula=found.formula, lacking=list(found.lacking))
