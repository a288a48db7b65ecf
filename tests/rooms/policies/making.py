"""Policies for tests."""

from datetime import UTC, datetime
from typing import Any

import yaml

from mcm.policies.compiled import CompiledPolicy
from mcm.policies.linting import lint
from tests.lab import Lab

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)


def read(lab: Lab) -> None:
    lab.account(instances=20, regions="1")
    lab.sync(kinds=("instance",))


def document(rule: Any, id: str = "one", **more: Any) -> str:
    """rule: a mapping, or a text in CEL."""
    given = {"cel": rule} if isinstance(rule, str) else rule
    if "weight" in more:
        given = given | {"weight": more.pop("weight")}
    made = {"apiVersion": "mcm/v1", "kind": "PlacementPolicy", "id": id, "title": f"Title of {id}", "owner": "ops"}
    return yaml.safe_dump(made | {"rule": given} | more, allow_unicode=True, sort_keys=False, width=10_000)


def compiled(rule: Any, id: str = "one", **more: Any) -> CompiledPolicy:
    draft = lint(document(rule, id, **more))
    assert draft.policy is not None, draft.findings
    return draft.policy
