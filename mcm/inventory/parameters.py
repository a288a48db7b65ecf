"""The query parameters that every listing of the inventory shares."""

from typing import Annotated

from fastapi import Depends, Query

from mcm.filters.parser import MAX_LENGTH
from mcm.inventory.query import MAX_SEARCH
from mcm.inventory.service import Question

Filter = Annotated[
    str | None,
    # Longer ones than allowed pass here: the parser's own error is the better one.
    Query(max_length=MAX_LENGTH * 2, description='such as: kind = "instance" AND tags.env = "prod" AND vcpus >= 8'),
]
Search = Annotated[
    str | None, Query(max_length=MAX_SEARCH * 2, description="a part of a name, address, tag or native id; any case")
]
OrderBy = Annotated[str | None, Query(max_length=500, description="such as: name desc, created_at")]
AsOf = Annotated[str | None, Query(max_length=40, description="a past instant (RFC 3339, or a date); default now")]
IncludeGone = Annotated[bool, Query(description="also what is confirmed to be gone")]
Columns = Annotated[
    str | None, Query(max_length=4000, description="comma separated: name, state, vcpus, tags.env, …; default all")
]
ParentNode = Annotated[str | None, Query(max_length=4000, description="id of a node; default the accounts")]


def _question(
    filter: Filter = None,
    search: Search = None,
    order_by: OrderBy = None,
    as_of: AsOf = None,
    include_gone: IncludeGone = False,
) -> Question:
    return Question(filter, search, order_by, as_of, include_gone)


def _unordered(
    filter: Filter = None,
    search: Search = None,
    as_of: AsOf = None,
    include_gone: IncludeGone = False,
) -> Question:
    return Question(filter, search, None, as_of, include_gone)


ListQuestion = Annotated[Question, Depends(_question)]
CountQuestion = Annotated[Question, Depends(_unordered)]
