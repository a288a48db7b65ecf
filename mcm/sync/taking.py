"""Takes what somebody saw of single resources into the inventory at once, by the same rules as a read of their scope.

The scope's row is locked, so this and the merge of a read that runs meanwhile come one after the other; what that read
listed before is put right by the boosted read that follows.
"""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, case, select, update
from sqlalchemy.orm import Session

from mcm.contract import Resource, ResourceKind, ResourceRef
from mcm.db.session import translated
from mcm.events import telling
from mcm.kit import clock
from mcm.kit.ids import resource_id
from mcm.models import Account, Scope
from mcm.sync import merge
from mcm.sync.merge import Target
from mcm.sync.normalise import Normaliser
from mcm.sync.service import BOOST
from mcm.sync.staging import Stage
from mcm.sync.tools import Tools

_PLACE = (
    select(Account.realm, Account.provider, Scope.id, Scope.generation)
    .join(Scope, Scope.account_id == Account.id)
    .where(
        Account.id == bindparam("account"),
        Scope.kind == bindparam("kind"),
        Scope.region.in_((bindparam("region"), "global")),
        Scope.status != "unsupported",
    )
    .order_by(Scope.region != bindparam("region"))
    .limit(1)
)
_LOCK = select(Scope.id).where(Scope.id == bindparam("scope")).with_for_update()
_SOONER = (
    update(Scope.__table__)  # type: ignore[arg-type]
    .where(
        Scope.account_id == bindparam("account"),
        Scope.kind.in_(bindparam("kinds", expanding=True)),
        Scope.region.in_(bindparam("regions", expanding=True)),
        Scope.status != "unsupported",
    )
    .values(
        boost_until=bindparam("until"),
        next_due_at=case((Scope.next_due_at < bindparam("soon"), Scope.next_due_at), else_=bindparam("soon")),
    )
)


def take(
    tools: Tools,
    account_id: str,
    seen: Mapping[ResourceRef, Resource | None],
    also: frozenset[ResourceKind] = frozenset(),
) -> dict[ResourceRef, str]:
    """Ref → resource id, for kinds that the account reads. None: the cloud said that it no longer exists.

    The scopes of the kinds seen, and of the kinds `also`, are read soon and often for a while."""
    ids: dict[ResourceRef, str] = {}
    groups: dict[tuple[str, ResourceKind], dict[ResourceRef, Resource | None]] = {}
    for ref, resource in seen.items():
        groups.setdefault((resource.region if resource else ref.region, ref.kind), {})[ref] = resource
    soon: _Soon | None = _Soon(account_id, {region for region, _ in groups}, {kind for _, kind in groups} | also)
    for (region, kind), members in groups.items():
        found = _take(tools, account_id, region, kind, members, soon)
        soon = soon if found is None else None
        ids |= found or {}
    if soon is not None:
        boost(tools, *soon)
    return ids


class _Soon(NamedTuple):
    account_id: str
    regions: set[str]
    kinds: Collection[ResourceKind]


def boost(tools: Tools, account_id: str, regions: set[str], kinds: Collection[ResourceKind]) -> None:
    with tools.database.writing(durable=False) as session:
        _boost(session, _Soon(account_id, regions, kinds))


def _boost(session: Session, wanted: _Soon) -> None:
    now = clock.now()
    # Not at once: what the cloud is still doing would be read in the middle.
    session.connection().execute(
        _SOONER,
        {
            "account": wanted.account_id,
            "kinds": [kind.value for kind in wanted.kinds],
            "regions": sorted(wanted.regions | {"global"}),
            "until": now + BOOST,
            "soon": now + timedelta(seconds=2),
        },
    )


def _take(
    tools: Tools,
    account_id: str,
    region: str,
    kind: ResourceKind,
    members: Mapping[ResourceRef, Resource | None],
    soon: _Soon | None,
) -> dict[ResourceRef, str] | None:
    """None: nobody has read it yet; its first read will find everything. soon: what is boosted in the same breath."""
    with translated(), tools.database.engine.connect() as connection:
        asked = {"account": account_id, "kind": kind.value, "region": region}
        with tools.database.reading() as session:
            known = session.execute(_PLACE, asked).first()
        if known is None or not known.realm or known.generation == 0:
            return None
        target = Target(known.id, account_id, known.provider, known.realm, kind.value)
        normaliser = Normaliser(known.realm, kind)
        stage = Stage(connection, known.id, normaliser, first_read=False)
        try:
            found = [resource for resource in members.values() if resource is not None]
            if found:
                stage.add(found)
            with tools.database.writing(durable=False, connection=connection) as session:
                session.scalar(_LOCK, {"scope": known.id})
                at = merge.merge_time(session.connection())
                outcome = merge.apply_seen(session.connection(), target, at) if found else merge.Outcome()
                ids = {ref: resource_id(known.realm, kind, ref.native_scope, ref.native_id) for ref in members}
                gone = [ids[ref] for ref, resource in members.items() if resource is None]
                if gone:
                    outcome.gone = merge.confirm_gone(session.connection(), known.id, gone, at)
                counts = {name: getattr(outcome, name) for name in ("added", "changed", "returned", "gone")}
                telling.inventory(session, account_id, kind.value, region, counts)
                if soon is not None:
                    _boost(session, soon)
        finally:
            stage.close()
    return ids
