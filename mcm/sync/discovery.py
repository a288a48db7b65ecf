"""Discovery: sign in, see who we are and which regions there are, and give the account its scopes."""

from collections.abc import Iterator, Sequence

from mcm.contract import AuthenticationFailed, InventoryReader, Region, Resource, ResourceKind
from mcm.contract.resources import RegionAttributes
from mcm.gateway import Lease
from mcm.kit import clock
from mcm.models import Account
from mcm.sync import scopes
from mcm.sync.errors import LeaseLost
from mcm.sync.identity import note_identity
from mcm.sync.plan import Plan
from mcm.sync.repository import held_lease
from mcm.sync.tools import Tools


def discover(tools: Tools, plan: Plan, lease: Lease) -> None:
    """Fills `plan.regions` and the realm. Raises AuthenticationFailed when the account now leads to another cloud."""
    identity = lease.provider.check()
    known = plan.target.realm
    if known and known != identity.realm:
        raise AuthenticationFailed(
            f"the account now leads to another cloud: {identity.realm} instead of {known}; nothing was read. "
            "If that is meant, remove the account and add it again"
        )
    # A provider of prices alone has nothing to list: signing in is all that is read of it.
    plan.regions = list(lease.provider.regions()) if isinstance(lease.provider, InventoryReader) else []
    plan.target = plan.target.with_realm(identity.realm)
    descriptor = tools.registry.descriptor(plan.access.provider)
    with tools.database.writing() as session:
        if held_lease(session, plan.target.scope_id, plan.run_id) is None:
            raise LeaseLost("the account was removed or its discovery taken over")
        account = session.get_one(Account, plan.access.id)
        note_identity(account, identity, clock.now())
        scopes.ensure(session, account.id, descriptor, plan.regions, tools.settings, clock.now())


def region_resources(regions: Sequence[Region]) -> Iterator[Resource]:
    """Regions are resources too; the pseudo-region for what has none is not."""
    for region in regions:
        if region.native_id != "global":
            yield Resource(
                kind=ResourceKind.REGION,
                native_id=region.native_id,
                name=region.name,
                region=region.native_id,
                state="available" if region.kinds else "unavailable",
                native_state="listed",
                attributes=RegionAttributes(
                    kinds=sorted(region.kinds),
                    absent={str(kind): region.absent[kind].code for kind in sorted(region.absent)},
                ),
            )
