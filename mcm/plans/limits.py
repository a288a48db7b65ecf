"""How wide the belts are in this installation: what `mcm.plans.belts` holds every way of destroying to."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from mcm.db.session import Database
from mcm.settings import Settings

_LIMITS = "plans.limits"


@dataclass(frozen=True)
class Limits:
    """The defaults hold for a session that nobody gave others: the belts are never off by mistake."""

    per_request: int = 20
    per_day: int = 50
    plan_hours: int = 24


def install(database: Database, settings: Settings) -> None:
    """From now on the database's writing sessions know the limits of this installation."""
    database.carried[_LIMITS] = Limits(settings.destroy_per_request, settings.destroy_per_day, settings.plan_hours)


def of(session: Session) -> Limits:
    found = session.info.get(_LIMITS)
    return found if isinstance(found, Limits) else Limits()
