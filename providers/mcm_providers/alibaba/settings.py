"""One account's answers, checked and typed. Nothing here needs the network."""

import re
from dataclasses import dataclass

from mcm.contract import ConnectionForm, InvalidRequest
from mcm_providers.alibaba.points import Way, way_of
from mcm_providers.alibaba.signing import Key

CURRENCIES = {"international": "USD", "china": "CNY"}
FIELDS = {"list": "OriginalPrice", "trade": "TradePrice"}
_REGION = re.compile(r"[a-z]{2}-[a-z0-9-]{2,30}")
_FAMILY = re.compile(r"ecs\.[a-z0-9-]{1,30}")
_TYPE = re.compile(r"ecs\.[a-z0-9-]{1,30}\.[a-z0-9-]{1,30}")
_DISK = re.compile(r"(cloud[a-z_]{0,20})(?::(PL[0-3]))?")
_TERMS = (*range(1, 10), 12, 24, 36, 48, 60)
_MOST_CALLS = 20_000


@dataclass(frozen=True)
class Settings:
    """field: which amount of an answer. named: families and types were written out, so that all of them must exist."""

    regions: tuple[str, ...]
    currency: str
    field: str
    families: tuple[str, ...]
    types: tuple[str, ...]
    ways: tuple[Way, ...]
    disks: tuple[tuple[str, str], ...]
    max_calls: int
    endpoint: str
    key: Key

    @classmethod
    def from_form(cls, form: ConnectionForm) -> "Settings":
        """Raises InvalidRequest naming the key, the cause and the cure."""
        wanted = list(dict.fromkeys(form.items("instance_types")))
        if strange := [one for one in wanted if not _FAMILY.fullmatch(one) and not _TYPE.fullmatch(one)]:
            raise InvalidRequest(f"'{strange[0][:40]}' is no instance family or type, such as ecs.g7 or ecs.g7.large")
        max_calls = form.integer("max_calls", 600)
        if not 1 <= max_calls <= _MOST_CALLS:
            raise InvalidRequest(f"'max_calls' must be 1 to {_MOST_CALLS}")
        return cls(
            regions=_regions(form),
            currency=CURRENCIES[_one_of(form, "site", CURRENCIES, "international")],
            field=FIELDS[_one_of(form, "amounts", FIELDS, "list")],
            families=tuple(one for one in wanted if _FAMILY.fullmatch(one)),
            types=tuple(one for one in wanted if _TYPE.fullmatch(one)),
            ways=tuple(way_of(months) for months in _terms(form)),
            disks=tuple(_disks(form)),
            max_calls=max_calls,
            endpoint=form.text("endpoint"),
            key=Key(*(_printable(form, name) for name in ("access_key_id", "access_key_secret", "security_token"))),
        )


def _regions(form: ConnectionForm) -> tuple[str, ...]:
    regions = tuple(dict.fromkeys(form.items("regions")))
    if not regions:
        raise InvalidRequest("configuration key 'regions' is required")
    # It becomes part of a host's name.
    if strange := [one for one in regions if not _REGION.fullmatch(one)]:
        raise InvalidRequest(f"'{strange[0][:40]}' is no region as Alibaba Cloud writes them, such as cn-hangzhou")
    return regions


def _one_of(form: ConnectionForm, key: str, known: dict[str, str], default: str) -> str:
    given = form.text(key, default).lower()
    if given not in known:
        raise InvalidRequest(f"'{key}' must be one of {', '.join(known)}, not '{given[:40]}'")
    return given


def _terms(form: ConnectionForm) -> list[int]:
    given = list(dict.fromkeys(form.items("terms")))
    if given == ["0"]:
        return []
    if strange := [one for one in given if not one.isdigit() or int(one[:4]) not in _TERMS]:
        raise InvalidRequest(f"'{strange[0][:20]}' is no subscription term: 1 to 9, 12, 24, 36, 48 or 60 months, or 0")
    return sorted(map(int, given))


def _disks(form: ConnectionForm) -> list[tuple[str, str]]:
    found = []
    for one in dict.fromkeys(form.items("disks")):
        match = _DISK.fullmatch(one)
        if match is None or (match[2] and match[1] != "cloud_essd"):
            raise InvalidRequest(f"'{one[:40]}' is no disk category, such as cloud_ssd or cloud_essd:PL1")
        found.append((match[1], match[2] or ""))
    return found


def _printable(form: ConnectionForm, name: str) -> str:
    """They go into headers."""
    given = form.secret(name).strip()
    if not given.isascii() or not given.replace(" ", "x").isprintable() or (not given and name != "security_token"):
        raise InvalidRequest(f"secret key '{name}' is required, in printable ASCII")
    return given
