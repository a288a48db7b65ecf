"""Many writers at once make one unbroken chain, and reading it meanwhile sees one state of it."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from sqlalchemy import text

from mcm.audit import segments
from mcm.audit import service as audit
from mcm.auditlog import service
from mcm.auth.service import local_caller
from mcm.db.engine import build_engine
from mcm.db.session import Database
from mcm.settings import Settings
from mcm.vault import Vault
from tests.rooms.auditlog.world import Trail

THREADS, CHANGES = 8, 50


def _writer(url: str, directory: Path, number: int, start: Barrier) -> None:
    """With an engine and a vault of its own, as another process has."""
    database = Database(build_engine(url, pool_size=1))
    audit.install(database, Vault(directory / "master.key"))
    caller = local_caller(f"writer-{number}", f"rq_{number}")
    start.wait()
    for count in range(CHANGES):
        with database.writing(durable=False) as session:
            session.execute(text("SELECT count(*) FROM tenant"))
            audit.record(session, caller, "thing.update", "thing", f"{number}-{count}", phase="intent", outcome="sent")
            audit.record(session, caller, "thing.update", "thing", f"{number}-{count}")
        if number == 0 and count % 10 == 9:
            with database.writing() as session:
                segments.seal_due(session, most_rows=20)
    database.dispose()


def test_writers_at_once_make_one_chain(trail: Trail, database_url: str, tmp_path: Path) -> None:
    """From the very first row on: who comes first begins the chain. Segments are sealed meanwhile."""
    start = Barrier(THREADS)
    with ThreadPoolExecutor(THREADS) as pool:
        for done in [pool.submit(_writer, database_url, tmp_path, number, start) for number in range(THREADS)]:
            done.result()
    rows = trail.rows()
    assert [row["seq"] for row in rows] == list(range(1, THREADS * CHANGES * 2 + 1))
    assert len({row["target_id"] for row in rows}) == THREADS * CHANGES
    for one, other in zip(rows[::2], rows[1::2], strict=True):
        assert one["target_id"] == other["target_id"], "rows of one transaction stand together"
    report = trail.verify()
    assert (report.finding, report.rows) == (None, len(rows))
    assert report.segments >= 4


def test_verifying_while_others_write_finds_nothing(trail: Trail, database_url: str, tmp_path: Path) -> None:
    trail.write(5)
    start = Barrier(3)
    with ThreadPoolExecutor(2) as pool:
        writers = [pool.submit(_writer, database_url, tmp_path, number, start) for number in range(2)]
        start.wait()
        answers = []
        while not all(writer.done() for writer in writers):
            with trail.database.reading() as session:
                answers.append(service.verified(session, Settings(data_dir=tmp_path), trail.vault, [trail.head()]))
        for writer in writers:
            writer.result()
    assert answers
    assert [answer.finding for answer in answers if answer.finding and answer.finding.kind != "truncated"] == []
