"""Estates to place something in: simulated accounts of a lab, and the words to place it with."""

from typing import Any

import yaml

from mcm.models import Account, Placement
from mcm.placement import following, service
from mcm.placement.schemas import PlacementCreate
from mcm.policies import service as policies
from tests.lab import CALLER, Lab

KINDS = ("instance", "host", "datastore", "quota", "zone", "flavor", "image", "project", "network", "volume")
CONFIDENTIAL_STAYS = """
apiVersion: mcm/v1
kind: PlacementPolicy
id: sensitive-private
title: Sensitive data stays private
title_zh: 敏感数据留在私有云
owner: security
severity: critical
message: "{workload.data_class} data may not be in {location.ownership}"
message_zh: "{workload.data_class} 数据不得位于 {location.ownership}"
rule:
  cel: '!(workload.data_class in ["confidential", "restricted", "unclassified"]) || location.ownership == "private"'
"""


def estate(lab: Lab, *, private: int = 1, public: int = 1) -> None:
    """Private places with hosts and datastores, public ones with quotas; each account read once."""
    for number in range(private):
        add(lab, f"dc{number}", "private", flavour="vmware", instances=4)
    for number in range(public):
        add(lab, f"cloud{number}", "public", flavour="public", instances=6, project="core-banking")


def add(lab: Lab, name: str, ownership: str, **config: Any) -> None:
    given: dict[str, Any] = {"regions": "1", "action_ms": 1} | config
    ident = lab.account(name, **given)
    with lab.runtime.database.writing() as session:
        account = session.get_one(Account, ident)
        account.ownership, account.status = ownership, "ok"
        account.site, account.city = f"{name}-site", "Beijing" if ownership == "private" else "Shanghai"
        account.jurisdiction = "CN"
    lab.sync(name, kinds=KINDS)


def policy(lab: Lab, text: str = CONFIDENTIAL_STAYS) -> None:
    with lab.runtime.database.writing() as session:
        policies.apply(session, CALLER, text, None, accept=True)


def document(**fields: Any) -> str:
    tier = {"name": "web", "count": 1, "vcpus": 2, "memory_gib": 4, "image_family": "ubuntu-24.04"}
    found = {"apiVersion": "mcm/v1", "kind": "Workload", "name": "shop", "data_class": "internal", "tiers": [tier]}
    return yaml.safe_dump(found | fields)


def tier(name: str = "web", **fields: Any) -> dict[str, Any]:
    return {"name": name, "count": 1, "vcpus": 2, "memory_gib": 4, "image_family": "ubuntu-24.04"} | fields


def preview(lab: Lab, text: str, **body: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    with lab.runtime.database.reading() as session:
        found = service.wanted(session, CALLER, PlacementCreate(text=text, **body))
        return service.preview(session, lab.runtime.registry, found)


def place(lab: Lab, text: str, **body: Any) -> Placement:
    wanted = PlacementCreate(text=text, **body)
    with lab.runtime.database.reading() as session:
        found = service.wanted(session, CALLER, wanted)
        made = service.preview(session, lab.runtime.registry, found)
    with lab.runtime.database.writing() as session:
        settings = lab.runtime.settings
        return service.create(session, lab.runtime.registry, settings, CALLER, found, made, wanted.minutes)


def finish(lab: Lab, row: Placement) -> Placement:
    """Until everything that was asked for has ended and was looked at."""
    for _ in range(6):
        lab.runtime.operations.run_until_idle(30)
        following.tick(lab.runtime)
        with lab.runtime.database.reading() as session:
            found = session.get_one(Placement, row.id)
        if found.status != "binding":
            return found
    return found
