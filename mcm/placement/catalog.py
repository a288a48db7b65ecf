"""What each account's region has to make an instance from: the image that is meant, the smallest flavor that fits.

Ranked by the database; of every account and region only the first few come back.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, literal_column, or_, select, tuple_
from sqlalchemy.orm import Session

from mcm.filters.json_values import json_values
from mcm.filters.text_sql import contains
from mcm.models import ResourceRow, Sighting
from mcm.placement.demand import Need
from mcm.workloads.documents import Tier

_R = ResourceRow.__table__
_LIVING = _R.c.presence != literal_column("'gone'")
_OPEN = ("public", "shared", "community")
_ARCHITECTURES = {"x86_64": ("x86_64", "amd64", "x86", "x64"), "arm64": ("arm64", "aarch64", "armv8")}
_FIRST = 8
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Image:
    native_id: str
    name: str
    region: str
    min_disk_gib: float
    size_gib: float


@dataclass(frozen=True, slots=True)
class Flavor:
    native_id: str
    name: str
    vcpus: float
    memory_gib: float
    disk_gib: float
    gpus: float


def images(session: Session, tier: Tier, homes: Collection[Key]) -> dict[Key, list[Image]]:
    """By (account, region): those of the tier's family, the best match and the newest first. homes: (account, project)
    whose own ones count too. An empty region: everywhere in the account."""
    json = json_values(session.get_bind().dialect.name)
    family = (tier.image_family or "").strip().lower()

    def text(name: str) -> ColumnElement[Any]:
        return json.scalar(_R.c.attributes, name, "text")

    name = func.lower(_R.c.name)
    if family:
        words = family.replace("-", " ")
        meant = or_(name == family, contains(_R.c.search, family), contains(func.lower(text("os_name")), words))
    else:
        meant = text("os_family") == tier.operating_system
    exact = case((name == family, 0), else_=1)
    architecture = func.lower(text("architecture"))
    fits = or_(architecture.is_(None), architecture.in_(_ARCHITECTURES[tier.architecture]))
    rank = func.row_number().over(
        partition_by=(Sighting.account_id, _R.c.region),
        order_by=(exact, case((architecture.is_(None), 1), else_=0), _R.c.created_at.desc(), _R.c.name.desc(), _R.c.id),
    )
    numbers = [json.scalar(_R.c.attributes, one, "number") for one in ("min_disk_gib", "size_gib", "min_memory_mib")]
    query = _offered(
        select(
            *(Sighting.account_id, _R.c.region, _R.c.native_id, _R.c.name),
            *(number.label(label) for number, label in zip(numbers, ("min_disk", "size", "min_memory"), strict=True)),
            rank.label("rank"),
        ),
        "image", json, homes,
    ).where(meant, fits, or_(numbers[2].is_(None), numbers[2] <= float(tier.memory_gib) * 1024))  # fmt: skip
    found: dict[Key, list[Image]] = {}
    for row in _first(session, query):
        made = Image(row.native_id, row.name, row.region, float(row.min_disk or 0), float(row.size or 0))
        found.setdefault((row.account_id, row.region), []).append(made)
    return found


def flavors(session: Session, tier: Tier, need: Need, homes: Collection[Key]) -> dict[Key, list[Flavor]]:
    """By (account, region): those with at least what is needed, the smallest first."""
    json = json_values(session.get_bind().dialect.name)

    def number(name: str) -> ColumnElement[Any]:
        return json.scalar(_R.c.attributes, name, "number")

    vcpus, memory = number("vcpus"), number("memory_mib")
    disk, gpus = func.coalesce(number("local_disk_gib"), 0.0), func.coalesce(number("gpu_count"), 0.0)
    architecture = func.lower(json.scalar(_R.c.attributes, "architecture", "text"))
    fits = [
        vcpus >= need.vcpus,
        memory >= need.memory_gib * 1024,
        gpus >= need.gpus,
        or_(architecture.is_(None), architecture.in_(_ARCHITECTURES[tier.architecture])),
    ]
    if tier.gpu_model:
        fits.append(contains(func.lower(json.scalar(_R.c.attributes, "gpu_model", "text")), tier.gpu_model.lower()))
    rank = func.row_number().over(
        partition_by=(Sighting.account_id, _R.c.region), order_by=(gpus, vcpus, memory, disk, _R.c.name, _R.c.id)
    )
    query = _offered(
        select(
            *(Sighting.account_id, _R.c.region, _R.c.native_id, _R.c.name),
            *(vcpus.label("vcpus"), memory.label("memory_mib"), disk.label("disk"), gpus.label("gpus")),
            rank.label("rank"),
        ),
        "flavor", json, homes,
    ).where(*fits)  # fmt: skip
    found: dict[Key, list[Flavor]] = {}
    for row in _first(session, query):
        made = Flavor(
            row.native_id, row.name, float(row.vcpus), float(row.memory_mib) / 1024, float(row.disk), float(row.gpus)
        )
        found.setdefault((row.account_id, row.region), []).append(made)
    return found


def networks(session: Session, homes: Collection[Key]) -> dict[Key, list[str]]:
    """By (account, region): native ids of inner networks one could be in, at most two, as one of several is nobody's
    to choose but a person's."""
    json = json_values(session.get_bind().dialect.name)
    outside = func.coalesce(json.scalar(_R.c.attributes, "external", "boolean"), "false")
    rank = func.row_number().over(partition_by=(Sighting.account_id, _R.c.region), order_by=(_R.c.name, _R.c.id))
    columns = (Sighting.account_id, _R.c.region, _R.c.native_id, rank.label("rank"))
    query = _offered(select(*columns), "network", json, homes).where(outside != "true")
    found: dict[Key, list[str]] = {}
    for row in _first(session, query, 2):
        found.setdefault((row.account_id, row.region), []).append(row.native_id)
    return found


def chosen(images: Sequence[Image], flavors: Sequence[Flavor] | None, disk_gib: float, *, own_disk: bool) -> tuple[
    Image | None, Flavor | None
]:  # fmt: skip
    """The first image with the first flavor it runs on. flavors None: sizes are free there. own_disk: the first disk is
    as large as the flavor says; one without takes whatever is needed."""
    for image in images:
        if flavors is None:
            return image, None
        for flavor in flavors:
            least = max(disk_gib, image.min_disk_gib, image.size_gib)
            if not own_disk or not flavor.disk_gib or flavor.disk_gib >= least:
                return image, flavor
    return (images[0] if images else None), None


def _offered(query: Select[Any], kind: str, json: Any, homes: Collection[Key]) -> Select[Any]:
    """Open to all, or of the account's own project."""
    visibility = json.scalar(_R.c.attributes, "visibility", "text")
    shared = json.scalar(_R.c.attributes, "shared", "boolean")
    keys = sorted(homes)
    mine = [_R.c.project.is_(None)]
    if keys:
        mine.append(tuple_(Sighting.account_id, _R.c.project_name).in_(keys))
        mine.append(tuple_(Sighting.account_id, _R.c.project).in_(keys))
    if kind == "network":
        usable: ColumnElement[bool] = or_(shared == "true", and_(shared.is_(None), literal(True)), *mine)
    else:
        usable = or_(visibility.is_(None), visibility.in_(_OPEN), *mine)
    return (
        query.select_from(_R)
        .join(Sighting, Sighting.resource_id == _R.c.id)
        .where(
            _R.c.kind == kind, _LIVING, _R.c.presence == "present", _R.c.state.in_(("available", "unknown")),
            Sighting.missing_since.is_(None), usable,
        )
    )  # fmt: skip


def _first(session: Session, query: Select[Any], number: int = _FIRST) -> Sequence[Any]:
    ranked = query.subquery()
    kept = select(ranked).where(ranked.c.rank <= number).order_by(ranked.c.account_id, ranked.c.region, ranked.c.rank)
    return session.execute(kept).all()


def of(found: Mapping[Key, Sequence[Any]], account_id: str, region: str) -> list[Any]:
    """Of the region, and of what the account has everywhere."""
    return [
        *found.get((account_id, region), ()),
        *found.get((account_id, "global"), ()),
        *found.get((account_id, ""), ()),
    ]
