"""Policies that can be asked: their programs, whom they bind and who is excepted. What a room's `active` gives."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from mcm.policies.cel import ENGINE
from mcm.policies.documents import Mode, PlacementPolicy, Scope, Severity, Stage
from mcm.policies.engine import Program
from mcm.policies.facts import Facts
from mcm.policies.verbs import cel_of

# By what an exception names its subject.
RESOURCE = "resource"


@dataclass(frozen=True, slots=True)
class Exemption:
    """field: a variable such as `workload.name`, or `resource` for the id that a subject carries under that name.

    tenant: path of whose subjects it is about, with all below; "": whoever's. A name is anybody's to give."""

    id: str
    field: str
    value: str
    until: datetime
    tenant: str = ""

    def covers(self, facts: Facts) -> bool:
        if facts.get(self.field) != self.value:
            return False
        return not self.tenant or f"{facts.get('workload.tenant')}/".startswith(f"{self.tenant}/")


@dataclass(frozen=True, slots=True)
class CompiledPolicy:
    """One version of a policy. weight: of a soft one. cel: what is asked, whatever it was written as."""

    id: str
    version: int
    hash: str
    document: PlacementPolicy
    cel: str
    program: Program
    exemptions: tuple[Exemption, ...] = ()

    @property
    def mode(self) -> Mode:
        return self.document.mode

    @property
    def severity(self) -> Severity:
        return self.document.severity

    @property
    def soft(self) -> bool:
        return self.document.rule.soft

    @property
    def weight(self) -> int:
        return self.document.rule.weight or 1

    @property
    def denies(self) -> bool:
        """Whether a no keeps a workload away."""
        return not self.soft and self.mode == "enforce"

    def binds(self, facts: Facts) -> bool:
        return within(self.document.scope, facts)


@dataclass(frozen=True, slots=True)
class CompiledPolicies:
    """at: as of when. Those of other stages than `stage` are left out."""

    policies: tuple[CompiledPolicy, ...]
    at: datetime
    stage: Stage = "placement"

    def __iter__(self) -> Iterator[CompiledPolicy]:
        return iter(self.policies)

    def __len__(self) -> int:
        return len(self.policies)

    def versions(self) -> dict[str, int]:
        """By id: what a decision keeps of the policies it was made with."""
        return {one.id: one.version for one in self.policies}

    def besides(self, policy: CompiledPolicy) -> "CompiledPolicies":
        """With this one in place of its other versions."""
        others = tuple(one for one in self.policies if one.id != policy.id)
        return replace(self, policies=(*others, policy))


def within(scope: Scope, facts: Facts) -> bool:
    """Of whom it is not known whether they are inside, are."""
    tenant, environment = facts.get("workload.tenant"), facts.get("workload.environment")
    if scope.tenants and isinstance(tenant, str) and not any(_below(tenant, one) for one in scope.tenants):
        return False
    if scope.environments and isinstance(environment, str) and environment not in scope.environments:
        return False
    labels = facts.get("workload.labels")
    return not isinstance(labels, Mapping) or all(labels.get(key) == value for key, value in scope.labels.items())


def scope_names(scope: Scope) -> dict[str, frozenset[str] | None]:
    """The variables that the scope asks for, of labels with their keys."""
    found: dict[str, frozenset[str] | None] = {}
    if scope.tenants:
        found["workload.tenant"] = None
    if scope.environments:
        found["workload.environment"] = None
    if scope.labels:
        found["workload.labels"] = frozenset(scope.labels)
    return found


def compiled(document: PlacementPolicy, version: int, digest: str) -> CompiledPolicy:
    """Raises BadMatcher, NotCompiled: for what was checked before it was stored, a change of the engine."""
    text = cel_of(document.rule)
    return CompiledPolicy(document.id, version, digest, document, text, ENGINE.compile(text))


@lru_cache(maxsize=2_000)
def stored(policy_id: str, version: int, digest: str, text: str) -> CompiledPolicy:
    """Of the JSON text of a stored version: compiled once in a process."""
    del policy_id
    return compiled(PlacementPolicy.model_validate_json(text), version, digest)


def _below(tenant: str, over: str) -> bool:
    return tenant == over or tenant.startswith(f"{over}/")
