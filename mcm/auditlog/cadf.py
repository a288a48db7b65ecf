"""Rows of the trail as CADF events. DMTF DSP0262 1.0.0, https://www.dmtf.org/standards/cadf"""

from typing import Any

from mcm.auditlog.schemas import AuditItem

TYPE_URI = "http://schemas.dmtf.org/cloud/audit/1.0/event"
# Words of the CADF action taxonomy (DSP0262, A.3); what has none keeps ours, as its own branch.
_ACTIONS = {
    "create": "create", "add": "create", "update": "update", "rename": "update", "remove": "delete", "delete": "delete",
    "read": "read", "export": "read", "login": "authenticate/login", "logout": "authenticate/logout",
    "pause": "disable", "disable": "disable", "resume": "enable", "enable": "enable", "start": "start", "stop": "stop",
    "grant": "allow", "revoke": "revoke", "accept": "allow", "reject": "deny", "check": "evaluate", "undo": "undo",
}  # fmt: skip
_OUTCOMES = {"succeeded": "success", "failed": "failure", "refused": "failure", "denied": "failure"}
_INITIATORS = {"system": "service/oss"}


def event(row: AuditItem) -> dict[str, Any]:
    pending = row.phase == "intent"
    return {
        "typeURI": TYPE_URI,
        "eventType": "activity",
        "id": f"mcm:{row.segment}:{row.seq}",
        "eventTime": row.at.isoformat(timespec="microseconds"),
        "action": _ACTIONS.get(row.action.rpartition(".")[2], f"mcm/{row.action.replace('.', '/')}"),
        "outcome": "pending" if pending else _OUTCOMES.get(row.outcome, "unknown"),
        "initiator": _initiator(row),
        "target": {"id": row.target_id, "typeURI": f"mcm/{row.target_kind}"},
        "observer": {"id": "mcm", "typeURI": "service/oss", "name": "mcm"},
        "reason": {"reasonType": "mcm", "reasonCode": row.outcome},
        "attachments": [_attachment(row)],
    }


def _initiator(row: AuditItem) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": row.principal_id,
        "typeURI": _INITIATORS.get(row.method, "data/security/account/user"),
        "name": row.principal_name,
        "domain": row.tenant_id,
        "host": {"address": row.source},
    }
    if row.token_id:
        made["credential"] = {"type": "token", "token": row.token_id}
    return made


def _attachment(row: AuditItem) -> dict[str, Any]:
    names = ("seq", "segment", "mac", "action", "method", "phase", "request_id", "provider_request_id", "details")
    content = row.model_dump(mode="json", include=set(names))
    return {"name": "mcm", "typeURI": "mcm/audit_event", "contentType": "application/json", "content": content}
