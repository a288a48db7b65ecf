"""Cursor paging as a request asks for it; what an endpoint answers with comes along."""

from typing import Annotated

from fastapi import Query

from mcm.paging import Page, after, encode_cursor, page_of_few

__all__ = ["MAX_LIMIT", "Cursor", "Limit", "Page", "after", "encode_cursor", "page_of_few"]

MAX_LIMIT = 1000
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="rows in this page")]
Cursor = Annotated[str | None, Query(max_length=4000, description="`next_cursor` of the page before")]
