"""Requests that the routes of policies accept."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from mcm.auth.service import system_caller
from mcm.kit import clock
from mcm.policies import exceptions, service
from mcm.policies.documents import ExceptionRequest
from tests.architecture.calls import Call
from tests.lab import CALLER, Lab

DOCUMENT = """apiVersion: mcm/v1
kind: PlacementPolicy
id: small-only
title: Small ones only
owner: operations
rule:
  exclude: {when: {vcpus: {above: 1000}}}
examples:
  - {name: small, expect: allow, facts: {workload.vcpus: 2}}
  - {name: large, expect: deny, facts: {workload.vcpus: 2000}}
"""


def _stored(lab: Lab) -> str:
    with lab.runtime.database.writing() as session:
        return service.apply(session, CALLER, DOCUMENT, None).id


def _wanted(lab: Lab) -> dict[str, Any]:
    expires = (clock.now() + timedelta(days=3)).isoformat()
    return {"resource": lab.resources()[0].id, "reason": "it moves next week", "expires": expires}


def _asked(lab: Lab) -> str:
    policy, wanted = _stored(lab), ExceptionRequest.model_validate(_wanted(lab))
    with lab.runtime.database.writing() as session:
        return exceptions.ask(session, system_caller("test", "rq_other"), policy, wanted).id


def _apply(lab: Lab) -> Call:
    return Call("/policies", ["policy.apply"], {"document": DOCUMENT})


def _install(lab: Lab) -> Call:
    return Call("/policies/library/pci-zone-only", ["policy.apply"])


def _remove(lab: Lab) -> Call:
    return Call(f"/policies/{_stored(lab)}", ["policy.remove"])


def _ask(lab: Lab) -> Call:
    return Call("/exceptions", ["policy.exception.ask"], {"policy": _stored(lab)} | _wanted(lab))


def _approve(lab: Lab) -> Call:
    return Call(f"/exceptions/{_asked(lab)}/approve", ["policy.exception.approve"], {"note": "once"})


def _reject(lab: Lab) -> Call:
    return Call(f"/exceptions/{_asked(lab)}/reject", ["policy.exception.reject"], {})


def _revoke(lab: Lab) -> Call:
    return Call(f"/exceptions/{_asked(lab)}/revoke", ["policy.exception.revoke"], {})


def _classify(lab: Lab) -> Call:
    body = {"rules": [{"data_class": "internal", "account": "lab"}]}
    return Call("/classification-rules", ["classification.rules"], body)


def _check(lab: Lab) -> Call:
    _stored(lab)
    return Call("/violations/check", ["violation.check"])


CALLS: dict[tuple[str, str], Callable[[Lab], Call]] = {
    ("POST", "/api/v1/policies"): _apply,
    ("POST", "/api/v1/policies/library/{name}"): _install,
    ("DELETE", "/api/v1/policies/{policy_id}"): _remove,
    ("POST", "/api/v1/exceptions"): _ask,
    ("POST", "/api/v1/exceptions/{exception_id}/approve"): _approve,
    ("POST", "/api/v1/exceptions/{exception_id}/reject"): _reject,
    ("POST", "/api/v1/exceptions/{exception_id}/revoke"): _revoke,
    ("PUT", "/api/v1/classification-rules"): _classify,
    ("POST", "/api/v1/violations/check"): _check,
}
