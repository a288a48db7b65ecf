"""In a process of its own: openstacksdk's listing (the floor), or mcm's sync of the instance scope.

python -m tests.bench.openstack_child floor|sync     (connection keys as JSON on standard input)
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.bench.measure import Measured, answer, measured


def floor(auth: dict[str, str]) -> Measured:
    import openstack

    connection = openstack.connect(auth=auth, region_name="RegionOne", load_envvars=False, load_yaml_config=False)
    connection.authorize()

    def listing() -> dict[str, Any]:
        return {"listed": len(list(connection.compute.servers(details=True, all_projects=True)))}

    return measured(listing)


def sync(auth: dict[str, str]) -> list[Measured]:
    from tests.bench.syncing import measured_syncs

    config = {f"auth.{key}": value for key, value in auth.items() if key != "password"}
    with tempfile.TemporaryDirectory() as directory:
        return measured_syncs(Path(directory), "openstack", config, {"auth.password": auth["password"]})


if __name__ == "__main__":
    given = json.load(sys.stdin)
    answer(*([floor(given)] if sys.argv[1] == "floor" else sync(given)))
