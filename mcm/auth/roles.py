"""What each role may do. A role is held in the whole, in a tenant and all below it, or in one project of an account."""

from enum import StrEnum

from mcm.auth.permissions import Permission


class Role(StrEnum):
    VIEWER = "viewer"
    WORKLOAD_OWNER = "workload_owner"
    OPERATOR = "operator"
    APPROVER = "approver"
    POLICY_ADMIN = "policy_admin"
    COST_ANALYST = "cost_analyst"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDITOR = "auditor"


_OWN = frozenset({Permission.OWN_READ, Permission.OWN_WRITE})
_LOOK = _OWN | {
    Permission.PROVIDER_READ,
    Permission.ACCOUNT_READ,
    Permission.SYNC_READ,
    Permission.RESOURCE_READ,
    Permission.RESOURCE_EXPORT,
    Permission.OPERATION_READ,
    Permission.SCHEDULE_READ,
    Permission.TENANT_READ,
    Permission.QUOTA_READ,
    Permission.WORKLOAD_READ,
    Permission.POLICY_READ,
    Permission.PLACEMENT_READ,
}
_COSTS = frozenset({Permission.PRICE_READ, Permission.COST_READ})
_OPERATE = (_LOOK | _COSTS) | {
    Permission.RESOURCE_WRITE,
    Permission.SYNC_RUN,
    Permission.OPERATION_RUN,
    Permission.OPERATION_DESTROY,
    Permission.SCHEDULE_WRITE,
    Permission.VIEW_SHARE,
    Permission.WORKLOAD_WRITE,
    Permission.PLACEMENT_RUN,
}

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.VIEWER: _LOOK,
    Role.WORKLOAD_OWNER: _OPERATE,
    Role.OPERATOR: _OPERATE | {Permission.SYNC_DECIDE},
    Role.APPROVER: _LOOK | _COSTS | {Permission.PLAN_APPROVE, Permission.POLICY_EXCEPT},
    Role.POLICY_ADMIN: _LOOK | _COSTS | {Permission.VIEW_SHARE, Permission.POLICY_WRITE},
    Role.COST_ANALYST: _LOOK
    | _COSTS
    | {Permission.VIEW_SHARE, Permission.PRICE_WRITE, Permission.COST_WRITE, Permission.WORKLOAD_WRITE},
    # Runs the system, and says neither who may do what nor what was done.
    Role.SYSTEM_ADMIN: _OPERATE
    | {
        Permission.ACCOUNT_WRITE,
        Permission.SYNC_DECIDE,
        Permission.TENANT_WRITE,
        Permission.QUOTA_WRITE,
        Permission.NOTICE_READ,
        Permission.NOTICE_WRITE,
        Permission.PRICE_WRITE,
        Permission.KEY_READ,
        Permission.KEY_WRITE,
        Permission.SYSTEM_READ,
        Permission.SYSTEM_WRITE,
    },
    # Says who may do what, and touches no cloud.
    Role.SECURITY_ADMIN: _OWN
    | {
        Permission.PROVIDER_READ,
        Permission.TENANT_READ,
        Permission.USER_READ,
        Permission.USER_WRITE,
        Permission.ROLE_READ,
        Permission.ROLE_WRITE,
        Permission.KEY_READ,
        Permission.SYSTEM_READ,
    },
    # Sees what everybody did, and changes nothing.
    Role.AUDITOR: (_LOOK - {Permission.RESOURCE_EXPORT})
    | _COSTS
    | {
        Permission.AUDIT_READ,
        Permission.AUDIT_EXPORT,
        Permission.USER_READ,
        Permission.ROLE_READ,
        Permission.KEY_READ,
        Permission.SYSTEM_READ,
    },
}

# Separation of duties: nobody holds two of them, where the switch is on.
SEPARATED = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR})
