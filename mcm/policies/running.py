"""What rules see of what runs already: facts of resources, of the places they are in, and how they can be reached."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mcm.models import Account, LocationSetting, ResourceRow, Tenant
from mcm.policies.compiled import RESOURCE
from mcm.policies.facts import UNCLASSIFIED, Value
from mcm.tenancy import sight
from mcm.tenancy.service import paths

# The policies speak of what computes; volumes and the like follow the instance they hang on.
KIND = "instance"
_COLUMNS = (
    *(ResourceRow.id, ResourceRow.kind, ResourceRow.name, ResourceRow.tenant_id, ResourceRow.account_id),
    *(ResourceRow.region, ResourceRow.zone, ResourceRow.project, ResourceRow.state, ResourceRow.tags),
    *(ResourceRow.labels, ResourceRow.owner, ResourceRow.data_class, ResourceRow.attributes),
)
# What people call it, in the order of who is believed; labels of mcm's own before the cloud's tags.
_NAMED: Mapping[str, tuple[str, ...]] = {
    "workload.tier": ("tier",),
    "workload.application": ("application", "app"),
    "workload.environment": ("environment", "env"),
    "workload.criticality": ("criticality",),
}
_LISTED: Mapping[str, str] = {"workload.residency": "residency", "workload.trust_labels": "trust_labels"}
_ATTRIBUTES: Mapping[str, str] = {
    "workload.vcpus": "vcpus",
    "workload.disk_gib": "disk_gib",
    "workload.gpus": "gpu_count",
    "workload.architecture": "architecture",
    "workload.operating_system": "os_family",
    "workload.image": "image",
    "workload.flavor": "flavor",
}


@dataclass(frozen=True, slots=True)
class Resource:
    """A row of the inventory as far as rules are concerned."""

    id: str
    kind: str
    name: str
    tenant_id: str
    account_id: str
    region: str
    zone: str | None
    project: str | None
    state: str
    tags: Mapping[str, str]
    labels: Mapping[str, str]
    owner: str | None
    data_class: str | None
    attributes: Mapping[str, Any]


class Places:
    """Facts of accounts and their regions and zones: what is said of them, not how full they are."""

    def __init__(
        self, accounts: Iterable[Account], settings: Iterable[LocationSetting], tenants: Mapping[str, str]
    ) -> None:
        self.accounts = {one.id: one for one in accounts}
        self.tenants = tenants
        self._settings = {(one.account_id, one.region, one.zone): one for one in settings}

    def facts(self, account_id: str, region: str, zone: str | None) -> dict[str, Value]:
        account = self.accounts.get(account_id)
        if account is None:
            return {"location.region": region}
        found: dict[str, Any] = {
            "location.id": "/".join(one for one in (account.name, region, zone) if one),
            "location.account": account.name,
            "location.provider": account.provider,
            "location.ownership": account.ownership,
            "location.region": region,
            "location.zone": zone or "",
            "location.tenant": self.tenants.get(account.tenant_id),
            "location.labels": list(account.labels),
        }
        for name in ("site", "city", "jurisdiction"):
            found[f"location.{name}"] = self._said(account, region, zone or "", name)
        return {name: value for name, value in found.items() if value is not None}

    def differing(self, account_id: str, region: str) -> set[str]:
        """What is said of some zone of the region otherwise than of the region."""
        whole = self.facts(account_id, region, None)
        zones = [zone for account, where, zone in self._settings if (account, where) == (account_id, region) and zone]
        names = ("location.site", "location.city", "location.jurisdiction")
        return {
            name
            for zone in zones
            for name in names
            if self.facts(account_id, region, zone).get(name) != whole.get(name)
        }

    def told(self) -> list[Any]:
        """All of it, to see whether something changed."""
        accounts = [
            [one.id, one.name, one.ownership, one.labels, one.site, one.city, one.jurisdiction, one.tenant_id]
            for one in sorted(self.accounts.values(), key=lambda one: one.id)
        ]
        settings = [
            [*key, one.site, one.city, one.jurisdiction] for key, one in sorted(self._settings.items())
        ]  # fmt: skip
        return [accounts, settings, sorted(self.tenants.items())]

    def _said(self, account: Account, region: str, zone: str, name: str) -> str | None:
        """The narrower holds."""
        for key in ((account.id, region, zone), (account.id, region, ""), (account.id, "", "")):
            setting = self._settings.get(key)
            if setting is not None and (value := getattr(setting, name)) is not None:
                return str(value)
        value = getattr(account, name)
        return None if value is None else str(value)


def places(session: Session) -> Places:
    """Whatever the session may see: policies hold for all."""
    tenants = {one.id: one for one in session.scalars(select(Tenant))}
    return Places(session.scalars(select(Account)), session.scalars(select(LocationSetting)), paths(tenants))


def resources(
    session: Session,
    *,
    kinds: Collection[str] = (KIND,),
    ids: Collection[str] | None = None,
    after: str = "",
    limit: int,
    seen: bool = False,
) -> list[Resource]:
    """What is there, by id. seen: only what the session may see."""
    query = select(*_COLUMNS).where(ResourceRow.presence != "gone", ResourceRow.id > after)
    query = query.where(ResourceRow.kind.in_(sorted(kinds)))
    if ids is not None:
        query = query.where(ResourceRow.id.in_(ids))
    if seen:
        query = query.where(*sight.resources_of(session))
    return [Resource(*row) for row in session.execute(query.order_by(ResourceRow.id).limit(limit))]


def subject(row: Resource, tenants: Mapping[str, str]) -> dict[str, Any]:
    """Its facts, and its id under `resource`. What nobody knows is left out."""
    labels = dict(row.tags or {}) | dict(row.labels or {})
    attributes = row.attributes or {}
    memory, addresses = attributes.get("memory_mib"), attributes.get("public_ips")
    found: dict[str, Any] = {
        RESOURCE: row.id,
        "workload.name": row.name,
        "workload.tenant": tenants.get(row.tenant_id),
        "workload.owner": row.owner or labels.get("owner"),
        "workload.data_class": row.data_class or UNCLASSIFIED,
        "workload.labels": labels,
        "workload.count": 1.0,
        "workload.memory_gib": memory / 1024 if isinstance(memory, int | float) else None,
        "workload.public_ips": float(len(addresses)) if isinstance(addresses, list) else None,
    }
    for name, keys in _NAMED.items():
        found[name] = next((labels[key] for key in keys if labels.get(key)), None)
    for name, key in _LISTED.items():
        # Nobody demands anything of it where there is no such label.
        found[name] = [one.strip() for one in labels.get(key, "").replace(";", ",").split(",") if one.strip()]
    for name, key in _ATTRIBUTES.items():
        found[name] = attributes.get(key)
    return {name: value for name, value in found.items() if value is not None}


def exposure(row: Resource, place: Mapping[str, Value]) -> dict[str, Any]:
    """How it can be reached: its public addresses, whose hardware it is on, and whether it runs now."""
    addresses = (row.attributes or {}).get("public_ips")
    return {
        "public_ips": list(addresses)[:10] if isinstance(addresses, list) else None,
        "ownership": place.get("location.ownership"),
        "state": row.state,
        "data_class": row.data_class or UNCLASSIFIED,
    }
