"""Query parameters that a route does not know are refused: ignored, a misspelt `dry_run` would change something, and a
filter that is none would answer another question."""

import difflib
from collections.abc import Iterator
from typing import Any

from fastapi import Request
from fastapi.dependencies.models import Dependant

from mcm.errors import UnknownParameter

# What the edge itself reads of any request: the language of a page.
_EVERYWHERE = frozenset({"lang"})
_known: dict[int, tuple[Any, frozenset[str]]] = {}


def require_known(request: Request) -> None:
    """Raises UnknownParameter."""
    given = request.query_params.keys()
    if not given:
        return
    known = _of(request.scope["route"])
    unknown = next((name for name in given if name not in known), None)
    if unknown is None:
        return
    near = difflib.get_close_matches(unknown, known, 1, 0.6)
    names = ", ".join(sorted(known - _EVERYWHERE))
    raise UnknownParameter(
        f"there is no parameter '{unknown[:80]}' here; nothing was done",
        next_step=f"did you mean '{near[0]}'?" if near else f"there are: {names}" if names else "leave it out",
        message_zh=f"此处没有参数“{unknown[:80]}”；未执行任何操作",
        next_step_zh=f"是否想写“{near[0]}”？" if near else f"可用参数：{names}" if names else "请去掉该参数",
        details={"parameter": unknown[:80], "known": sorted(known - _EVERYWHERE)},
    )


def _of(route: Any) -> frozenset[str]:
    """Kept with the route, so that another one at its place in memory is not taken for it."""
    found = _known.get(id(route))
    if found is None or found[0] is not route:
        found = _known[id(route)] = (route, _EVERYWHERE | set(_names(route.dependant)))
    return found[1]


def _names(dependant: Dependant) -> Iterator[str]:
    yield from (field.alias for field in dependant.query_params)
    for one in dependant.dependencies:
        yield from _names(one)
