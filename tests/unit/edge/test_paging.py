"""A short list is given out in pages like any other."""

from typing import Any

import pytest

from mcm.errors import BadRequest
from mcm.paging import page_of_few
from tests.baddays.serving import Served

WORDS = ["c", "a", "d", "b"]


def _pages(limit: int) -> list[list[str]]:
    found: list[list[str]] = []
    cursor: str | None = None
    while not found or cursor:
        page = page_of_few(WORDS, limit, cursor, str)
        found.append(page.items)
        cursor = page.next_cursor
    return found


@pytest.mark.parametrize(
    ("limit", "pages"), [(1, [["c"], ["a"], ["d"], ["b"]]), (3, [["c", "a", "d"], ["b"]]), (4, [WORDS]), (9, [WORDS])]
)
def test_every_item_is_on_one_page_in_the_lists_order(limit: int, pages: list[list[str]]) -> None:
    assert _pages(limit) == pages


def test_an_empty_list_has_one_empty_page() -> None:
    assert (page_of_few([], 5, None, str).items, page_of_few([], 5, None, str).next_cursor) == ([], None)


def test_what_the_page_before_ended_with_may_have_gone() -> None:
    cursor = page_of_few(WORDS, 2, None, str).next_cursor
    assert page_of_few(["c", "a", "aa", "b"], 2, cursor, str).items == ["aa", "b"]
    with pytest.raises(BadRequest, match="no longer there"):
        page_of_few(["c", "d", "b"], 2, cursor, str)


@pytest.mark.parametrize("path", ["/api/v1/providers", "/api/v1/roles"])
def test_pages_of_a_short_listing_are_the_whole(served: Served, path: str) -> None:
    whole: list[Any] = served.get(path).json()["items"]
    assert len(whole) > 3
    found: list[Any] = []
    cursor = None
    while not found or cursor:
        page = served.get(path, limit=2, **({"cursor": cursor} if cursor else {})).json()
        found += page["items"]
        cursor = page["next_cursor"]
    assert found == whole
