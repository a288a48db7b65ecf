"""In a process of its own: boto3's paginated listing (the floor), or mcm's sync of the instance scope.

python -m tests.bench.ec2_child floor PAGE_SIZE URL | sync - URL
"""

import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.bench.measure import Measured, answer, measured

REGION = "eu-central-1"


def floor(page_size: int, url: str) -> Measured:
    import boto3

    session = boto3.Session(aws_access_key_id="bench", aws_secret_access_key="bench", region_name=REGION)
    client = session.client("ec2", endpoint_url=url)
    paginator = client.get_paginator("describe_instances")

    def listing() -> dict[str, Any]:
        instances = []
        for page in paginator.paginate(PaginationConfig={"PageSize": page_size}):
            for reservation in page["Reservations"]:
                instances += reservation["Instances"]
        return {"listed": len(instances)}

    return measured(listing)


def sync(url: str) -> list[Measured]:
    from tests.bench.syncing import measured_syncs

    secrets = {"access_key_id": "bench", "secret_access_key": "bench"}
    with tempfile.TemporaryDirectory() as directory:
        return measured_syncs(Path(directory), "aws", {"regions": [REGION], "endpoint_url": url}, secrets)


if __name__ == "__main__":
    what, page_size, url = sys.argv[1:4]
    answer(*([floor(int(page_size), url)] if what == "floor" else sync(url)))
