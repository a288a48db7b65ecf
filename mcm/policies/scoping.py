"""Whom a policy binds, by tenant: stored by their ids, asked by their paths as they are now.

A tenant that is renamed or moved stays bound; one that was removed leaves nobody behind."""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from mcm.kit.documents import Finding
from mcm.models import Tenant
from mcm.policies.compiled import CompiledPolicy
from mcm.policies.documents import PlacementPolicy
from mcm.policies.linting import Draft, digest_of
from mcm.tenancy import service as tenants

# A path that no tenant has.
NOBODY = "\0"


def paths(session: Session) -> dict[str, str]:
    """Whole paths by id, whatever the session may see: policies hold for all."""
    return tenants.paths({one.id: one for one in session.scalars(select(Tenant))})


def resolved(session: Session, draft: Draft, policy: CompiledPolicy) -> tuple[list[Finding], CompiledPolicy | None]:
    """Tenants may be named by id, or by the path that the session sees. What is wrong, or the policy with their ids."""
    wanted = policy.document.scope.tenants
    if not wanted:
        return [], policy
    shown = tenants.paths(tenants.known(session))
    by_path = {path: ident for ident, path in shown.items()}
    findings, ids = [], []
    for number, one in enumerate(wanted):
        if one not in shown and one not in by_path:
            known = sorted(by_path)[:20]
            hint = f"known: {', '.join(known)}" if known else None
            findings.append(draft.finding(("scope", "tenants", number), f"there is no tenant '{one}'", hint))
        else:
            ids.append(one if one in shown else by_path[one])
    if findings:
        return findings, None
    document = _with(policy.document, ids)
    return [], replace(policy, document=document, hash=digest_of(document))


def placed(policy: CompiledPolicy, shown: Mapping[str, str]) -> CompiledPolicy:
    """With the paths of its tenants as they are now."""
    wanted = policy.document.scope.tenants
    if not wanted:
        return policy
    return replace(policy, document=_with(policy.document, [shown.get(one, NOBODY) for one in wanted]))


def _with(document: PlacementPolicy, wanted: list[str]) -> PlacementPolicy:
    return document.model_copy(update={"scope": document.scope.model_copy(update={"tenants": wanted})})
