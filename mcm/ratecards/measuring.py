"""What the inventory knows of a pool's accounts: capacity, licensed cores and sockets, and what is allocated. Dated.

What cannot be known is not in `values`; `unknown` says why. What is known in part is a lower bound, and `missing`
names the rest. Instances count whether they run or not: what they were promised is sold.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Any

from sqlalchemy.orm import Session

from mcm.inventory import service as inventory
from mcm.inventory.freshness import of_scopes
from mcm.inventory.service import Question
from mcm.kit.money import plain, rounded
from mcm.kit.units import MIB_PER_GIB
from mcm.ratecards import repository
from mcm.ratecards.documents import MEASURED, RateCardDocument
from mcm.ratecards.explained import Remark, named, remark
from mcm.ratecards.repository import AnyRow

_CAPACITY = {"vcpu": "cpu_cores", "core": "cpu_cores", "socket": "cpu_sockets", "memory": "memory_mib"}
_ALLOCATED = {"vcpu": "vcpus", "memory": "memory_mib"}


@dataclass
class Measurement:
    """values: by `capacity.vcpu` (cores), `capacity.memory` (GiB), `capacity.storage.ssd` (GiB), `count.core`,
    `count.socket`, `allocated.vcpu`, `allocated.memory`, `allocated.storage.ssd`.

    as_of: everything in it is true as of then or later; None: nothing was measured."""

    as_of: datetime | None = None
    values: dict[str, Decimal] = field(default_factory=dict)
    unknown: dict[str, Remark] = field(default_factory=dict)
    missing: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)
    at_least: bool = False


def wanted(document: RateCardDocument) -> dict[str, list[str]]:
    """By kind of resource, what is to be measured of it."""
    capacity, used = document.capacity, document.utilisation
    hosts = [
        *(["capacity.vcpu"] if capacity.vcpu == MEASURED else []),
        *(["capacity.memory"] if capacity.memory_gib == MEASURED else []),
        *sorted({f"count.{one.per}" for one in document.licences if one.count == MEASURED}),
    ]
    instances = [f"allocated.{name}" for name in ("vcpu", "memory") if getattr(used, name) == MEASURED]
    datastores = [f"capacity.storage.{name}" for name, size in capacity.storage_gib.items() if size == MEASURED]
    if used.storage == MEASURED:
        datastores += [f"allocated.storage.{name}" for name in capacity.storage_gib]
    found = {"host": hosts, "instance": instances, "datastore": datastores}
    return {kind: names for kind, names in found.items() if names}


def measure(session: Session, document: RateCardDocument, account_ids: Sequence[str]) -> Measurement:
    """The session must see the accounts whole."""
    found = Measurement()
    for kind, names in wanted(document).items():
        if not _fresh(session, found, kind, account_ids):
            found.unknown |= dict.fromkeys(names, remark("never_read", kind=kind))
        elif kind == "instance":
            _instances(found, names, repository.allocated(session, account_ids))
        elif kind == "host":
            _hosts(found, names, repository.resources(session, "host", account_ids, repository.HOST))
        else:
            rows = repository.resources(session, "datastore", account_ids, repository.DATASTORE)
            _datastores(found, names, rows, document)
    if found.at_least:
        found.warnings.append(remark("at_least"))
    return found


def _fresh(session: Session, found: Measurement, kind: str, account_ids: Sequence[str]) -> bool:
    """Whether anything of this kind was read; notes when, and what could not be."""
    _, estate = inventory.understood(session, Question())
    scopes = [one for one in estate.scopes.values() if one.kind == kind and one.account_id in account_ids]
    fresh = of_scopes(estate, scopes)
    for gap in fresh.gaps:
        # What a cloud has not at all is only worth a word where nothing else is there.
        if gap.status != "unsupported":
            found.missing.append(
                remark(
                    "scope_gap", account=gap.account or "", region=gap.region, kind=kind, reason=gap.reason,
                    reason_zh=gap.reason_zh,
                )
            )  # fmt: skip
    if fresh.oldest_as_of is None:
        return False
    found.as_of = min(found.as_of or fresh.oldest_as_of, fresh.oldest_as_of)
    found.at_least = found.at_least or fresh.at_least
    return True


def _hosts(found: Measurement, names: Iterable[str], rows: Sequence[AnyRow]) -> None:
    for name in names:
        attribute = _CAPACITY[name.partition(".")[2]]
        _add(found, name, "host", attribute, rows, in_gib=attribute == "memory_mib")
    if resting := [row.name for row in rows if row.maintenance == "true"]:
        found.warnings.append(remark("hosts_in_maintenance", number=len(resting), names=named(resting)))


def _datastores(found: Measurement, names: Iterable[str], rows: Sequence[AnyRow], document: RateCardDocument) -> None:
    patterns = document.capacity.datastores
    classes = {name.rpartition(".")[2] for name in names}
    members: dict[str, list[AnyRow]] = {one: [] for one in classes}
    loose: list[AnyRow] = []
    for row in rows:
        fitting = [one for one in sorted(classes) if _fits(row.name, one, patterns)]
        if len(fitting) > 1:
            twice = remark("datastore_of_two_classes", name=row.name, classes=", ".join(fitting))
            found.unknown |= dict.fromkeys(names, twice)
            return
        (members[fitting[0]] if fitting else loose).append(row)
    if loose:
        found.missing.append(
            remark("datastores_of_no_class", number=len(loose), names=named([row.name for row in loose]))
        )
    for name in names:
        inside = members[name.rpartition(".")[2]]
        attribute = "capacity_gib"
        if name.startswith("allocated."):
            # What was promised, where every one says so, as with instances; else what is written.
            promised = bool(inside) and all(row.provisioned_gib is not None for row in inside)
            attribute = "provisioned_gib" if promised else "used_gib"
        _add(found, name, "datastore", attribute, inside)


def _fits(datastore: str, name: str, patterns: Mapping[Any, Sequence[str]]) -> bool:
    """Without patterns there is one class, and every datastore is of it."""
    return name not in patterns or any(fnmatchcase(datastore, pattern) for pattern in patterns[name])


def _instances(found: Measurement, names: Iterable[str], row: AnyRow) -> None:
    for name in names:
        attribute = _ALLOCATED[name.partition(".")[2]]
        known = getattr(row, f"{attribute}_known")
        if row.number and not known:
            found.unknown[name] = remark("none_known", kind="instance", attribute=attribute)
            continue
        if known < row.number:
            found.at_least = True
            found.missing.append(
                remark(
                    "attribute_unknown", kind="instance", attribute=attribute, number=row.number - known,
                    of=row.number, names="…",
                )
            )  # fmt: skip
        value = _decimal(getattr(row, attribute) or 0)
        found.values[name] = plain(value / MIB_PER_GIB) if attribute == "memory_mib" else value


def _add(
    found: Measurement, name: str, kind: str, attribute: str, rows: Sequence[AnyRow], *, in_gib: bool = False
) -> None:
    known = [_decimal(value) for row in rows if (value := getattr(row, attribute)) is not None]
    total = sum(known, Decimal(0))
    if not total and not (known and name.startswith("allocated.")):
        found.unknown[name] = remark("none_known", kind=kind, attribute=attribute)
        return
    if len(known) < len(rows):
        found.at_least = True
        silent = [row.name for row in rows if getattr(row, attribute) is None]
        lacking = remark(
            "attribute_unknown", kind=kind, attribute=attribute, number=len(silent), of=len(rows), names=named(silent)
        )
        # Cores are counted for the capacity and for licences; what is missing is said once.
        if lacking not in found.missing:
            found.missing.append(lacking)
    found.values[name] = plain(total / MIB_PER_GIB) if in_gib else total


def _decimal(value: float) -> Decimal:
    """A number of a JSON document, as it is written there."""
    return rounded(Decimal(repr(value) if isinstance(value, float) else value))
