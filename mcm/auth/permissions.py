"""Every permission a route can ask for. A route without one does not start (see `mcm.edge.routes`)."""

from enum import StrEnum


class Permission(StrEnum):
    PROVIDER_READ = "provider.read"
    ACCOUNT_READ = "account.read"
    ACCOUNT_WRITE = "account.write"
    SYNC_READ = "sync.read"
    SYNC_RUN = "sync.run"
    SYNC_DECIDE = "sync.decide"
    RESOURCE_READ = "resource.read"
    RESOURCE_EXPORT = "resource.export"
    RESOURCE_WRITE = "resource.write"
    AUDIT_READ = "audit.read"
    SYSTEM_READ = "system.read"
