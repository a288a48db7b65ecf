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


@pytest.fixture
def known(lab: Lab) -> Lab:
    """A small cloud that was read."""
    lab.account(regions="1", instances=10)
    lab.sync(kinds=KINDS)
    return lab


def test_hostile_names_are_resources_like_any_other(served: Served, known: Lab) -> None:
    before = len(known.resources())
    native_ids = {what: _add(known, name=name) for what, name in NAMES.items()}
    run = known.run("instance")
    assert run.outcome == "complete", run.error_message
    assert len(known.resources(presence="present")) == before + len(NAMES)
    for what, native_id in native_ids.items():
        row = known.by_native_id(native_id)
        assert len(row.name) <= 1024, what
        assert "\0" not in row.name, what
        shown = escaped(row.name)
        assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in shown), what
    # Read again, they are the same and cost no write.
    run = known.run("instance")
    assert (run.outcome, run.changed, run.added, run.missing) == ("complete", 0, 0, 0)
    page = served.get("/api/v1/instances", limit=1000)
    assert page.status_code == 200
    assert len(page.json()["items"]) == before + len(NAMES)
    for form in ("csv", "json", "xlsx"):
        assert served.get("/api/v1/resources/export", format=form).status_code == 200


def test_simulated_hostile_cloud_is_read_to_its_end(lab: Lab) -> None:
    lab.account(instances=60, regions="1", faults="hostile")
    outcomes = lab.sync()
    assert outcomes.get("failed", 0) == 0
    assert len(lab.resources()) == 60
    assert lab.sync().get("failed", 0) == 0
    assert lab.count("resource_version") == 0


TAGS: dict[str, dict[str, str]] = {
    "value": {"huge": "v" * 3_000_000},
    "key": {"k" * 3_000_000: "v"},
    "incompressible value": {"cjk": LONG_CJK},
    "incompressible key": {LONG_CJK: LONG_EMOJI},
    "nothing and worse": {"": "", "\0": "\0", "\ud800": "\udfff"},
    "many": {f"k{number}": "v" for number in range(3000)},
    "alike": {"a" * 1000: "1", "a" * 999 + "b": "2", "a" * 5000: "3"},
}


def test_hostile_tags_stop_nothing(known: Lab) -> None:
    native_ids = {what: _add(known, name="tagged", tags=tags) for what, tags in TAGS.items()}
    run = known.run("instance")
    assert run.outcome == "complete", run.error_message
    for what, native_id in native_ids.items():
        row = known.by_native_id(native_id)
        with known.runtime.database.reading() as session:
            stored = session.scalars(select(ResourceTag).where(ResourceTag.resource_id == row.id)).all()
        assert row.tags, what
        # The rows for searching hold what fits into an index.
        assert all(row.tags[tag.key].startswith(tag.value) for tag in stored), what
        assert {key for key in row.tags if len(key) < 100} == {tag.key for tag in stored if len(tag.key) < 100}, what
    run = known.run("instance")
    assert (run.changed, run.outcome) == (0, "complete")


def test_huge_document_is_replaced_by_a_note_of_its_size(known: Lab) -> None:
    native_id = _add(known, name="documented", extra=["y" * 1000] * 500)
    assert known.run("instance").outcome == "complete"
    with known.runtime.database.reading() as session:
        stored = session.get_one(ResourceNative, known.by_native_id(native_id).id)
    assert stored.document["truncated"] is True
    assert stored.document["bytes"] > 500_000


def test_deeply_nested_document_stops_nothing(known: Lab) -> None:
    nested: Any = "end"
    for _ in range(200):
        nested = {"token": "x", "in": [nested]}
    native_id = _add(known, name="nested", extra=nested)
    assert known.run("instance").outcome == "complete"
    assert known.by_native_id(native_id).presence == "present"


def test_impossible_dates_of_birth_stop_nothing(known: Lab) -> None:
    """The zero times of the languages that clouds are written in."""
    dates = ("0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59+00:00", "1601-01-01")
    native_ids = [_add(known, name=f"born {created}", created=created) for created in dates]
    run = known.run("instance")
    assert run.outcome != "failed", run.error_message
    assert [known.by_native_id(one).name for one in native_ids] == [f"born {created}" for created in dates]


def test_odd_id_is_an_id(known: Lab) -> None:
    odd = ["i" * 512, LONG_CJK[:512], "a/b c?d#e", "\u202eid"]
    for native_id in odd:
        _add(known, id=native_id, name="odd")
    run = known.run("instance")
    assert run.outcome == "complete", run.error_message
    assert [known.by_native_id(native_id).name for native_id in odd] == ["odd"] * len(odd)


def test_unusable_id_fails_the_read_and_keeps_what_was(known: Lab) -> None:
    """Skipping it would call a listing complete that is not."""
    before = known.dump()
    for native_id in ("", "i" * 513, "i" * 5_000_000):
        _add(known, id=native_id, name="odd")
        run = known.run("instance")
        assert (run.outcome, run.error_code) == ("failed", "unexpected_response"), len(native_id)
        assert len(run.error_message or "") < 700
        assert known.dump() == before
        known.world().remove(native_id)
