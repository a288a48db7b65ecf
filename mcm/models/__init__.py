"""The tables, one file for each family. Migrations are written by hand against these; a test compares the two."""

from mcm.models.account import Account, Secret
from mcm.models.audit import AuditEvent, AuditSegment, IdempotencyKey
from mcm.models.base import Base
from mcm.models.event import Event
from mcm.models.identity import (
    ApiToken,
    DeviceRequest,
    ExternalIdentity,
    IdentitySecret,
    LoginSession,
    LoginThrottle,
    RecoveryCode,
    RoleBinding,
    Setting,
    SetupLink,
    User,
)
from mcm.models.keys import Installation, VaultKey
from mcm.models.notice import NoticeDelivery, NoticeTarget
from mcm.models.oidc import OidcProvider, OidcUsed
from mcm.models.operation import Operation, OperationLog
from mcm.models.plan import Plan, PlanItem, Recycled, RecycleRule, Retirement
from mcm.models.principal import Principal, Tenant
from mcm.models.relation import MAX_TAG_KEY, MAX_TAG_VALUE, RelationRow, ResourceTag
from mcm.models.resource import ResourceNative, ResourceRow, ResourceVersion
from mcm.models.schedule import Schedule, ScheduleRun
from mcm.models.scope import Scope, Sighting
from mcm.models.sync import SyncRequest, SyncRun
from mcm.models.tenancy import QuotaLimit, QuotaReservation, TenantRule, TenantScope
from mcm.models.view import SavedView

__all__ = [
    "MAX_TAG_KEY",
    "MAX_TAG_VALUE",
    "Account",
    "ApiToken",
    "AuditEvent",
    "AuditSegment",
    "Base",
    "DeviceRequest",
    "Event",
    "ExternalIdentity",
    "IdempotencyKey",
    "IdentitySecret",
    "Installation",
    "LoginSession",
    "LoginThrottle",
    "NoticeDelivery",
    "NoticeTarget",
    "OidcProvider",
    "OidcUsed",
    "Operation",
    "OperationLog",
    "Plan",
    "PlanItem",
    "Principal",
    "QuotaLimit",
    "QuotaReservation",
    "RecoveryCode",
    "RecycleRule",
    "Recycled",
    "RelationRow",
    "ResourceNative",
    "ResourceRow",
    "ResourceTag",
    "ResourceVersion",
    "Retirement",
    "RoleBinding",
    "SavedView",
    "Schedule",
    "ScheduleRun",
    "Scope",
    "Secret",
    "Setting",
    "SetupLink",
    "Sighting",
    "SyncRequest",
    "SyncRun",
    "Tenant",
    "TenantRule",
    "TenantScope",
    "User",
    "VaultKey",
]
