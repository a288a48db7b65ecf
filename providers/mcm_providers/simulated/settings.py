"""One account's answers, checked: which cloud it means, and how its own calls shall go."""

from dataclasses import dataclass
from typing import Any

from mcm.contract import ConnectionForm, InvalidRequest
from mcm_providers.simulated.cloud.flavours import FLAVOURS
from mcm_providers.simulated.cloud.ids import number
from mcm_providers.simulated.cloud.shape import Shape
from mcm_providers.simulated.faults import FaultList

MAX_INSTANCES = 100_000
MAX_REGIONS = 32
IMAGE_FORMATS = ("qcow2", "raw")


@dataclass(frozen=True, slots=True)
class Settings:
    """given: the fields of `shape` that were answered; the others follow a world that already runs."""

    shape: Shape
    given: frozenset[str]
    page_size: int
    latency: float
    action_s: float
    faults: FaultList
    project: str
    token: str
    image_formats: tuple[str, ...]


def settings_of(form: ConnectionForm) -> Settings:
    """Raises InvalidRequest that names the key, the cause and the cure."""
    flavour = form.text("flavour", "openstack")
    if flavour not in FLAVOURS:
        raise InvalidRequest(f"'flavour' must be one of {', '.join(FLAVOURS)}, not '{flavour}'")
    instances = _within(form, "instances", 200, 0, MAX_INSTANCES)
    seed = _within(form, "seed", 0, 0, 2**31)
    drift = _decimal(form, "drift", 0.0, 60_000.0)
    seed_file = form.text("seed_file")
    regions = _regions(form, flavour)
    project = form.text("project")
    if project and not FLAVOURS[flavour].projects and not seed_file:
        raise InvalidRequest(f"'project' cannot be given: the {flavour} flavour has no projects")
    own_id = f"seed-{number(seed_file) & 0xFFFFFFFF:08x}" if seed_file else f"{flavour}-{seed}-{instances}"
    cloud_id = form.text("cloud_id") or own_id
    answered = {
        "flavour": flavour,
        "instances": instances,
        "regions": regions,
        "seed": seed,
        "drift": drift,
        "seed_file": seed_file,
    }
    given = frozenset(key for key in answered if form.config.get(key) not in (None, "", []))
    values: dict[str, Any] = answered
    return Settings(
        shape=Shape(cloud_id=cloud_id, **values),
        given=given,
        page_size=_within(form, "page_size", 250, 1, 10_000),
        latency=_decimal(form, "latency_ms", 0.0, 600_000.0) / 1000.0,
        action_s=_decimal(form, "action_ms", 1_500.0, 3_600_000.0) / 1000.0,
        faults=FaultList(form.items("faults")),
        project=project,
        token=form.secret("token"),
        image_formats=_formats(form),
    )


def _regions(form: ConnectionForm, flavour: str) -> tuple[tuple[str, str], ...]:
    """A list of ids, or how many of the flavour's own."""
    asked, own = form.items("regions") or ["2"], FLAVOURS[flavour].regions
    if len(asked) == 1 and asked[0].isdigit():
        count = int(asked[0])
        if not 1 <= count <= MAX_REGIONS:
            raise InvalidRequest(f"'regions' must be between 1 and {MAX_REGIONS}, not {count}")
        more = ((f"{own[0][0]}-{place}", f"{own[0][1]} ({place})") for place in range(len(own) + 1, count + 1))
        return (*own[:count], *more)
    if len(asked) > MAX_REGIONS or len(set(asked)) < len(asked):
        raise InvalidRequest(f"'regions' must name at most {MAX_REGIONS} regions, each once")
    names = dict(own)
    return tuple((native_id, names.get(native_id, native_id)) for native_id in asked)


def _formats(form: ConnectionForm) -> tuple[str, ...]:
    asked = tuple(form.items("image_formats")) or IMAGE_FORMATS
    if not set(asked) <= set(IMAGE_FORMATS):
        raise InvalidRequest(f"'image_formats' may hold {' and '.join(IMAGE_FORMATS)}, not '{', '.join(asked)}'")
    return asked


def _within(form: ConnectionForm, key: str, default: int, low: int, high: int) -> int:
    try:
        value = form.integer(key, default)
    except ValueError as error:
        raise InvalidRequest(f"'{key}' must be a whole number, not '{form.text(key)}'") from error
    if not low <= value <= high:
        raise InvalidRequest(f"'{key}' must be between {low} and {high}, not {value}")
    return value


def _decimal(form: ConnectionForm, key: str, default: float, high: float) -> float:
    text = form.text(key)
    try:
        value = float(text) if text else default
    except ValueError as error:
        raise InvalidRequest(f"'{key}' must be a number, not '{text}'") from error
    if not 0 <= value <= high:
        raise InvalidRequest(f"'{key}' must be between 0 and {high:g}, not '{text}'")
    return value
