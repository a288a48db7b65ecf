"""The population that benchmarks use is the same for the same seed and consistent in itself."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from mcm.db.engine import build_engine
from mcm.db.session import Database
from mcm.inventory import service
from mcm.inventory.service import Question
from mcm.models import RelationRow, ResourceRow, ResourceTag, Scope, Sighting
from mcm.models.every import Base
from tests.rooms.inventory.population import RARE, populate


def test_it_is_consistent(database: Database) -> None:
    made = populate(database.engine, 2000)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ResourceRow)) == 2000
        assert session.scalar(select(func.count(ResourceRow.kind.distinct()))) == 19
        living = session.scalar(select(func.count()).where(ResourceRow.presence != "gone"))
        assert session.scalar(select(func.count(Sighting.resource_id.distinct()))) == living
        assert session.scalar(select(func.sum(Scope.resources))) == session.scalar(
            select(func.count()).select_from(Sighting)
        )
        tagged = session.scalar(select(func.count()).where(ResourceTag.key == "campaign"))
        assert tagged == RARE
        assert (session.scalar(select(func.count()).select_from(RelationRow)) or 0) > 2000
        strays = select(func.count()).where(ResourceRow.scope_id.not_in(list(made.scopes.values())))
        assert session.scalar(strays) == 0
        answer = service.count(session, Question())
        assert (answer.count, answer.complete) == (living, True)


def test_it_is_the_same_again_for_the_same_seed(database: Database, tmp_path: Path) -> None:
    other = Database(build_engine(f"sqlite:///{tmp_path / 'other.db'}"))
    Base.metadata.create_all(other.engine)
    now = datetime(2026, 1, 1, tzinfo=UTC)
    populate(database.engine, 300, now=now)
    populate(other.engine, 300, now=now)
    assert _rows(database) == _rows(other)
    other.dispose()


def _rows(database: Database) -> list[tuple[object, ...]]:
    columns = (ResourceRow.id, ResourceRow.name, ResourceRow.tags, ResourceRow.attributes, ResourceRow.valid_from)
    with database.reading() as session:
        return [tuple(row) for row in session.execute(select(*columns).order_by(ResourceRow.id))]
