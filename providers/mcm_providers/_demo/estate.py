"""What `mcm demo` connects, and what happens there before anybody looks."""

import importlib.util
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from mcm_providers._demo.bill import BUDGETS, RULES, bill
from mcm_providers._demo.prices import prices
from mcm_providers._demo.rate_card import RATE_CARD
from mcm_providers._demo.workloads import WORKLOADS

# Nothing changes there by itself: a plan whose targets drift would be stale before anybody has approved it.
PRIVATE = "beijing-dc"
EXPIRING = "shanghai-vmware"
PUBLIC = "public-east"


@dataclass(frozen=True)
class Story:
    """failing: an account, and the body of `PATCH /accounts/{name}` after which it cannot be read any more. stopped: a
    filter; the first machine by name is stopped. asker: whoever asks for `plan`, the body of `POST /plans`.
    rate_card: the name of a pool of costs, and its document. bill: an account, and what makes its bill of its
    instances as the API lists them, until yesterday. prices: an account, and what makes a price list of its flavors.
    budgets, rules: documents. workloads: documents by name, which are placed."""

    failing: tuple[str, Mapping[str, Any]]
    stopped: str
    asker: str
    plan: Mapping[str, Any]
    rate_card: tuple[str, str]
    bill: tuple[str, Callable[[Sequence[Mapping[str, Any]], date], bytes]]
    prices: tuple[str, Callable[[Sequence[Mapping[str, Any]], date], bytes]]
    budgets: str
    rules: str
    workloads: Mapping[str, str]


STORY = Story(
    failing=(EXPIRING, {"secrets": {"token": "expired"}}),
    stopped=f'account = "{PRIVATE}" AND state = "running" AND tags.env = "uat"',
    asker="zhang.wei",
    plan={
        "action": "instance.delete",
        "filter": f'account = "{PRIVATE}" AND state = "stopped" AND tags.env = "test"',
        "note": "Left over from the release tests; nobody has claimed them",
    },
    rate_card=(PRIVATE, RATE_CARD),
    bill=(PUBLIC, bill),
    prices=(PUBLIC, prices),
    budgets=BUDGETS,
    rules=RULES,
    workloads=WORKLOADS,
)


class DemoEstate:
    """Simulated clouds live in mcm's own processes; the emulator in one of its own, on a free loopback port."""

    story = STORY

    def __init__(self) -> None:
        self._emulator: Any = None

    def start(self, instances: int) -> list[Mapping[str, Any]]:
        accounts: list[Mapping[str, Any]] = [
            _simulated(PRIVATE, "openstack", "private", instances, ["mlps3"], "Beijing"),
            _simulated(EXPIRING, "vmware", "private", max(instances * 3 // 5, 1), ["pci"], "Shanghai"),
            _simulated(PUBLIC, "public", "public", max(instances * 4 // 5, 1), [], None, drift=6),
        ]
        if importlib.util.find_spec("moto") is None or importlib.util.find_spec("boto3") is None:
            print("the AWS emulator is not installed (extra 'demo'): going on without it", file=sys.stderr)
            return accounts
        from mcm_providers._demo.emulator import Emulator

        self._emulator = Emulator()
        endpoint = self._emulator.start()
        accounts.append(
            {
                "name": "aws-emulated",
                "provider": "aws",
                "ownership": "public",
                "labels": [],
                "config": {"regions": ["eu-central-1", "us-east-1"], "endpoint_url": endpoint},
                "secrets": {"access_key_id": "demo", "secret_access_key": "demo"},
            }
        )
        return accounts

    def stop(self) -> None:
        if self._emulator is not None:
            self._emulator.stop()


def _simulated(
    name: str, flavour: str, ownership: str, instances: int, labels: list[str], city: str | None, *, drift: int = 0
) -> Mapping[str, Any]:
    """drift: changes a minute, over the whole cloud."""
    return {
        "name": name,
        "provider": "simulated",
        "ownership": ownership,
        "labels": labels,
        "city": city,
        "jurisdiction": "CN",
        "config": {"flavour": flavour, "instances": instances, "drift": drift, "cloud_id": f"demo-{name}"},
        "secrets": {"token": "demo"},
    }
