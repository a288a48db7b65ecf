"""Instances that are, as demands: grouped by what they need, and by where and on which size they run."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from mcm.contract import ResourceKind
from mcm.costs.burstable import is_burstable
from mcm.costs.demands import Demand, Need
from mcm.costs.disktypes import LOCAL, storage_class
from mcm.costs.notes import Note, note
from mcm.inventory import service as inventory
from mcm.inventory.listing import Listing
from mcm.inventory.service import Question
from mcm.kit.units import MIB_PER_GIB
from mcm.models import ResourceRow
from mcm.tenancy import sight

_ARCHITECTURES = {"aarch64": "arm64", "arm64": "arm64", "amd64": "x86_64", "x86_64": "x86_64"}


class Runs(NamedTuple):
    """Where, on which size: what tells instances apart that need the same."""

    account_id: str
    region: str
    flavor: str | None


class Member(NamedTuple):
    """One instance: its id, where and on what it runs, and what it needs."""

    resource_id: str
    runs: Runs
    need: Need


@dataclass(slots=True)
class _Group:
    count: int = 0
    storage: dict[str, Decimal] = field(default_factory=dict)
    addresses: int = 0

    def add(self, storage: Mapping[str, Decimal], addresses: int) -> None:
        self.count += 1
        self.addresses += addresses
        for name, gib in storage.items():
            self.storage[name] = self.storage.get(name, Decimal(0)) + gib


@dataclass(slots=True)
class Selection:
    """demands: by what is needed, wherever it runs. running: the same instances by where they are; members: one by one.
    unknown: how many tell neither vCPU nor memory, and are left out. subjects: tenant, account and project of all."""

    demands: list[Demand]
    running: list[tuple[Runs, Demand]]
    instances: int
    unknown: int
    at_least: bool
    notes: list[Note]
    subjects: list[tuple[str, str, str | None]]
    members: list[Member]


def select_running(session: Session, wanted: str, hours: Decimal) -> Selection:
    """Of all instances that match and are not gone. Raises FilterError."""
    query, estate = inventory.understood(session, Question(filter=wanted, kind=ResourceKind.INSTANCE))
    listed: list[Any] = [row._mapping for row in Listing(session, query, estate).stream()]
    accounts = {row["account_id"] for row in listed}
    tenants = _tenants(session, accounts)
    rows = [dict(row) | {"tenant_id": tenants.get(row["id"], "")} for row in listed]
    fresh = inventory.count(session, Question(filter=wanted, kind=ResourceKind.INSTANCE)).freshness
    found = grouped(rows, _disks(session, accounts), hours)
    found.at_least = fresh.at_least
    if fresh.at_least and fresh.sentence:
        found.notes.append(note("stale_inventory", sentence=fresh.sentence))
    return found


def grouped(
    rows: Iterable[Mapping[str, Any]], disks: Mapping[tuple[str, str], Mapping[str, Decimal]], hours: Decimal
) -> Selection:
    """rows: of the inventory's instances. disks: GiB by class, by account and native id of the instance."""
    by_need: dict[Need, _Group] = defaultdict(_Group)
    by_place: dict[tuple[Runs, Need], _Group] = defaultdict(_Group)
    needs: dict[tuple[Any, ...], Need] = {}
    subjects: set[tuple[str, str, str | None]] = set()
    odd: dict[str, int] = defaultdict(int)
    members: list[Member] = []
    number = unknown = 0
    for row in rows:
        number += 1
        subjects.add((row["tenant_id"], row["account_id"], row["project"]))
        told = row["attributes"]
        if not told.get("vcpus") or not told.get("memory_mib"):
            unknown += 1
            continue
        flavor = told.get("flavor")
        key = _key(told)
        need = needs.get(key)
        if need is None:
            need = needs[key] = _need(*key)
        odd["architecture_assumed"] += told.get("architecture") is None
        odd["system_assumed"] += told.get("os_family") is None
        odd["not_running"] += row["state"] != "running"
        storage = _storage(told, disks.get((row["account_id"], row["native_id"])))
        odd["disks_unknown"] += not storage
        addresses = len(told.get("public_ips") or ())
        runs = Runs(row["account_id"], row["region"], flavor)
        members.append(Member(row["id"], runs, need))
        by_need[need].add(storage, addresses)
        by_place[runs, need].add(storage, addresses)
    notes = [note(code, count=count) for code, count in odd.items() if count]
    if unknown:
        notes.append(note("size_unknown", count=unknown))
    names = _named(by_need)
    return Selection(
        [_demand(names[need], need, group, hours) for need, group in by_need.items()],
        [(runs, _demand(names[need], need, group, hours)) for (runs, need), group in by_place.items()],
        number, unknown, False, notes, sorted(subjects, key=str), members,
    )  # fmt: skip


def need_of(told: Mapping[str, Any]) -> Need:
    """Of one instance that tells its vCPU and memory."""
    return _need(*_key(told))


def architecture(told: object) -> str:
    """x86_64 where nobody says."""
    return _ARCHITECTURES.get(str(told).lower(), "x86_64")


def _key(told: Mapping[str, Any]) -> tuple[Any, ...]:
    return (
        told["vcpus"], told["memory_mib"], told.get("gpu_count"), told.get("gpu_model"), told.get("architecture"),
        told.get("os_family"), told.get("flavor"),
    )  # fmt: skip


def _need(vcpus: Any, memory_mib: Any, gpus: Any, gpu_model: Any, chip: Any, os_family: Any, flavor: Any) -> Need:
    return Need(
        Decimal(str(vcpus)), Decimal(str(memory_mib)) / MIB_PER_GIB, int(gpus or 0), gpu_model if gpus else None,
        architecture(chip),
        "windows" if "windows" in str(os_family).lower() else "linux", burstable=is_burstable(None, str(flavor or "")),
    )  # fmt: skip


def _demand(name: str, need: Need, group: _Group, hours: Decimal) -> Demand:
    """What instances send out and what is kept of them nobody tells."""
    return Demand(
        name, group.count, need, hours, group.storage, None, group.addresses, internet_gb=None, transfer_gb=None
    )


def _named(needs: Iterable[Need]) -> dict[Need, str]:
    """`2 vCPU 4 GiB`, with what else tells two apart."""
    found: dict[Need, str] = {}
    for need in needs:
        name = f"{need.vcpus.normalize():f} vCPU {need.memory_gib.normalize():f} GiB"
        parts = [
            f"{need.gpus} GPU {need.gpu_model or ''}".strip() if need.gpus else "",
            need.architecture if need.architecture != "x86_64" else "",
            need.operating_system if need.operating_system != "linux" else "",
            "burstable" if need.burstable else "",
        ]
        found[need] = " ".join([name, *(part for part in parts if part)])
    return found


def _storage(told: Mapping[str, Any], volumes: Mapping[str, Decimal] | None) -> dict[str, Decimal]:
    """Its volumes and what it has beside them; where nobody says what that is, a disk counts where there are none."""
    local = told.get("local_disk_gib")
    size = local if local is not None or volumes else told.get("disk_gib")
    found = dict(volumes or {})
    if size:
        found[LOCAL] = found.get(LOCAL, Decimal(0)) + Decimal(str(size))
    return found


def _disks(session: Session, accounts: set[str]) -> dict[tuple[str, str], dict[str, Decimal]]:
    found: dict[tuple[str, str], dict[str, Decimal]] = {}
    for account_id, told in _volumes(session, accounts):
        size = told.get("size_gib")
        attached = told.get("attachments") or ()
        if not size or not attached:
            continue
        # One that several share is paid once.
        mine = found.setdefault((account_id, attached[0]["instance"]), {})
        name = storage_class(told.get("type"))
        mine[name] = mine.get(name, Decimal(0)) + Decimal(str(size))
    return found


def _tenants(session: Session, accounts: set[str]) -> dict[str, str]:
    """Of the instances, by id: listings do not tell."""
    query = select(ResourceRow.id, ResourceRow.tenant_id).where(
        ResourceRow.kind == ResourceKind.INSTANCE, ResourceRow.account_id.in_(sorted(accounts)),
        *sight.resources_of(session),
    )  # fmt: skip
    return {row.id: row.tenant_id for row in session.execute(query)}


def _volumes(session: Session, accounts: set[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    query = select(ResourceRow.account_id, ResourceRow.attributes).where(
        ResourceRow.kind == ResourceKind.VOLUME, ResourceRow.presence != "gone",
        ResourceRow.account_id.in_(sorted(accounts)), *sight.resources_of(session),
    )  # fmt: skip
    for row in session.execute(query):
        yield row.account_id, row.attributes
