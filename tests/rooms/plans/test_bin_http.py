"""The recycle bin and dates of retirement over HTTP: in pages, and with dry runs."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from mcm.kit import clock
from mcm.models import Operation
from tests.baddays.serving import Served
from tests.lab import Lab
from tests.rooms.plans.test_http import _ids, lab, served

__all__ = ["lab", "served"]


def _pages(served: Served, path: str, **params: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor, rounds = None, 0
    while cursor or not rounds:
        answer = served.get(path, limit=2, **params, **({"cursor": cursor} if cursor else {})).json()
        assert len(answer["items"]) <= 2
        found += answer["items"]
        cursor, rounds = answer["next_cursor"], rounds + 1
    return found


@pytest.fixture
def binned(lab: Lab, served: Served) -> list[str]:
    """Their ids in the bin, the next to be deleted first; two of them at the same time."""
    made = [
        served.send("POST", "/api/v1/recycled", {"resource": ident, "days": days, "note": "old"}).json()
        for ident, days in zip(_ids(lab, 5), (9, 2, 4, 30, 3), strict=True)
    ]
    return [one["id"] for one in sorted(made, key=lambda one: one["delete_at"])]


def test_the_bin_is_read_page_by_page(served: Served, binned: list[str]) -> None:
    assert [one["id"] for one in _pages(served, "/api/v1/recycled")] == binned
    ended = served.send("POST", f"/api/v1/recycled/{binned[1]}/restore")
    assert ended.status_code == 200, ended.text
    assert [one["id"] for one in _pages(served, "/api/v1/recycled")] == [binned[0], *binned[2:]]
    assert [one["id"] for one in _pages(served, "/api/v1/recycled", ended=True)] == binned[::-1]


@pytest.mark.parametrize(("verb", "status"), [("restore", "restored"), ("delete", "deleting")])
def test_a_dry_run_leaves_it_in_the_bin(lab: Lab, served: Served, binned: list[str], verb: str, status: str) -> None:
    with lab.runtime.database.writing() as session:
        session.execute(update(Operation).values(status="succeeded", holds=None, next_at=None))
    before = lab.count("operation"), lab.count("audit_event")
    told = served.send("POST", f"/api/v1/recycled/{binned[0]}/{verb}?dry_run=true")
    assert told.status_code == 200, told.text
    assert (told.json()["dry_run"], told.json()["status"]) == (True, status)
    assert served.get(f"/api/v1/recycled/{binned[0]}").json()["status"] == "kept"
    assert (lab.count("operation"), lab.count("audit_event")) == before
    assert served.send("POST", f"/api/v1/recycled/{binned[0]}/{verb}").json()["status"] == status
    again = served.send("POST", f"/api/v1/recycled/{binned[0]}/{verb}?dry_run=true")
    assert again.status_code == 409, again.text


def test_retirements_are_read_page_by_page(lab: Lab, served: Served) -> None:
    ids = _ids(lab, 5)
    for ident, days in zip(ids, (9, 2, 4, 30, 2), strict=True):
        at = (clock.now().replace(microsecond=0) + timedelta(days=days)).isoformat()
        answer = served.send("PUT", f"/api/v1/resources/{ident}/retirement", {"retire_at": at})
        assert answer.status_code == 200, answer.text
    found = _pages(served, "/api/v1/retirements")
    assert sorted(one["resource_id"] for one in found) == sorted(ids)
    assert [one["retire_at"] for one in found] == sorted(one["retire_at"] for one in found)
