"""A cursor is text that anybody can write: whatever it holds, a listing answers, or says that it never gave it out."""

from collections.abc import Iterator
from typing import Any

from mcm.app import build_app
from mcm.paging import encode_cursor
from tests.architecture.layout import application, client
from tests.lab import Lab

_THEN = "2026-01-31T12:00:00.000000Z"
STRANGE: list[Any] = ["", "\0", "x" * 500, _THEN, "0001-01-01", 7, -1, 2**40, 2**63, 1.5, None, True, [1], {}]


def _listings() -> list[str]:
    return sorted(
        path
        for path, methods in application().openapi()["paths"].items()
        if "{" not in path and "cursor" in {one["name"] for one in methods.get("get", {}).get("parameters", [])}
    )


def _cursors() -> Iterator[list[Any]]:
    for one in STRANGE:
        yield from ([one], [one, "x"], ["x", one], [_THEN, one], [one, 1], [1, one], [one] * 3, ["x", one, "x"])
        yield from (["x", "x", one], ["x", _THEN, one], [one] * 4, [one] * 5)


def test_no_cursor_breaks_a_listing(lab: Lab) -> None:
    wrong: dict[str, str] = {}
    with client(build_app(lab.runtime, background=False)) as http:
        assert len(_listings()) > 40
        for path in _listings():
            for values in _cursors():
                answer = http.get(path, params={"cursor": encode_cursor(values)})
                # 422: a number that fits a cursor, and not the column it is compared with.
                if answer.status_code not in (200, 400, 422):
                    wrong[path] = f"{values}: {answer.text}"
            for text in ("nothing", "e30", "!"):
                answer = http.get(path, params={"cursor": text})
                if answer.status_code != 400 or not answer.json()["next_step"]:
                    wrong[path] = f"{text}: {answer.text}"
    assert not wrong, "\n".join(f"{path}: {told}" for path, told in wrong.items())
