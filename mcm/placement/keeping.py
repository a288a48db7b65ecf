"""Places as JSON and back, without loss: what a decision was made of must be what it is made of again."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from mcm.placement.locations import Location, Measure


def kept(location: Location) -> dict[str, Any]:
    found = {one.name: getattr(location, one.name) for one in fields(Location)}
    found["labels"], found["stale"] = list(location.labels), list(location.stale)
    found["as_of"] = _text(location.as_of)
    found["measures"] = {
        name: [
            {one.name: getattr(each, one.name) for one in fields(Measure)} | {"as_of": _text(each.as_of)}
            for each in measures
        ]
        for name, measures in sorted(location.measures.items())
    }
    found["reserved"] = dict(sorted(location.reserved.items()))
    found["area_reserved"] = dict(sorted(location.area_reserved.items()))
    return found


def rebuilt(found: Mapping[str, Any]) -> Location:
    """What a later version knows besides is left at its default."""
    known = {one.name: found[one.name] for one in fields(Location) if one.name in found}
    known["labels"], known["stale"] = tuple(found["labels"]), tuple(found["stale"])
    known["as_of"] = _instant(found["as_of"])
    known["measures"] = {
        name: tuple(Measure(**{**each, "as_of": _instant(each["as_of"])}) for each in measures)
        for name, measures in found["measures"].items()
    }
    return Location(**known)


def _text(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text is not None else None
