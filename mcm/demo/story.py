"""Fills the demonstration through the public API: clouds that are read, one that cannot be read any more, a plan that
waits for approval, and a machine that was stopped just now.

The plan is asked for by a user who signs in for it and is removed again: as long as there is one, the console asks
everybody to sign in. Nothing is written past the API.
"""

import secrets
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

from mcm.cli.client import Client, at
from mcm.cli.instance import COLUMNS
from mcm.cli.output import Format, print_rows
from mcm.errors import McmError
from mcm.kit import clock

_PATIENCE_S, _PAUSE_S = 120.0, 0.3
_SHOWN = 20
_STARTERS = ("confidential-stays-private", "residency-by-jurisdiction", "data-is-classified")
# By the names of the demonstration's applications; the rest is internal.
_CLASSES = [
    {"data_class": "confidential", "name": "核心账务*"},
    {"data_class": "public", "name": "web*"},
    {"data_class": "internal", "name": "*"},
]


class Story(Protocol):
    """failing: an account, and the body of `PATCH /accounts/{name}` after which it cannot be read any more. stopped: a
    filter; the first machine by name is stopped. asker: whoever asks for `plan`, the body of `POST /plans`. rate_card:
    the name of a pool of costs and its document; what it comes to is published for this month. bill: an account, and
    what makes its bill of its instances. prices: an account, and what makes a price list of its flavors. budgets,
    rules: documents of `PUT /budgets` and `PUT /allocation-rules`. workloads: documents by name, which are placed."""

    @property
    def failing(self) -> tuple[str, Mapping[str, Any]]: ...

    @property
    def stopped(self) -> str: ...

    @property
    def asker(self) -> str: ...

    @property
    def plan(self) -> Mapping[str, Any]: ...

    @property
    def rate_card(self) -> tuple[str, str]: ...

    @property
    def bill(self) -> tuple[str, Callable[[Sequence[Mapping[str, Any]], date], bytes]]: ...

    @property
    def prices(self) -> tuple[str, Callable[[Sequence[Mapping[str, Any]], date], bytes]]: ...

    @property
    def budgets(self) -> str: ...

    @property
    def rules(self) -> str: ...

    @property
    def workloads(self) -> Mapping[str, str]: ...


def connect(url: str, token: str, accounts: list[Mapping[str, Any]]) -> None:
    """Adds them and reads them once. `token`: of whoever owns the data directory."""
    with at(url, token) as client:
        for body in accounts:
            client.post("/accounts", dict(body))
            _say(f"connected {body['name']} ({body['provider']}, {body['ownership']})")
        asked = client.post("/sync/requests", {})["id"]
        # As long as it takes: whoever wants large clouds waits for them.
        while (read := client.get(f"/sync/requests/{asked}"))["outcome"] == "running":
            time.sleep(_PAUSE_S)
        print_rows(client.get("/instances", limit=_SHOWN, order_by="name")["items"], COLUMNS, Format.TABLE)
        _say(f"{client.get('/resources/count')['count']} resources in {len(accounts)} clouds; sync {read['outcome']}")


def tell(url: str, token: str, story: Story) -> None:
    """Says what there is to see. Raises Failure or McmError when something of it does not come about."""
    with at(url, token) as client:
        card = _published(client, *story.rate_card)
        _priced(client, story)
        billed = _billed(client, story)
        broken = _guarded(client)
        client.post("/findings/check")
        placed = _placed(client, story.workloads)
        name, change = story.failing
        client.patch(f"/accounts/{name}", dict(change))
        plan = _asked(url, client, story) if _first(client, story.plan["filter"]) else None
        machine = _stopped(client, story.stopped)
        account = _until(f"{name} to fail", lambda: client.get(f"/accounts/{name}"), lambda a: a["status"] == "failing")
    _say("what there is to see:")
    _say(f"  stale: account {name} cannot be read any more: {account['error_message']}")
    if plan:
        _say(f"  waiting for approval: {plan['action']}, {plan['counts']['target']} targets, asked by {story.asker}")
    if machine:
        _say(f"  stopped just now: {machine['name']} in {machine['account']}")
    if broken:
        _say(f"  violated: {broken[0]['policy']}, by {broken[0]['name']} in {broken[0]['account']} and others")
    hour = round(Decimal(card["full"]["vcpu_hour"]), 4)
    _say(f"  published for {card['month']}: what {card['pool']} costs, {hour} {card['currency']} for a vCPU and hour")
    _say(f"  billed: {billed['rows']} charges of {billed['account']} in {len(billed['months'])} months")
    for name, where in placed.items():
        _say(f"  placed: workload {name} in {where}; the room is held for an hour")
    _say(f"try: MCM_SERVER={url} mcm instance list --filter 'state = \"running\"'")


def _published(client: Client, pool: str, document: str) -> dict[str, Any]:
    client.put(f"/cost-pools/{pool}", {"document": document})
    card: dict[str, Any] = client.post("/rate-cards", {"pool": pool, "month": f"{clock.now():%Y-%m}"})
    return card


def _priced(client: Client, story: Story) -> None:
    account, made = story.prices
    flavors = client.get("/resources", filter=f'kind = "flavor" AND account = "{account}"', limit=1000)["items"]
    _upload(client, "/price-lists", made(flavors, clock.now().date()))


def _upload(client: Client, path: str, content: bytes, **query: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "demonstration.csv")
        file.write_bytes(content)
        taken: dict[str, Any] = client.upload(path, file, **query)
        return taken


def _billed(client: Client, story: Story) -> dict[str, Any]:
    """Half a year of bills, with a budget and a rule for what is nobody's own."""
    account, made = story.bill
    instances = client.get("/instances", filter=f'account = "{account}"', limit=1000, order_by="name")["items"]
    content = made(instances, clock.now().date())
    taken = _upload(client, "/charge-imports", content, account=account, file_name=f"{account}.csv")
    client.put("/budgets", {"document": story.budgets})
    client.put("/allocation-rules", {"document": story.rules})
    return taken


def _guarded(client: Client) -> list[dict[str, Any]]:
    """Some starter policies, and the newest of what breaks them."""
    client.put("/classification-rules", {"rules": _CLASSES})
    for name in _STARTERS:
        client.post(f"/policies/library/{name}", accept_warnings=True)
    client.post("/violations/check")
    found: list[dict[str, Any]] = client.get("/violations", limit=1)["items"]
    return found


def _placed(client: Client, workloads: Mapping[str, str]) -> dict[str, str]:
    """Where their room is held; who would move for less is searched for besides. None of it makes anything."""
    found = {}
    for name, text in workloads.items():
        client.put(f"/workloads/{name}", {"text": text})
        parts = (client.post("/placements", {"workload": name})["outcome"]["chosen"] or {}).get("parts", [])
        if parts:
            found[name] = ", ".join(sorted({part["location"] for part in parts}))
    client.post("/optimizations", {"goal": "cost", "time_limit_s": 20})
    return found


def _asked(url: str, client: Client, story: Story) -> dict[str, Any]:
    password = secrets.token_urlsafe(24)
    user = {"name": story.asker, "password": password, "must_change": False, "roles": ["operator"]}
    client.post("/users", user)
    try:
        with at(url, "") as theirs:
            theirs.sign_in(story.asker, password)
            plan: dict[str, Any] = theirs.post("/plans", dict(story.plan))
            return plan
    finally:
        client.delete(f"/users/{story.asker}")


def _first(client: Client, wanted: str) -> dict[str, Any] | None:
    """None: the clouds are too small to have one."""
    found = client.get("/instances", filter=wanted, limit=1, order_by="name")["items"]
    return found[0] if found else None


def _stopped(client: Client, wanted: str) -> dict[str, Any] | None:
    if found := _first(client, wanted):
        asked = client.post("/operations", {"action": "instance.stop", "resource": found["id"]})["id"]
        _until(f"{found['name']} to stop", lambda: client.get(f"/operations/{asked}"), _succeeded)
    return found


def _succeeded(operation: Mapping[str, Any]) -> bool:
    if operation["status"] in ("failed", "in_doubt", "cancelled"):
        raise McmError(f"{operation['action']} has {operation['status']}: {operation['error_message']}")
    return bool(operation["status"] == "succeeded")


def _until(what: str, look: Callable[[], dict[str, Any]], there: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    until = time.monotonic() + _PATIENCE_S
    while not there(found := look()):
        if time.monotonic() > until:
            raise McmError(f"waited in vain for {what}")
        time.sleep(_PAUSE_S)
    return found


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)
