"""A NUL character, which PostgreSQL cannot hold, is refused wherever it stands; what the database refuses is no 500."""

from typing import Any

import pytest
from sqlalchemy import text

from mcm.edge.headers import _limited
from tests.baddays.serving import Served
from tests.lab import Lab

_NAMED = {"name": "a\0b", "provider": "simulated", "ownership": "private", "secrets": {"token": "x"}}


@pytest.mark.parametrize(
    "path",
    ["/api/v1/accounts/a%00b", "/api/v1/resources?filter=name%20%3D%20%22a%00b%22", "/api/v1/resources?search=%00",
     "/api/v1/users/%00", "/api/v1/audit/events?action=a%00", "/nowhere%00"],
)  # fmt: skip
def test_in_a_path_or_query(served_lab: Served, path: str) -> None:
    answer = served_lab.http.get(path)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    assert "NUL" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/v1/accounts?check=false", _NAMED),
        ("POST", "/api/v1/accounts?check=false", _NAMED | {"name": "ab", "config": {"regions": "\0"}}),
        ("POST", "/api/v1/tenants", {"name": "a", "kind": "a\0"}),
        ("POST", "/api/v1/users", {"name": "anna", "full_name": "\0", "password": None}),
        ("POST", "/api/v1/auth/login", {"name": "\0", "password": "x"}),
    ],
)
def test_in_a_json_body(served_lab: Served, lab: Lab, method: str, path: str, body: Any) -> None:
    answer = served_lab.send(method, path, body)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    assert lab.count("account") == 0


def test_in_a_form(served_lab: Served) -> None:
    answer = served_lab.http.post("/login", data={"name": "\0", "password": "some words in a row"})
    assert answer.status_code in (401, 422)


def test_what_only_looks_like_one_is_taken(served_lab: Served) -> None:
    answer = served_lab.send("POST", "/api/v1/tenants", {"name": "a\\u0000b"})
    assert answer.status_code == 201, answer.text
    assert answer.json()["name"] == "a\\u0000b"


async def _received(*bodies: bytes) -> None:
    messages = iter([{"type": "http.request", "body": body, "more_body": True} for body in bodies])

    async def receive() -> Any:
        return next(messages)

    receiving = _limited(receive)
    for _ in bodies:
        await receiving()


def test_between_two_pieces_of_a_body() -> None:
    import asyncio

    from starlette.exceptions import HTTPException

    for cut in range(1, 6):
        with pytest.raises(HTTPException):
            asyncio.run(_received(b'{"name": "' + b"\\u0000"[:cut], b"\\u0000"[cut:] + b'"}'))
    asyncio.run(_received(b'{"name": "\\', b'\\u0000"}'))


@pytest.mark.only_on("postgresql")
def test_a_value_that_the_database_refuses_is_the_callers(lab: Lab, request: pytest.FixtureRequest) -> None:
    from fastapi import FastAPI

    from tests.baddays.serving import serving

    def extend(app: FastAPI) -> None:
        @app.get("/test/large")
        def large() -> None:
            with lab.runtime.database.reading() as session:
                session.execute(text("SELECT 1 FROM scope WHERE id = CAST('99999999999999999999' AS bigint)"))

    with serving(lab, extend=extend) as made:
        answer = made.http.get("/test/large")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert "bigint" not in answer.text
