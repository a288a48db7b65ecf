"""The starter library: policies to begin with, each a document like any other, to be changed by whoever installs it."""

from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from sqlalchemy.orm import Session

from mcm.paging import Rows
from mcm.policies.compiled import CompiledPolicy
from mcm.policies.errors import PolicyNotFound
from mcm.policies.linting import lint
from mcm.tenancy import sight


@dataclass(frozen=True, slots=True)
class Starter:
    name: str
    text: str
    policy: CompiledPolicy


@lru_cache(maxsize=1)
def everything() -> tuple[Starter, ...]:
    """By name."""
    found = []
    folder = resources.files("mcm.policies").joinpath("library")
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if file.name.endswith(".yaml"):
            text = file.read_text(encoding="utf-8")
            draft = lint(text)
            if draft.policy is None:
                raise RuntimeError(f"{file.name}: {'; '.join(map(str, draft.findings))}")
            found.append(Starter(draft.policy.id, text, draft.policy))
    return tuple(found)


def after(session: Session, cursor: str | None, limit: int) -> Rows[Starter]:
    found = everything()
    if last := sight.after(session, cursor, str):
        found = tuple(one for one in found if one.name > last[0])
    following = sight.cursor_of(session, [found[limit - 1].name]) if len(found) > limit else None
    return Rows(list(found[:limit]), following)


def named(name: str) -> Starter:
    """Raises PolicyNotFound."""
    found = next((one for one in everything() if one.name == name), None)
    if found is None:
        raise PolicyNotFound(
            f"the library has no policy '{name}'", next_step=f"it has: {', '.join(one.name for one in everything())}"
        )
    return found
