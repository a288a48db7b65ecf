"""Whichever way a page is found, it is the same page; and it is found without reading the whole table."""

import random
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, update

from mcm.db.engine import build_engine
from mcm.db.session import Database
from mcm.inventory import listing, planner, service
from mcm.inventory.service import Question
from mcm.models import Scope
from tests.rooms.inventory.population import RARE, populate

NUMBER = 1500
QUESTIONS = [
    Question(),
    Question(filter="kind = instance"),
    Question(filter="kind = instance AND state = running"),
    Question(filter="state = error"),
    Question(filter='kind = instance AND (state = running OR tags.env = "prod") AND vcpus >= 8'),
    Question(filter="tags.env = prod"),
    Question(filter="tags.campaign = winter"),
    Question(filter="tags:campaign AND tags.team = team-0*"),
    Question(filter="tags.env = nothing"),
    Question(filter='name = "web-bj-*"'),
    Question(filter='name = "needle-*" AND kind = instance'),
    Question(filter="account = aws-production"),
    Question(filter="account = os-beijing-audit"),
    Question(filter="account = os-beijing AND account = os-beijing-audit AND kind = volume"),
    Question(filter="account = os-beijing-audit OR name = nothing"),
    Question(filter="NOT account = os-beijing AND kind = instance AND region = north"),
    Question(filter="account != os-beijing AND kind = port"),
    Question(filter="ownership = hosted AND kind = host"),
    Question(filter="region = west AND kind = volume"),
    Question(filter="region = nowhere"),
    Question(filter="provider = aws AND kind = bucket"),
    Question(filter="project = needles"),
    Question(filter='project = "project-07" AND kind = instance'),
    Question(filter="ip = 192.168.77.*"),
    Question(filter="presence = gone"),
    Question(filter="presence = present AND kind = instance"),
    Question(filter="presence = stale"),
    Question(filter="presence = stale AND kind = instance"),
    Question(filter="presence = unreachable AND account = aws-production"),
    Question(filter="presence != present AND presence != gone AND region = west"),
    Question(filter="presence:a AND kind = port AND region = south"),
    Question(filter="vcpus > 1000"),
    Question(filter="vcpus = 8 AND kind = instance"),
    Question(filter='host = "host-north-007"'),
    Question(search="web"),
    Question(search="needle"),
    Question(search="winter", filter="kind = instance"),
    Question(search="web", include_gone=True),
    Question(order_by="last_changed desc"),
    Question(filter="kind = instance", order_by="created_at desc"),
    Question(filter="tags.env = prod", order_by="name desc"),
    Question(filter="region = south AND kind = image", order_by="name desc"),
]


@pytest.fixture
def populated(database: Database) -> Database:
    made = populate(database.engine, NUMBER)
    with database.writing() as session:
        session.execute(update(Scope).where(Scope.id % 7 == 0).values(as_of=made.now - timedelta(days=1)))
        session.execute(update(Scope).where(Scope.id % 11 == 0).values(status="failing"))
    return database


def _pages(database: Database, question: Question, limit: int, most: int = 1000) -> list[str]:
    found: list[str] = []
    cursor = None
    with database.reading() as session:
        while True:
            page = service.page(session, question, limit, cursor, None)
            found += [item["id"] for item in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None or len(found) >= most:
                return found


def test_every_way_leads_to_the_same_page(populated: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    for question in QUESTIONS:
        monkeypatch.setattr(planner, "plan", lambda *_: planner.Plan())
        monkeypatch.setattr(planner, "walked", lambda _: None)
        plain = _pages(populated, question, 1000, 3000)
        monkeypatch.undo()
        assert _pages(populated, question, 1000, 3000) == plain, question
        assert _pages(populated, question, 7, 70) == plain[: len(_pages(populated, question, 7, 70))], question
        with populated.reading() as session:
            assert service.count(session, question).count == len(plain), question


def test_a_page_is_not_what_a_small_window_saw(populated: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL looks at a window of the order first; what lies behind it must not be lost."""
    for question in QUESTIONS:
        whole = _pages(populated, question, 20, 100)
        monkeypatch.setattr(listing, "_WINDOW", 10)
        assert _pages(populated, question, 20, 100) == whole, question
        monkeypatch.undo()


def test_rare_things_are_all_found(populated: Database) -> None:
    for asked in ("tags.campaign = winter", "project = needles", 'name = "needle-*"', "ip = 192.168.77.*"):
        assert len(_pages(populated, Question(filter=asked), 3)) == RARE
    assert len(_pages(populated, Question(search="needle"), 3)) == RARE


@pytest.mark.parametrize("question", QUESTIONS[:10] + QUESTIONS[11:23], ids=lambda question: str(question.filter))
def test_the_table_is_not_read_through(tmp_path: Path, sqlite_template: Path, question: Question) -> None:
    """SQLite says how it will read; the first page of these may not scan what has no order of its own."""
    file = tmp_path / "mcm.db"
    shutil.copy(sqlite_template, file)
    database = Database(build_engine(f"sqlite:///{file}"))
    populate(database.engine, 300, seed=random.Random(1).randrange(9))
    plans: list[str] = []

    @event.listens_for(database.engine, "before_cursor_execute")
    def _explain(connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith("SELECT") and "resource" in statement:
            raw = connection.connection.driver_connection
            plans.extend(row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {statement}", parameters))

    with database.reading() as session:
        service.page(session, question, 50, None, None)
    database.dispose()
    assert plans
    assert not [
        step for step in plans if step in ("SCAN resource", "SCAN x", "SCAN y", "SCAN resource_tag", "SCAN sighting")
    ]
