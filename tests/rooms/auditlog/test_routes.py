"""The audit trail over HTTP: lists, exports, segments, head and verification."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from mcm.app import build_app
from mcm.audit import service as audit
from mcm.auditlog.cadf import TYPE_URI
from mcm.auth.service import Caller
from mcm.kit import clock
from tests import lab as labs
from tests.architecture.layout import client
from tests.lab import Lab
from tests.rooms.auditlog.world import Trail

_USER = Caller("prn_1", "ten_1", "李雷", "10.1.2.3", "rq_user_1", "token", token_id="tok_1")


@pytest.fixture
def lab(database_url: str, tmp_path: Path) -> Iterator[Lab]:
    made = labs.make(database_url, tmp_path)
    yield made
    made.close()


@pytest.fixture
def http(lab: Lab) -> Iterator[httpx.Client]:
    """After three rows of the local principal and two of a user."""
    Trail(lab.runtime.database, lab.runtime.settings.directory).write(3, "thing.update", note="x")
    with lab.runtime.database.writing() as session:
        audit.record(session, _USER, "instance.stop", "instance", "i-1", phase="intent", outcome="sent")
        audit.record(session, _USER, "instance.stop", "instance", "i-1", outcome="failed", provider_request_id="req-7")
    with client(build_app(lab.runtime, background=False)) as connected:
        yield connected


def _get(http: httpx.Client, path: str, **params: Any) -> Any:
    answer = http.get(f"/api/v1/audit/{path}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def _seqs(http: httpx.Client, **params: Any) -> list[int]:
    return [item["seq"] for item in _get(http, "events", **params)["items"]]


def test_list_is_newest_first_and_pages(http: httpx.Client) -> None:
    assert _seqs(http) == [5, 4, 3, 2, 1]
    first = _get(http, "events", limit=2)
    second = _get(http, "events", limit=2, cursor=first["next_cursor"])
    third = _get(http, "events", limit=2, cursor=second["next_cursor"])
    assert [[item["seq"] for item in page["items"]] for page in (first, second, third)] == [[5, 4], [3, 2], [1]]
    assert third["next_cursor"] is None


def test_item_tells_everything(http: httpx.Client) -> None:
    item = _get(http, "events", limit=1)["items"][0]
    assert (item["principal_id"], item["principal_name"], item["method"]) == ("prn_1", "李雷", "token")
    assert (item["token_id"], item["source"], item["tenant_id"]) == ("tok_1", "10.1.2.3", "ten_1")
    assert (item["action"], item["target_kind"], item["target_id"]) == ("instance.stop", "instance", "i-1")
    assert (item["phase"], item["outcome"]) == ("result", "failed")
    assert (item["request_id"], item["provider_request_id"]) == ("rq_user_1", "req-7")
    assert len(item["mac"]) == 64


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"principal": "prn_1"}, [5, 4]),
        ({"principal": "李雷"}, [5, 4]),
        ({"principal": "nobody"}, []),
        ({"action": "thing.update"}, [3, 2, 1]),
        ({"action": "instance.*"}, [5, 4]),
        ({"action": "%*"}, []),
        ({"target": "i-1"}, [5, 4]),
        ({"target": "instance:i-1"}, [5, 4]),
        ({"target": "thing:i-1"}, []),
        ({"result": "failed"}, [5]),
        ({"request_id": "rq_user_1", "result": "sent"}, [4]),
        ({"since": "0001-01-01T00:00:00+14:00", "until": "9999-12-31T23:59:59-14:00"}, [5, 4, 3, 2, 1]),
    ],
)
def test_filters(http: httpx.Client, filters: dict[str, str], expected: list[int]) -> None:
    assert _seqs(http, **filters) == expected


def test_times_are_from_and_before(http: httpx.Client) -> None:
    at = _get(http, "events", target="t1")["items"][0]["at"]
    assert _seqs(http, since=at) == [5, 4, 3, 2]
    assert _seqs(http, until=at) == [1]
    assert _seqs(http, since=clock.to_text(clock.now() + timedelta(days=1))) == []


@pytest.mark.parametrize(
    "params", [{"since": "yesterday"}, {"since": "2026-01-01T00:00:00"}, {"limit": 0}, {"limit": 1001}]
)
def test_wrong_question_is_refused(http: httpx.Client, params: dict[str, Any]) -> None:
    assert http.get("/api/v1/audit/events", params=params).status_code == 422


@pytest.mark.parametrize("cursor", ["x", "W10", "WyJhIl0", "W251bGxd", "Wzk5OTk5OTk5OTk5OTk5OTk5OTk5OTld"])
def test_wrong_cursor_harms_nothing(http: httpx.Client, cursor: str) -> None:
    for path in ("events", "segments"):
        assert http.get(f"/api/v1/audit/{path}", params={"cursor": cursor}).status_code in (200, 400)


def test_reading_is_not_recorded_but_taking_along_is(http: httpx.Client) -> None:
    for path in ("events", "segments", "head", "verify"):
        _get(http, path)
    assert _seqs(http) == [5, 4, 3, 2, 1]
    assert http.get("/api/v1/audit/export").status_code == 200
    taken = _get(http, "events", action="audit.export")["items"]
    assert [(item["phase"], item["outcome"]) for item in taken] == [("result", "succeeded"), ("intent", "sent")]
    assert taken[0]["details"] == {"format": "json", "up_to": 5, "rows": 5}


def _exported(http: httpx.Client, **params: str) -> list[dict[str, Any]]:
    answer = http.get("/api/v1/audit/export", params=params)
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert "attachment" in answer.headers["content-disposition"]
    return [json.loads(line) for line in answer.text.splitlines()]


def test_json_export_is_the_list_oldest_first(http: httpx.Client) -> None:
    listed = _get(http, "events")["items"][::-1]
    assert _exported(http) == listed
    assert [row["seq"] for row in _exported(http, action="instance.*")] == [4, 5]


def test_cadf_export_has_the_shape_of_the_standard(http: httpx.Client) -> None:
    events = _exported(http, format="cadf")
    assert len(events) == 5
    for event in events:
        assert (event["typeURI"], event["eventType"]) == (TYPE_URI, "activity")
        mandatory = {"id", "eventTime", "action", "outcome", "initiator", "target", "observer"}
        assert mandatory <= set(event)
        for resource in ("initiator", "target", "observer"):
            assert event[resource]["id"]
            assert event[resource]["typeURI"]
    assert len({event["id"] for event in events}) == 5
    intent, result = events[3:]
    assert (intent["outcome"], result["outcome"], result["action"]) == ("pending", "failure", "stop")
    assert result["initiator"]["host"] == {"address": "10.1.2.3"}
    assert result["initiator"]["name"] == "李雷"
    assert result["reason"] == {"reasonType": "mcm", "reasonCode": "failed"}
    assert result["attachments"][0]["content"]["provider_request_id"] == "req-7"


def test_unknown_format_is_refused(http: httpx.Client) -> None:
    assert http.get("/api/v1/audit/export", params={"format": "xml"}).status_code == 422
    assert _seqs(http, action="audit.export") == []


def test_large_export_is_whole(http: httpx.Client, lab: Lab) -> None:
    with lab.runtime.database.writing() as session:
        for number in range(1500):
            audit.record(session, _USER, "thing.update", "thing", f"many-{number}")
    assert [row["seq"] for row in _exported(http)] == list(range(1, 1506))


def test_segments_tell_their_state(http: httpx.Client, lab: Lab) -> None:
    trail = Trail(lab.runtime.database, lab.runtime.settings.directory)
    trail.seal()
    trail.prune()
    trail.prune()
    items = _get(http, "segments")["items"]
    assert [(item["number"], item["state"], item["rows"]) for item in items] == [
        (2, "open", 1), (1, "pruned", 5), (0, "pruned", 0),
    ]  # fmt: skip
    assert "key" not in json.dumps(items).replace("master_key_id", "")


def test_verify_tells_what_it_proved_and_what_is_wrong(http: httpx.Client, lab: Lab) -> None:
    line = _get(http, "head")["line"]
    answer = _get(http, "verify", head=[line, "torn"])
    assert (answer["ok"], answer["finding"], answer["rows"], answer["heads"]) == (True, None, 5, 1)
    assert (answer["unreadable"], answer["guarded"]) == ([2], True)
    trail = Trail(lab.runtime.database, lab.runtime.settings.directory)
    trail.intrude("UPDATE audit_event SET outcome = 'succeeded' WHERE seq = 5")
    answer = _get(http, "verify")
    assert (answer["ok"], answer["finding"]["kind"], answer["finding"]["seq"]) == (False, "changed", 5)
    assert _get(http, "verify", head=[line], only_heads=True)["ok"], "the heads alone are compared with stored codes"


def test_missing_triggers_are_told(http: httpx.Client, lab: Lab) -> None:
    on = " ON audit_event" if lab.runtime.database.dialect == "postgresql" else ""
    with lab.runtime.database.engine.begin() as connection:
        connection.exec_driver_sql(f"DROP TRIGGER audit_event_update{on}")
    answer = _get(http, "verify")
    assert (answer["ok"], answer["guarded"]) == (True, False)


def test_head_before_the_first_change_is_none(lab: Lab) -> None:
    with client(build_app(lab.runtime, background=False)) as http:
        assert _get(http, "head") == {"line": None, "segment": None, "seq": None}
        assert _get(http, "verify")["ok"]


def test_server_compares_with_its_own_file(database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "heads.jsonl"
    made = labs.make(database_url, tmp_path, audit_head_file=file)
    trail = Trail(made.runtime.database, tmp_path)
    trail.write(3)
    file.write_text(f"{trail.head()}\n")
    trail.intrude(
        "DELETE FROM audit_event WHERE seq > 2",
        "UPDATE audit_segment SET last_seq = 2, head = (SELECT mac FROM audit_event WHERE seq = 2) WHERE number = 1",
    )
    with client(build_app(made.runtime, background=False)) as http:
        answer = _get(http, "verify")
    made.close()
    assert (answer["ok"], answer["finding"]["kind"], answer["finding"]["seq"]) == (False, "truncated", 3)
