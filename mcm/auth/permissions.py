"""Every permission a route can ask for. A route without one does not start (see `mcm.edge.routes`)."""

from enum import StrEnum


class Permission(StrEnum):
    # What everybody who is signed in may do with what is their own: session, password, second factor, tokens.
    OWN_READ = "own.read"
    OWN_WRITE = "own.write"
    PROVIDER_READ = "provider.read"
    ACCOUNT_READ = "account.read"
    ACCOUNT_WRITE = "account.write"
    SYNC_READ = "sync.read"
    SYNC_RUN = "sync.run"
    SYNC_DECIDE = "sync.decide"
    RESOURCE_READ = "resource.read"
    RESOURCE_EXPORT = "resource.export"
    RESOURCE_WRITE = "resource.write"
    OPERATION_READ = "operation.read"
    OPERATION_RUN = "operation.run"
    # What cannot be brought back: deleting, reverting.
    OPERATION_DESTROY = "operation.destroy"
    # Says yes or no to what somebody else has planned.
    PLAN_APPROVE = "plan.approve"
    SCHEDULE_READ = "schedule.read"
    SCHEDULE_WRITE = "schedule.write"
    # Who is told of what by webhook or mail.
    NOTICE_READ = "notice.read"
    NOTICE_WRITE = "notice.write"
    # Gives others what one has saved of a page under a name.
    VIEW_SHARE = "view.share"
    # What clouds ask for what, and what mcm asks for the organisation's own.
    PRICE_READ = "price.read"
    PRICE_WRITE = "price.write"
    # What was used and charged, budgets, findings; writing also closes months.
    COST_READ = "cost.read"
    COST_WRITE = "cost.write"
    WORKLOAD_READ = "workload.read"
    WORKLOAD_WRITE = "workload.write"
    POLICY_READ = "policy.read"
    POLICY_WRITE = "policy.write"
    # Says yes to an exception from a policy.
    POLICY_EXCEPT = "policy.except"
    PLACEMENT_READ = "placement.read"
    PLACEMENT_RUN = "placement.run"
    TENANT_READ = "tenant.read"
    TENANT_WRITE = "tenant.write"
    QUOTA_READ = "quota.read"
    QUOTA_WRITE = "quota.write"
    USER_READ = "user.read"
    USER_WRITE = "user.write"
    ROLE_READ = "role.read"
    ROLE_WRITE = "role.write"
    AUDIT_READ = "audit.read"
    AUDIT_EXPORT = "audit.export"
    KEY_READ = "key.read"
    KEY_WRITE = "key.write"
    SYSTEM_READ = "system.read"
    SYSTEM_WRITE = "system.write"


# Of the installation as a whole: a role that is held in one tenant or project does not give them.
OF_THE_WHOLE = frozenset(
    {
        Permission.AUDIT_EXPORT,
        Permission.AUDIT_READ,
        Permission.KEY_READ,
        Permission.KEY_WRITE,
        Permission.SYSTEM_READ,
        Permission.SYSTEM_WRITE,
    }
)
