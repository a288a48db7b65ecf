"""From sums of the inventory to measures of places. What the cloud tells of itself goes before what people say."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from mcm.contract import GLOBAL_REGION
from mcm.inventory.estate import STALE_AFTER_INTERVALS
from mcm.models import Account, LocationSetting, Scope
from mcm.placement import measures as sql
from mcm.tenancy import repository as tenants
from mcm.tenancy.service import paths

if TYPE_CHECKING:
    from mcm.placement.locations import Location, Measure
    from mcm.registry import Registry

_CREATE = "instance.create"
_SAID = ("site", "city", "jurisdiction", "vcpus", "memory_gib", "disk_gib", "gpus")
# Which quota bounds what; of storage only the one that counts all of it.
_QUOTAS = {"vcpus": "vcpus", "mib": "memory_gib", "gib": "disk_gib", "instances": "instances"}
_STORAGE = ("gigabytes", "storage", "disk")
_AMOUNTS = ("instances", "vcpus", "memory_gib", "disk_gib", "gpus")


class Books:
    """Everything that is known of all places, read once."""

    def __init__(self, session: Session, now: datetime, registry: "Registry | None", unheld: str | None = None) -> None:
        self._session, self._now, self._registry = session, now, registry
        self.accounts = sql.accounts(session)
        self._tenants = paths({one.id: one for one in tenants.everyone(session)})
        self._scopes: dict[tuple[str, str], list[Scope]] = defaultdict(list)
        for scope in sql.scopes(session):
            self._scopes[scope.account_id, scope.kind].append(scope)
        self._settings = {(one.account_id, one.region, one.zone): one for one in sql.settings(session)}
        self._zones: dict[tuple[str, str], set[str]] = defaultdict(set)
        for row in sql.zones(session):
            services = (row.attributes or {}).get("services")
            if not services or "compute" in services:
                self._zones[row.account_id, row.region].add(row.name or row.native_id)
        self._hosts = {(row.account_id, row.region, row.zone): row for row in sql.hosts(session)}
        self._stores = {(row.account_id, row.region): row for row in sql.datastores(session)}
        self._quotas: dict[tuple[str, str], list[Row[Any]]] = defaultdict(list)
        for row in sql.quotas(session, [(one.id, home) for one in self.accounts if (home := _home(one))]):
            self._quotas[row.account_id, row.region].append(row)
        self._generations = sql.generations(session)
        self._held = sql.held(session, now, unheld)

    def places(self, account: Account) -> list[tuple[str, str]]:
        """(region, zone) of the account; zone empty where there are none, or none can be chosen."""
        regions = sorted({one.region for one in self._scopes[account.id, "instance"]} - {GLOBAL_REGION, ""})
        zoned = self._support(account)[1]
        found = []
        for region in regions:
            zones = sorted(self._zones[account.id, region]) if zoned else []
            found += [(region, zone) for zone in zones or [""]]
        return found

    def location(self, account: Account, region: str, zone: str) -> "Location":
        from mcm.placement.locations import Location

        root = account.realm or account.id
        said = self._said(account.id, region, zone)
        measures = self._measures(account, region, zone, said)
        place, area = f"{root}/{region}/{zone}", f"{root}/{region}"
        stale, unsound = self._stale(account, region, {one.source for each in measures.values() for one in each})
        measured = [one.as_of for each in measures.values() for one in each if one.as_of is not None]
        reserved, area_reserved = self._reserved(place, area, min(measured, default=None))
        host = self._hosts_of(account.id, region, zone)
        creates, zoned = self._support(account)
        return Location(
            id="/".join(part for part in (account.name, region, zone) if part), account_id=account.id,
            account=account.name, provider=account.provider, ownership=account.ownership, tenant_id=account.tenant_id,
            tenant=self._tenants[account.tenant_id], region=region, zone=zone, place=place, area=area,
            status=account.status, site=said["site"] or account.site, city=said["city"] or account.city,
            jurisdiction=said["jurisdiction"] or account.jurisdiction, labels=tuple(sorted(account.labels or ())),
            measures=measures, reserved=reserved, area_reserved=area_reserved,
            hosts=sum(row.hosts for row in host) if host else None,
            cpu_overcommit=max((float(row.cpu_overcommit) for row in host), default=None),
            as_of=min(measured, default=None), stale=stale, unsound=unsound, closed=bool(said["closed"]),
            generation=self._generations.get(area, 0), creates=creates, zoned=zoned,
        )  # fmt: skip

    def _support(self, account: Account) -> tuple[bool | None, bool]:
        """(whether instances can be made there, whether a zone can be asked for)"""
        if self._registry is None:
            return None, True
        offered = self._registry.descriptor(account.provider).actions.get(_CREATE)
        if offered is None or offered.absent:
            return False, True
        return True, "zone" not in offered.ignores

    def _said(self, account_id: str, region: str, zone: str) -> dict[str, Any]:
        """What people say: of the zone, or else of the region, or else of the account."""
        rows = [self._settings.get((account_id, *key)) for key in ((region, zone), (region, ""), ("", ""))]
        found: dict[str, Any] = {name: _first(rows, name) for name in _SAID}
        found["closed"] = any(row.closed for row in rows if row is not None)
        # How much there is can only be said of this very place: of a region it would count once for every zone.
        for name in ("vcpus", "memory_gib", "disk_gib", "gpus"):
            found[name] = getattr(rows[0], name) if rows[0] is not None else None
        return found

    def _measures(
        self, account: Account, region: str, zone: str, said: dict[str, Any]
    ) -> dict[str, tuple["Measure", ...]]:
        found: dict[str, list[Measure]] = defaultdict(list)
        hosts = self._hosts_of(account.id, region, zone)
        if hosts:
            self._of_hosts(found, account, region, zone, hosts)
        store = self._stores.get((account.id, region))
        if store is not None and store.disk_gib is not None and not store.unknown:
            found["disk_gib"] = [
                _measure(
                    store.free_disk_gib, store.disk_gib, self._as_of(account.id, region, "datastore"), "datastores",
                    shared=True, largest=store.largest_disk_gib,
                )
            ]  # fmt: skip
        for name in ("vcpus", "memory_gib", "disk_gib", "gpus"):
            if said[name] is not None and not found.get(name):
                kind = "volume" if name == "disk_gib" else "instance"
                free = said[name] - self._used(account.id, region, zone, name)
                found[name].append(_measure(free, said[name], self._as_of(account.id, region, kind), "said"))
        for name, one in self._of_quotas(account.id, region):
            found[name].append(one)
        return {name: tuple(each) for name, each in found.items() if each}

    def _of_hosts(
        self, found: dict[str, list["Measure"]], account: Account, region: str, zone: str, hosts: Sequence[Row[Any]]
    ) -> None:
        as_of = self._as_of(account.id, region, "host")
        # Zones that cannot be chosen are one place, with all of their hosts.
        for name in ("vcpus", "memory_gib", "disk_gib"):
            if any(getattr(row, name) is None for row in hosts):
                continue
            total = sum(float(getattr(row, name)) for row in hosts)
            largest: float | None = None
            if any(getattr(row, f"unknown_{name}") for row in hosts):
                if name == "disk_gib":
                    continue
                free = total - self._used(account.id, region, zone, name)
            else:
                free = sum(float(getattr(row, f"free_{name}") or 0) for row in hosts)
                if name != "disk_gib":
                    largest = max(float(getattr(row, f"largest_{name}")) for row in hosts)
            found[name].append(_measure(free, total, as_of, "hosts", largest=largest))

    def _of_quotas(self, account_id: str, region: str) -> Iterable[tuple[str, "Measure"]]:
        as_of = self._as_of(account_id, region, "quota")
        for row in self._quotas.get((account_id, region), ()):
            name = _QUOTAS.get(str(row.unit))
            if name is None or row.twice != 1 or (name == "disk_gib" and row.metric not in _STORAGE):
                continue
            if row.unlimited == "true":
                yield name, _measure(None, None, as_of, "quota", shared=True, unlimited=True)
            elif row.limit is not None and row.limit >= 0 and row.used is not None:
                by = 1024.0 if row.unit == "mib" else 1.0
                whole, used = float(row.limit) / by, float(row.used) / by
                yield name, _measure(whole - used, whole, as_of, "quota", shared=True)

    def _hosts_of(self, account_id: str, region: str, zone: str) -> list[Row[Any]]:
        if zone:
            found = self._hosts.get((account_id, region, zone))
            return [found] if found is not None else []
        return [row for key, row in self._hosts.items() if key[:2] == (account_id, region)]

    @cached_property
    def _usage(self) -> dict[tuple[str, str], list[Row[Any]]]:
        silent = {
            key[0] for key, row in self._hosts.items() if row.unknown_vcpus or row.unknown_memory_gib
        } | {key[0] for key in self._settings}  # fmt: skip
        found: dict[tuple[str, str], list[Row[Any]]] = defaultdict(list)
        for row in sql.usage(self._session, silent):
            found[row.account_id, row.region].append(row)
        return found

    def _used(self, account_id: str, region: str, zone: str, name: str) -> float:
        rows = [row for row in self._usage.get((account_id, region), ()) if not zone or row.zone == zone]
        return sum(float(getattr(row, name) or 0) for row in rows)

    def _as_of(self, account_id: str, region: str, kind: str) -> datetime | None:
        known = [one.as_of for one in self._of(account_id, region, kind)]
        return min((at for at in known if at is not None), default=None)

    def _of(self, account_id: str, region: str, kind: str) -> list[Scope]:
        return [one for one in self._scopes.get((account_id, kind), ()) if one.region in (region, GLOBAL_REGION)]

    def _stale(self, account: Account, region: str, sources: set[str]) -> tuple[tuple[str, ...], bool]:
        """(sentences, whether what room is measured by is among it)"""
        measured = {"hosts": ["host"], "datastores": ["datastore"], "quota": ["quota"], "said": ["instance"]}
        sound = {kind for source in sources for kind in measured.get(source, ())}
        found, unsound = [], False
        for kind in sql.KINDS:
            for scope in self._of(account.id, region, kind):
                doubt = self._doubt(scope)
                if doubt:
                    found.append(f"{kind}s of {account.name}, region {scope.region}: {doubt}")
                    unsound = unsound or kind in sound
        return tuple(found), unsound

    def _doubt(self, scope: Scope) -> str:
        if scope.as_of is None:
            return "never read"
        age_s = (self._now - scope.as_of).total_seconds()
        told = f"as of {scope.as_of:%Y-%m-%dT%H:%M:%SZ}"
        if scope.status in ("failing", "quarantined"):
            return f"{scope.status}, {told}"
        return f"old, {told}" if age_s > STALE_AFTER_INTERVALS * scope.interval_s else ""

    def _reserved(self, place: str, area: str, measured: datetime | None) -> tuple[dict[str, float], dict[str, float]]:
        """What is held of the place and of its region. What was made counts until it was measured."""
        here: dict[str, float] = defaultdict(float)
        around: dict[str, float] = defaultdict(float)
        for row in self._held:
            if row.area != area or (row.settled_at is not None and measured is not None and row.settled_at < measured):
                continue
            for name in _AMOUNTS:
                around[name] += float(getattr(row, name) or 0)
                if row.place == place:
                    here[name] += float(getattr(row, name) or 0)
        return dict(here), dict(around)


def _measure(
    free: float | None, total: float | None, as_of: datetime | None, source: str, *, shared: bool = False,
    unlimited: bool = False, largest: float | None = None,
) -> "Measure":  # fmt: skip
    from mcm.placement.locations import Measure

    return Measure(_plain(free), _plain(total), as_of, source, shared, unlimited, _plain(largest))


def _plain(value: Any) -> float | None:
    return None if value is None else round(float(value), 6)


def _first(rows: Iterable[LocationSetting | None], name: str) -> Any:
    return next((value for row in rows if row is not None and (value := getattr(row, name)) is not None), None)


def _home(account: Account) -> str:
    """The project that the account's credentials make things in, by name or native id."""
    return str((account.identity or {}).get("scope_name") or "")
