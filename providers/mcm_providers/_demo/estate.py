"""What `mcm demo` connects."""

import importlib.util
import sys
from collections.abc import Mapping
from typing import Any


class DemoEstate:
    """Simulated clouds live in mcm's own process; the emulator in one of its own, on a free loopback port."""

    def __init__(self) -> None:
        self._emulator: Any = None

    def start(self, instances: int) -> list[Mapping[str, Any]]:
        accounts: list[Mapping[str, Any]] = [
            _simulated("dc-beijing", "openstack", "private", instances, ["mlps3"], "Beijing"),
            _simulated("dc-legacy", "vmware", "private", max(instances // 2, 1), ["pci"], "Shanghai"),
            _simulated("public-east", "public", "public", instances, [], None),
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
    name: str, flavour: str, ownership: str, instances: int, labels: list[str], city: str | None
) -> Mapping[str, Any]:
    return {
        "name": name,
        "provider": "simulated",
        "ownership": ownership,
        "labels": labels,
        "city": city,
        "config": {"flavour": flavour, "instances": instances, "drift": 6, "cloud_id": f"demo-{name}"},
        "secrets": {"token": "demo"},
    }
