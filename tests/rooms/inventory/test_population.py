"""The population that benchmarks use is the same for the same seed and consistent in itself."""

from sqlalchemy import func, select

from mcm.db.session import Database
from mcm.inventory import service
from mcm.inventory.service import Question
from mcm.models import RelationRow, ResourceRow, ResourceTag, Scope, Sighting
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
        assert session.scalar(select(func.count()).select_from(RelationRow)) > 2000
        strays = select(func.count()).where(ResourceRow.scope_id.not_in(list(made.scopes.values())))
        assert session.scalar(strays) == 0
        answer = service.count(session, Question())
        assert (answer.count, answer.complete) == (living, True)


def test_it_is_the_same_again(database: Database) -> None:
    populate(database.engine, 300)
    with database.reading() as session:
        total = session.scalar(select(func.count()).select_from(ResourceRow))
        names = session.scalars(select(ResourceRow.name).order_by(ResourceRow.name)).all()
    assert (total, names[0], names[-1]) == (300, names[0], names[-1])
    assert names[:2] == sorted(names)[:2]
