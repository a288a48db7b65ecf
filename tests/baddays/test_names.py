"""What stands in names, tags and documents is hostile: it is stored, shortened and shown, and stops nothing."""

import unicodedata
from typing import Any

import pytest
from sqlalchemy import select

from mcm.cli.escaping import escaped
from mcm.models import ResourceNative, ResourceTag
from tests.baddays.serving import Served
from tests.lab import Lab

KINDS = ("instance",)
LONG_CJK = "".join(chr(0x4E00 + number * 7 % 20_000) for number in range(5000))
LONG_EMOJI = "".join(chr(0x1F300 + number * 13 % 700) for number in range(5000))
NAMES = {
    "terminal escape": "\x1b[2J\x1b]0;owned\x07 web",
    "C1 escape": "\u009b31m red",
    "right to left": "\u202egnp.exe",
    "isolates": "\u2066\u2069\u200f\u200bweb",
    "line ends": "one\r\ntwo\u2028three",
    "nul": "a\x00b",
    "lone surrogate": "half-\ud83d-emoji",
    "markup": "<script>alert(1)</script>",
    "formula": "=cmd|' /C calc'!A0",
    "statement": "'; DROP TABLE resource; --",
    "format": "%s%n{0}{{}}$HOME",
    "path": "../../etc/passwd",
    "empty": "",
    "blank": " \t ",
    "10 MB": "x" * 10_000_000,
    "long and incompressible": LONG_CJK,
    "long outside the basic plane": LONG_EMOJI,
    "noncharacters": "\ufffe\uffff",
}


def _add(lab: Lab, **document: Any) -> str:
    region = lab.resources()[0].region
    return lab.world().add_instance(region, **document)


@pytest.mark.parametrize("what", NAMES)
def test_hostile_name_is_one_resource_like_any_other(lab: Lab, what: str) -> None:
    lab.account()
    lab.sync(kinds=KINDS)
    before = len(lab.resources())
    native_id = _add(lab, name=NAMES[what])
    outcomes = lab.sync(kinds=KINDS)
    assert outcomes.get("failed", 0) == 0
    assert len(lab.resources()) == before + 1
    row = lab.by_native_id(native_id)
    assert len(row.name) <= 1024
    assert "\0" not in row.name
    # Read again, it is the same and costs no write.
    run = lab.run("instance", row.region)
    assert (run.outcome, run.changed, run.added, run.missing) == ("complete", 0, 0, 0)
    shown = escaped(row.name)
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in shown)


def test_all_of_them_at_once_through_the_api(served: Served, lab: Lab) -> None:
    lab.account()
    lab.sync(kinds=KINDS)
    for name in NAMES.values():
        _add(lab, name=name)
    assert lab.sync(kinds=KINDS).get("failed", 0) == 0
    page = served.get("/api/v1/instances", limit=1000)
    assert page.status_code == 200
    assert len(page.json()["items"]) == len(lab.resources(presence="present"))
    for form in ("csv", "json", "xlsx"):
        assert served.get("/api/v1/resources/export", format=form).status_code == 200


def test_simulated_hostile_cloud_is_read_to_its_end(lab: Lab) -> None:
    lab.account(instances=120, faults="hostile")
    outcomes = lab.sync()
    assert outcomes.get("failed", 0) == 0
    assert len(lab.resources()) == 120
    assert lab.sync().get("failed", 0) == 0
    assert lab.count("resource_version") == 0


@pytest.mark.parametrize(
    "tags",
    [
        {"huge": "v" * 3_000_000},
        {"k" * 3_000_000: "v"},
        {"cjk": LONG_CJK},
        {LONG_CJK: LONG_EMOJI},
        {"": "", "\0": "\0", "\ud800": "\udfff"},
        {f"k{number}": "v" for number in range(3000)},
        {"a" * 1000: "1", "a" * 999 + "b": "2", "a" * 5000: "3"},
    ],
    ids=["value", "key", "incompressible value", "incompressible key", "nothing and worse", "many", "alike"],
)
def test_hostile_tags_stop_nothing(lab: Lab, tags: dict[str, str]) -> None:
    lab.account()
    lab.sync(kinds=KINDS)
    native_id = _add(lab, name="tagged", tags=tags)
    assert lab.sync(kinds=KINDS).get("failed", 0) == 0
    row = lab.by_native_id(native_id)
    with lab.runtime.database.reading() as session:
        stored = session.scalars(select(ResourceTag).where(ResourceTag.resource_id == row.id)).all()
    assert row.tags
    # The rows for searching hold what fits into an index.
    assert all(row.tags[tag.key].startswith(tag.value) for tag in stored)
    assert {key for key in row.tags if len(key) < 100} == {tag.key for tag in stored if len(tag.key) < 100}
    run = lab.run("instance", row.region)
    assert (run.changed, run.outcome) == (0, "complete")


def test_huge_document_is_replaced_by_a_note_of_its_size(lab: Lab) -> None:
    lab.account()
    lab.sync(kinds=KINDS)
    native_id = _add(lab, name="documented", extra=["y" * 1000] * 500)
    assert lab.sync(kinds=KINDS).get("failed", 0) == 0
    with lab.runtime.database.reading() as session:
        stored = session.get_one(ResourceNative, lab.by_native_id(native_id).id)
    assert stored.document["truncated"] is True
    assert stored.document["bytes"] > 500_000


def test_deeply_nested_document_stops_nothing(lab: Lab) -> None:
    lab.account()
    lab.sync(kinds=KINDS)
    nested: Any = "end"
    for _ in range(200):
        nested = {"token": "x", "in": [nested]}
    native_id = _add(lab, name="nested", extra=nested)
    outcomes = lab.sync(kinds=KINDS)
    assert outcomes.get("failed", 0) == 0
    assert lab.by_native_id(native_id).presence == "present"


@pytest.mark.parametrize("created", ["0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59+00:00", "1601-01-01"])
def test_impossible_date_of_birth_stops_nothing(lab: Lab, created: str) -> None:
    """The zero times of the languages that clouds are written in."""
    lab.account()
    lab.sync(kinds=KINDS)
    native_id = _add(lab, name="born", created=created)
    outcomes = lab.sync(kinds=KINDS)
    assert lab.count("sync_run", "outcome = 'failed'") == 0, outcomes
    assert lab.by_native_id(native_id).name == "born"


@pytest.mark.parametrize("native_id", ["i" * 512, LONG_CJK[:512], "a/b c?d#e", "\u202eid"])
def test_odd_id_is_an_id(lab: Lab, native_id: str) -> None:
    lab.account()
    lab.sync(kinds=KINDS)
    _add(lab, id=native_id, name="odd")
    assert lab.sync(kinds=KINDS).get("failed", 0) == 0
    assert lab.by_native_id(native_id).name == "odd"


@pytest.mark.parametrize("native_id", ["", "i" * 513, "i" * 5_000_000])
def test_unusable_id_fails_the_read_and_keeps_what_was(lab: Lab, native_id: str) -> None:
    """Skipping it would call a listing complete that is not."""
    lab.account()
    lab.sync(kinds=KINDS)
    before = lab.dump()
    region = lab.resources()[0].region
    _add(lab, id=native_id, name="odd")
    run = lab.run("instance", region)
    assert (run.outcome, run.error_code) == ("failed", "unexpected_response")
    assert len(run.error_message or "") < 700
    assert lab.dump() == before
