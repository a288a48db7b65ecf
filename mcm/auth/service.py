"""Identifies the caller of a request and answers whether a permission is theirs."""

from dataclasses import dataclass

from mcm.auth.permissions import Permission

LOCAL_PRINCIPAL = "prn_local"
SYSTEM_PRINCIPAL = "prn_system"
DEFAULT_TENANT = "ten_default"


@dataclass(frozen=True, slots=True)
class Caller:
    """The principal behind a request. source: where it came from (an address, "cli", "job")."""

    principal_id: str
    tenant_id: str
    name: str
    source: str
    request_id: str


def local_caller(source: str, request_id: str) -> Caller:
    """The one principal of the embedded mode: whoever reaches the loopback listener."""
    return Caller(LOCAL_PRINCIPAL, DEFAULT_TENANT, "local", source, request_id)


def system_caller(source: str, request_id: str) -> Caller:
    return Caller(SYSTEM_PRINCIPAL, DEFAULT_TENANT, "system", source, request_id)


def allowed(caller: Caller, permission: Permission) -> bool:
    """The local principal and mcm's own jobs may do everything; anybody else nothing."""
    return permission in Permission and caller.principal_id in (LOCAL_PRINCIPAL, SYSTEM_PRINCIPAL)
