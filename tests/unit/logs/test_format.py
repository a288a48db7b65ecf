"""Log lines for machines: what each holds, and to which request and principal it belongs."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import redirect_stderr
from pathlib import Path

import pytest
from fastapi import FastAPI

from mcm.auth.service import LOCAL_PRINCIPAL
from mcm.cli import logs
from mcm.errors import Unavailable
from mcm.kit import telling
from tests import lab as labs
from tests.baddays.serving import serving


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    made, root = io.StringIO(), logging.getLogger()
    before, level = root.handlers, root.level
    yield made
    root.handlers = before
    root.setLevel(level)


def _configure(stream: io.StringIO, log_format: str) -> None:
    with redirect_stderr(stream):
        logs.configure("INFO", log_format)


def _lines(stream: io.StringIO) -> list[dict[str, str]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_json_lines_hold_time_level_logger_and_one_line_each(stream: io.StringIO) -> None:
    _configure(stream, "json")
    logging.getLogger("mcm.test").warning("two\nlines and \x1b[31m colour")
    try:
        raise ValueError("inner")
    except ValueError:
        logging.getLogger("mcm.test").exception("outer")
    first, second = _lines(stream)
    assert (first["level"], first["logger"], first["message"]) == (
        "WARNING",
        "mcm.test",
        "two\nlines and \x1b[31m colour",
    )
    assert first["time"].endswith("Z")
    assert (first["request_id"], first["principal_id"]) == ("", "")
    assert "ValueError: inner" in second["exception"]
    assert "\x1b" not in stream.getvalue()


@pytest.mark.parametrize("log_format", ["json", "text"])
def test_lines_of_a_request_name_it_and_who_asked(
    stream: io.StringIO, sqlite_template: Path, tmp_path: Path, log_format: str
) -> None:
    lab = labs.make(f"sqlite:///{tmp_path / 'mcm.db'}", tmp_path)
    from mcm.app import prepare

    prepare(lab.runtime)

    def extend(app: FastAPI) -> None:
        from mcm.auth.permissions import Permission
        from mcm.edge.dependencies import authorize

        def failing() -> None:
            logging.getLogger("mcm.test").info("in the endpoint")
            raise Unavailable("on purpose")

        app.add_api_route("/api/v1/failing", failing, dependencies=[authorize(Permission.SYSTEM_READ)])

    _configure(stream, log_format)
    try:
        with serving(lab, extend=extend) as served:
            given = served.http.get("/api/v1/failing", headers={"X-Request-Id": "rq-of-the-test"})
            assert given.status_code == 503
            served.get("/healthz")
    finally:
        lab.close()
    if log_format == "text":
        (line,) = [line for line in stream.getvalue().splitlines() if "in the endpoint" in line]
        assert line.endswith(f"[rq-of-the-test {LOCAL_PRINCIPAL}]")
        return
    told = [line for line in _lines(stream) if line["message"] in ("in the endpoint", "on purpose")]
    assert len(told) == 2
    assert {(line["request_id"], line["principal_id"]) for line in told} == {("rq-of-the-test", LOCAL_PRINCIPAL)}


def test_nothing_is_told_outside_of_requests() -> None:
    telling.note_principal("prn_x")
    assert telling.current() == telling.Told()
