"""Where roles are held, in names: tenants by their paths, accounts and projects as they are called now."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from mcm.auth.service import view_of
from mcm.models import Account, Principal, ResourceRow, RoleBinding
from mcm.tenancy import service as tenancy


class Names:
    """Read once for a page of bindings. What has no name any more keeps its id."""

    def __init__(self, session: Session, rows: Sequence[RoleBinding]) -> None:
        seen = view_of(session)
        # As far as the session sees: what is above its own tenants has no name for it, nor have people elsewhere.
        self._tenants = tenancy.paths(tenancy.known(session))
        people = select(Principal.id, Principal.name).where(Principal.id.in_({row.created_by for row in rows}))
        if not seen.everything:
            people = people.where(Principal.tenant_id.in_(seen.tenants))
        self._people = {row[0]: row[1] for row in session.execute(people)}
        accounts = {row.account_id for row in rows if row.account_id}
        named = select(Account.id, Account.name).where(Account.id.in_(accounts))
        self._accounts = {row[0]: row[1] for row in session.execute(named)}
        self._projects = {
            (account_id, native_id): name
            for account_id, native_id, name in session.execute(
                select(ResourceRow.account_id, ResourceRow.native_id, ResourceRow.name).where(
                    ResourceRow.kind == "project",
                    ResourceRow.account_id.in_(accounts),
                    ResourceRow.native_id.in_({row.project for row in rows if row.project}),
                )
            )
        }

    def place(self, row: RoleBinding) -> str:
        if row.tenant_id is not None:
            return f"tenant {self._tenants.get(row.tenant_id, row.tenant_id)}"
        if row.account_id is not None:
            name = self._projects.get((row.account_id, row.project or ""), "")
            project = f"{name} ({row.project})" if name and name != row.project else row.project
            return f"project {project} of {self._accounts.get(row.account_id, row.account_id)}"
        return "the whole"

    def giver(self, row: RoleBinding) -> str:
        return self._people.get(row.created_by, row.created_by)


def knows_project(session: Session, account_id: str, project: str) -> bool:
    """Whether anything of it was ever read through the account, or the project itself."""
    itself = (ResourceRow.kind == "project") & (ResourceRow.native_id == project)
    query = select(ResourceRow.id).where(ResourceRow.account_id == account_id)
    return session.scalar(query.where(or_(ResourceRow.project == project, itself)).limit(1)) is not None
