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
}
_OPERATE = _LOOK | {
    Permission.RESOURCE_WRITE,
    Permission.SYNC_RUN,
    Permission.OPERATION_RUN,
    Permission.OPERATION_DESTROY,
    Permission.SCHEDULE_WRITE,
    Permission.VIEW_SHARE,
}

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.VIEWER: _LOOK,
    Role.WORKLOAD_OWNER: _OPERATE,
    Role.OPERATOR: _OPERATE | {Permission.SYNC_DECIDE},
    Role.APPROVER: _LOOK | {Permission.PLAN_APPROVE},
    Role.POLICY_ADMIN: _LOOK | {Permission.VIEW_SHARE},
    Role.COST_ANALYST: _LOOK | {Permission.VIEW_SHARE},
    # Runs the system, and says neither who may do what nor what was done.
    Role.SYSTEM_ADMIN: _OPERATE
    | {
        Permission.ACCOUNT_WRITE,
        Permission.SYNC_DECIDE,
        Permission.TENANT_WRITE,
        Permission.QUOTA_WRITE,
        Permission.NOTICE_READ,
        Permission.NOTICE_WRITE,
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
