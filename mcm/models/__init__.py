"""The tables, one file for each family. Migrations are written by hand against these; a test compares the two."""

from mcm.models.account import Account, Secret
from mcm.models.audit import AuditEvent, IdempotencyKey
from mcm.models.base import Base
from mcm.models.principal import Principal, Tenant
from mcm.models.relation import MAX_TAG_KEY, MAX_TAG_VALUE, RelationRow, ResourceTag
from mcm.models.resource import ResourceNative, ResourceRow, ResourceVersion
from mcm.models.scope import Scope, Sighting
from mcm.models.sync import SyncRequest, SyncRun

__all__ = [
    "MAX_TAG_KEY",
    "MAX_TAG_VALUE",
    "Account",
    "AuditEvent",
    "Base",
    "IdempotencyKey",
    "Principal",
    "RelationRow",
    "ResourceNative",
    "ResourceRow",
    "ResourceTag",
    "ResourceVersion",
    "Scope",
    "Secret",
    "Sighting",
    "SyncRequest",
    "SyncRun",
    "Tenant",
]
