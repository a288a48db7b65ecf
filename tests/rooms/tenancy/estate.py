"""Two tenants side by side whose clouds touch: one account of each, and one of the group that rules split between them.

Everything of tenant beta carries the marker `zzbeta`, so that whatever of it gets out can be found in raw bytes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
from sqlalchemy import text

from mcm.app import build_app
from mcm.auth.roles import Role
from mcm.auth.service import EVERYTHING, Caller, Grant, View
from mcm.kit import clock
from mcm.models import SyncRequest, Tenant
from mcm.tenancy import rules
from mcm.tenancy.schemas import RuleList
from tests.architecture.layout import client
from tests.lab import CALLER, Lab
from tests.rooms.inventory.world import World, ago, begin

MARKER = "zzbeta"
GROUP, ALPHA, BETA, DEEP = "ten_group", "ten_alpha", f"ten_{MARKER}", f"ten_{MARKER}_deep"
OF_ALPHA, SHARED, OF_BETA = "acc_alpha-cloud", "acc_shared-cloud", f"acc_{MARKER}-cloud"
VIEWS = {
    "alpha": View(tenants=frozenset({ALPHA})),
    "project": View(projects=frozenset({(SHARED, "p-alpha")})),
    "both": View(tenants=frozenset({ALPHA}), projects=frozenset({(SHARED, "p-open")})),
    "everything": EVERYTHING,
}
RULES = [
    {"account": "shared-cloud", "project": "p-alpha", "tenant": ALPHA},
    {"account": "shared-cloud", "project": f"p-{MARKER}", "tenant": BETA},
    {"tag_key": "owner", "tag_value": f"{MARKER}-*", "tenant": DEEP},
]


def caller(name: str, role: Role = Role.VIEWER) -> Caller:
    return who(VIEWS[name], role)


def who(view: View, role: Role = Role.VIEWER, tenant: str = ALPHA) -> Caller:
    grants = (Grant(role, view),)
    return Caller("prn_viewer", tenant, "viewer", "test", "rq_test", grants=grants, confirmed_at=clock.now())


@dataclass
class Estate:
    """ids: of resources, by whose they are: alpha, beta, open (the group's, in the project p-open) or group."""

    lab: Lab
    world: World
    ids: dict[str, list[str]] = field(default_factory=lambda: {"alpha": [], "beta": [], "open": [], "group": []})
    project: list[str] = field(default_factory=list)
    hidden_host: str = ""

    def visible(self, name: str) -> set[str]:
        return {
            "alpha": set(self.ids["alpha"]),
            "project": set(self.project),
            "both": {*self.ids["alpha"], *self.ids["open"]},
            "everything": {ident for ids in self.ids.values() for ident in ids},
        }[name]

    def hidden(self, name: str) -> set[str]:
        return self.visible("everything") - self.visible(name)

    @contextmanager
    def http(self, by: Caller) -> Iterator[httpx.Client]:
        door: Any = self.lab.runtime.door
        before = door.identify
        door.identify = lambda presented: replace(by, request_id=presented.request_id)
        try:
            with client(build_app(self.lab.runtime, background=False)) as connected:
                yield connected
        finally:
            door.identify = before


def make(lab: Lab) -> Estate:
    begin()
    world = World(lab.runtime.database)
    estate = Estate(lab, world)
    with lab.runtime.database.writing() as session:
        # Parents before their children: the database checks each row as it comes.
        for ident, name, parent in (
            (GROUP, "group", None), (ALPHA, "alpha", GROUP), (BETA, MARKER, GROUP), (DEEP, f"{MARKER}-deep", BETA),
        ):  # fmt: skip
            session.add(Tenant(id=ident, name=name, parent_id=parent, version=1, created_at=clock.now()))
            session.flush()
    with world.together():
        world.account("alpha-cloud", tenant_id=ALPHA, realm="realm-joint")
        world.account("shared-cloud", tenant_id=GROUP, config={"url": "https://shared.inside"}, error_message="inside")
        world.account(
            f"{MARKER}-cloud", tenant_id=BETA, realm="realm-joint", error_message=f"{MARKER} endpoint is down"
        )
        world.scope(
            OF_BETA, "instance", "r1", status="failing", error_message=f"{MARKER} broke", failing_since=ago(hours=1)
        )
        world.scope(OF_BETA, "network", f"{MARKER}-region", resources=900)
        world.scope(SHARED, "host", "r1", status="failing", error_message="shared.inside", failing_since=ago(hours=1))
        _fill(estate)
    _connect(estate)
    with lab.runtime.database.writing() as session:
        rules.replace(session, CALLER, RuleList.model_validate({"rules": RULES}), None)
        if lab.runtime.database.dialect == "postgresql":
            session.execute(text("SELECT setval(pg_get_serial_sequence('scope', 'id'), max(id)) FROM scope"))
        session.add(
            SyncRequest(
                id="req_beta", tenant_id=BETA, principal_id="prn_x", at=clock.now(), accounts=[OF_BETA], kinds=[],
                full=False,
            )
        )  # fmt: skip
        session.add(
            SyncRequest(
                id="req_alpha", tenant_id=ALPHA, principal_id="prn_x", at=clock.now(), accounts=[OF_ALPHA, OF_BETA],
                kinds=[], full=False,
            )
        )  # fmt: skip
    return estate


def _fill(estate: Estate) -> None:
    world, ids = estate.world, estate.ids
    size = {"vcpus": 2, "memory_mib": 2048}
    for number in range(5):
        seen_by = (OF_ALPHA, OF_BETA) if number == 0 else (OF_ALPHA,)
        ids["alpha"].append(
            world.resource(
                f"alpha-{number}", account=OF_ALPHA, attributes=size, tags={"env": "prod"}, seen_by=seen_by,
                project="home", zone="z1", native={"name": "alpha"},
            )
        )  # fmt: skip
    ids["alpha"].append(world.resource("alpha-gone", account=OF_ALPHA, presence="gone", gone_at=ago(hours=3)))
    ids["alpha"].append(world.resource("alpha-host", account=OF_ALPHA, kind="host"))
    for number in range(3):
        estate.project.append(
            world.resource(f"alpha-shared-{number}", account=SHARED, project="p-alpha", attributes=size, zone="z1")
        )
    ids["alpha"] += estate.project
    for number in range(2):
        ids["open"].append(world.resource(f"open-{number}", account=SHARED, project="p-open", attributes=size))
        ids["group"].append(world.resource(f"group-{number}", account=SHARED, attributes=size))
    secret: dict[str, Any] = {"attributes": size | {"host": f"{MARKER}-esx"}, "zone": f"{MARKER}-zone"}
    for number in range(7):
        tags = {f"{MARKER}-key": f"{MARKER}-value", "env": f"{MARKER}-env"}
        ids["beta"].append(
            world.resource(
                f"{MARKER}-{number}", account=OF_BETA, tags=tags, native={"note": MARKER}, project=f"{MARKER}-home",
                native_id=f"{MARKER}-native-{number}", native_state=MARKER.upper(), **secret,
            )
        )  # fmt: skip
    for number in range(4):
        ids["beta"].append(world.resource(f"{MARKER}-shared-{number}", account=SHARED, project=f"p-{MARKER}", **secret))
    ids["beta"].append(world.resource(f"{MARKER}-tagged", account=SHARED, tags={"owner": f"{MARKER}-team"}))
    estate.hidden_host = world.resource(
        f"{MARKER}-host", account=SHARED, kind="host", project=f"p-{MARKER}", native_id="host-9"
    )
    ids["beta"].append(estate.hidden_host)
    ids["beta"].append(world.resource(f"{MARKER}-cluster", account=SHARED, kind="cluster", project=f"p-{MARKER}"))


def _connect(estate: Estate) -> None:
    world, ids = estate.world, estate.ids
    world.relation(estate.project[0], "runs_on", estate.hidden_host, "host", "host-9")
    world.relation(ids["alpha"][0], "runs_on", ids["alpha"][6], "host", "alpha-host")
    world.relation(ids["beta"][0], "runs_on", ids["alpha"][6], "host", "alpha-host")
    # It was read through the other one's account once, and had another name there.
    world.version(ids["alpha"][1], ago(days=30), ago(days=2), account_id=OF_BETA, tenant_id=BETA, state="stopped")
    world.version(ids["beta"][0], ago(days=30), ago(days=2), tenant_id=ALPHA)
    for account, name in ((OF_ALPHA, "alpha-cloud"), (OF_BETA, f"{MARKER}-cloud"), (SHARED, "shared-cloud")):
        world.run(world.scopes[account, "r1", "instance"], ago(minutes=5), account_id=account, account_name=name)
