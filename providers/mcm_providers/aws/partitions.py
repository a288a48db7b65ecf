"""AWS's partitions (public, China, government …) and their regions, from the tables that come with botocore."""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mcm.contract import InvalidRequest
from mcm_providers.aws.client import loader


@dataclass(frozen=True, slots=True)
class Partition:
    """home_region: always enabled and answers for the whole account; sign-in and DescribeRegions go there.

    (A region that an account has not enabled refuses valid credentials as if they were wrong.)
    """

    name: str
    home_region: str
    region_names: Mapping[str, str]
    pattern: str

    def has(self, region: str) -> bool:
        """Whether there may be a region of that name; new ones are not in the table yet."""
        return region in self.region_names or re.fullmatch(self.pattern, region) is not None


def find_partition(name: str, regions: tuple[str, ...]) -> Partition:
    """The one called `name`, else that of the first of `regions`, else the public one.

    Raises InvalidRequest for an unknown name and for regions of two partitions: no credentials hold in both.
    """
    table = _partitions()
    if name and name not in table:
        raise InvalidRequest(f"there is no partition '{name}'; known: {', '.join(table)}")
    found = {region: _partition_of(region) for region in regions}
    wanted = name or next(iter(found.values()), "aws")
    for region, partition in found.items():
        if partition != wanted:
            raise InvalidRequest(f"region '{region}' is in partition '{partition}', not in '{wanted}'")
    return _as_partition(table[wanted])


def service_in_region(service: str, region: str) -> bool:
    """False only where botocore's table has the region for EC2 and not for `service`: it knows no newer regions."""
    for partition in loader().load_data("endpoints")["partitions"]:
        services = partition["services"]
        if region in services.get("ec2", {}).get("endpoints", {}):
            endpoints: Mapping[str, Any] = services.get(service, {}).get("endpoints", {})
            return region in endpoints
    return True


@functools.cache
def _partitions() -> dict[str, Any]:
    return {partition["id"]: partition for partition in loader().load_data("partitions")["partitions"]}


def _partition_of(region: str) -> str:
    return next((name for name, entry in _partitions().items() if _as_partition(entry).has(region)), "aws")


def _as_partition(entry: Mapping[str, Any]) -> Partition:
    return Partition(
        name=entry["id"],
        home_region=entry["outputs"]["implicitGlobalRegion"],
        region_names={region: about.get("description", region) for region, about in entry["regions"].items()},
        pattern=entry["regionRegex"],
    )
