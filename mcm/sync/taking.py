"""Takes what somebody saw of single resources into the inventory at once, by the same rules as a read of their scope.

The scope's row is locked, so this and the merge of a read that runs meanwhile come one after the other; what that read
listed before is put right by the boosted read that follows.
"""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import select
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
    for (region, kind), members in groups.items():
        ids |= _take(tools, account_id, region, kind, members)
    boost(tools, account_id, {region for region, _ in groups}, {kind for _, kind in groups} | also)
    return ids


def boost(tools: Tools, account_id: str, regions: set[str], kinds: set[ResourceKind] | frozenset[ResourceKind]) -> None:
    now = clock.now()
    with tools.database.writing(durable=False) as session:
        for scope in session.scalars(
            select(Scope).where(
                Scope.account_id == account_id,
                Scope.kind.in_([kind.value for kind in kinds]),
                Scope.region.in_(sorted(regions | {"global"})),
                Scope.status != "unsupported",
            )
        ):
            scope.boost_until = now + BOOST
            # Not at once: what the cloud is still doing would be read in the middle.
            soon = now + timedelta(seconds=2)
            scope.next_due_at = soon if scope.next_due_at is None else min(scope.next_due_at, soon)


def _take(
    tools: Tools, account_id: str, region: str, kind: ResourceKind, members: Mapping[ResourceRef, Resource | None]
) -> dict[ResourceRef, str]:
    with translated(), tools.database.engine.connect() as connection:
        with tools.database.reading() as session:
            account = session.get(Account, account_id)
            scope = _scope(session, account_id, region, kind)
        if account is None or not account.realm or scope is None or scope.generation == 0:
            # Nobody has read it yet; its first read will find everything.
            return {}
        target = Target(scope.id, account_id, account.provider, account.realm, kind.value)
        normaliser = Normaliser(account.realm, kind)
        stage = Stage(connection, scope.id, normaliser, first_read=False)
        try:
            found = [resource for resource in members.values() if resource is not None]
            if found:
                stage.add(found)
            with tools.database.writing(durable=False, connection=connection) as session:
                session.scalar(select(Scope.id).where(Scope.id == scope.id).with_for_update())
                at = merge.merge_time(session.connection())
                outcome = merge.apply_seen(session.connection(), target, at) if found else merge.Outcome()
                ids = {ref: resource_id(account.realm, kind, ref.native_scope, ref.native_id) for ref in members}
                gone = [ids[ref] for ref, resource in members.items() if resource is None]
                if gone:
                    outcome.gone = merge.confirm_gone(session.connection(), scope.id, gone, at)
                counts = {name: getattr(outcome, name) for name in ("added", "changed", "returned", "gone")}
                telling.inventory(session, account_id, kind.value, region, counts)
        finally:
            stage.close()
    return ids


def _scope(session: Session, account_id: str, region: str, kind: ResourceKind) -> Scope | None:
    found = session.scalars(
        select(Scope)
        .where(
            Scope.account_id == account_id,
            Scope.kind == kind.value,
            Scope.region.in_((region, "global")),
            Scope.status != "unsupported",
        )
        .order_by(Scope.region != region)
    )
    return found.first()
