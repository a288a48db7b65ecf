"""The tables, one file for each family, loaded when something first asks for one: making the classes of all of them
takes longer than most commands. `mcm.models.every` has them all.

Migrations are written by hand against these; a test compares the two.
"""

from importlib import import_module
from typing import TYPE_CHECKING

# What others' foreign keys lead to has to be there whenever they are.
from mcm.models import account as _account
from mcm.models import keys as _keys
from mcm.models import principal as _principal
from mcm.models import scope as _scope
from mcm.models.base import Base

if TYPE_CHECKING:
    from mcm.models.account import Account, Secret
    from mcm.models.allocation import AllocationRule, Budget, BudgetAlert
    from mcm.models.audit import AuditEvent, AuditSegment, IdempotencyKey
    from mcm.models.charge import Charge, ChargeImport, ChargePart, CostMonth, CostReconciliation
    from mcm.models.event import Event
    from mcm.models.finding import Finding
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
    from mcm.models.move import Move, MoveStep
    from mcm.models.notice import NoticeDelivery, NoticeTarget
    from mcm.models.oidc import OidcProvider, OidcUsed
    from mcm.models.operation import Operation, OperationLog
    from mcm.models.optimization import Optimization, OptimizationRow
    from mcm.models.placement import (
        CapacityReservation,
        Latency,
        LocationGeneration,
        LocationSetting,
        Placement,
        PlacementInstance,
    )
    from mcm.models.plan import Plan, PlanItem, Recycled, RecycleRule, Retirement
    from mcm.models.policy import (
        ClassificationRule,
        Classified,
        Policy,
        PolicyCheck,
        PolicyException,
        PolicyVersion,
        Violation,
    )
    from mcm.models.price import ExchangeRate, PriceCoverage, PriceFetch, PriceList, PricePoint, RateRule, Sku
    from mcm.models.principal import Principal, Tenant
    from mcm.models.ratecard import (
        CostPool,
        CostPoolAccount,
        CostPoolVersion,
        PublishedRateCard,
        RateCardAccount,
    )
    from mcm.models.relation import MAX_TAG_KEY, MAX_TAG_VALUE, RelationRow, ResourceTag
    from mcm.models.resource import ResourceNative, ResourceRow, ResourceVersion
    from mcm.models.schedule import Schedule, ScheduleRun
    from mcm.models.scope import Scope, Sighting
    from mcm.models.sync import SyncRequest, SyncRun
    from mcm.models.tenancy import QuotaLimit, QuotaMoney, QuotaReservation, TenantRule, TenantScope
    from mcm.models.utilisation import UtilisationDay, UtilisationRead
    from mcm.models.view import SavedView
    from mcm.models.workload import Estimate, WorkloadRow, WorkloadVersion

__all__ = [
    "MAX_TAG_KEY",
    "MAX_TAG_VALUE",
    "Account",
    "AllocationRule",
    "ApiToken",
    "AuditEvent",
    "AuditSegment",
    "Base",
    "Budget",
    "BudgetAlert",
    "CapacityReservation",
    "Charge",
    "ChargeImport",
    "ChargePart",
    "ClassificationRule",
    "Classified",
    "CostMonth",
    "CostPool",
    "CostPoolAccount",
    "CostPoolVersion",
    "CostReconciliation",
    "DeviceRequest",
    "Estimate",
    "Event",
    "ExchangeRate",
    "ExternalIdentity",
    "Finding",
    "IdempotencyKey",
    "IdentitySecret",
    "Installation",
    "Latency",
    "LocationGeneration",
    "LocationSetting",
    "LoginSession",
    "LoginThrottle",
    "Move",
    "MoveStep",
    "NoticeDelivery",
    "NoticeTarget",
    "OidcProvider",
    "OidcUsed",
    "Operation",
    "OperationLog",
    "Optimization",
    "OptimizationRow",
    "Placement",
    "PlacementInstance",
    "Plan",
    "PlanItem",
    "Policy",
    "PolicyCheck",
    "PolicyException",
    "PolicyVersion",
    "PriceCoverage",
    "PriceFetch",
    "PriceList",
    "PricePoint",
    "Principal",
    "PublishedRateCard",
    "QuotaLimit",
    "QuotaMoney",
    "QuotaReservation",
    "RateCardAccount",
    "RateRule",
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
    "Sku",
    "SyncRequest",
    "SyncRun",
    "Tenant",
    "TenantRule",
    "TenantScope",
    "User",
    "UtilisationDay",
    "UtilisationRead",
    "VaultKey",
    "Violation",
    "WorkloadRow",
    "WorkloadVersion",
]

FILES = {
    "account": (
        "Account",
        "Secret",
    ),
    "allocation": (
        "AllocationRule",
        "Budget",
        "BudgetAlert",
    ),
    "audit": (
        "AuditEvent",
        "AuditSegment",
        "IdempotencyKey",
    ),
    "charge": (
        "Charge",
        "ChargeImport",
        "ChargePart",
        "CostMonth",
        "CostReconciliation",
    ),
    "event": ("Event",),
    "finding": ("Finding",),
    "identity": (
        "ApiToken",
        "DeviceRequest",
        "ExternalIdentity",
        "IdentitySecret",
        "LoginSession",
        "LoginThrottle",
        "RecoveryCode",
        "RoleBinding",
        "Setting",
        "SetupLink",
        "User",
    ),
    "keys": (
        "Installation",
        "VaultKey",
    ),
    "move": (
        "Move",
        "MoveStep",
    ),
    "notice": (
        "NoticeDelivery",
        "NoticeTarget",
    ),
    "oidc": (
        "OidcProvider",
        "OidcUsed",
    ),
    "operation": (
        "Operation",
        "OperationLog",
    ),
    "optimization": (
        "Optimization",
        "OptimizationRow",
    ),
    "placement": (
        "CapacityReservation",
        "Latency",
        "LocationGeneration",
        "LocationSetting",
        "Placement",
        "PlacementInstance",
    ),
    "plan": (
        "Plan",
        "PlanItem",
        "Recycled",
        "RecycleRule",
        "Retirement",
    ),
    "policy": (
        "ClassificationRule",
        "Classified",
        "Policy",
        "PolicyCheck",
        "PolicyException",
        "PolicyVersion",
        "Violation",
    ),
    "price": (
        "ExchangeRate",
        "PriceCoverage",
        "PriceFetch",
        "PriceList",
        "PricePoint",
        "RateRule",
        "Sku",
    ),
    "principal": (
        "Principal",
        "Tenant",
    ),
    "ratecard": (
        "CostPool",
        "CostPoolAccount",
        "CostPoolVersion",
        "PublishedRateCard",
        "RateCardAccount",
    ),
    "relation": (
        "MAX_TAG_KEY",
        "MAX_TAG_VALUE",
        "RelationRow",
        "ResourceTag",
    ),
    "resource": (
        "ResourceNative",
        "ResourceRow",
        "ResourceVersion",
    ),
    "schedule": (
        "Schedule",
        "ScheduleRun",
    ),
    "scope": (
        "Scope",
        "Sighting",
    ),
    "sync": (
        "SyncRequest",
        "SyncRun",
    ),
    "tenancy": (
        "QuotaLimit",
        "QuotaMoney",
        "QuotaReservation",
        "TenantRule",
        "TenantScope",
    ),
    "utilisation": (
        "UtilisationDay",
        "UtilisationRead",
    ),
    "view": ("SavedView",),
    "workload": (
        "Estimate",
        "WorkloadRow",
        "WorkloadVersion",
    ),
}
_FILE_OF = {name: file for file, names in FILES.items() for name in names}
_REFERRED = (_account, _keys, _principal, _scope)

if not TYPE_CHECKING:

    def __getattr__(name):
        if name not in _FILE_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = globals()[name] = getattr(import_module(f"{__name__}.{_FILE_OF[name]}"), name)
        return found
