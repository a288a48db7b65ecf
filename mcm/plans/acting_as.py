"""As whom something is done later: stored without rights, and brought back with those they have by then."""

from typing import Any

from sqlalchemy.orm import Session

from mcm.auth import grants
from mcm.auth.permissions import Permission
from mcm.auth.service import LOCAL_PRINCIPAL, Caller, local_caller
from mcm.operations.recording import packed_caller
from mcm.schedules import repository


def packed(caller: Caller) -> dict[str, Any]:
    limit = sorted(caller.permissions) if caller.permissions is not None else None
    return {**packed_caller(caller), "permissions": limit}


def owner(session: Session, principal_id: str, source: str, request_id: str) -> Caller | None:
    """Somebody by what they may do as themselves."""
    known = {"principal_id": principal_id, "source": source, "request_id": request_id}
    return rebuilt(session, known | {"method": "session", "permissions": None, "token_id": ""})


def rebuilt(session: Session, stored: dict[str, Any]) -> Caller | None:
    """None: they may not come in any more."""
    source, request_id = stored["source"], stored["request_id"]
    if stored["principal_id"] == LOCAL_PRINCIPAL:
        return local_caller(source, request_id)
    found = repository.principal(session, stored["principal_id"])
    if found is None or found[0].disabled_at is not None or found[1] is None:
        return None
    principal = found[0]
    limit = frozenset(map(Permission, stored["permissions"])) if stored["permissions"] is not None else None
    return Caller(
        principal.id, principal.tenant_id, principal.name, source, request_id, stored["method"],
        grants=grants.load(session, principal.id), permissions=limit, token_id=stored["token_id"],
    )  # fmt: skip
