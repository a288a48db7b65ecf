"""Records the cassettes anew, from a cloud of the harness: python -m tests.providers.openstack.record

Or from any small cloud with the users admin and demo in projects of the same names:
    OS_PASSWORD=… python -m tests.providers.openstack.record http://127.0.0.1:5000/v3
"""

import os
import sys
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mcm.contract import PermissionDenied, Region, ResourceKind, ResourceRef
from mcm.contract.conformance.context import PlainContext
from mcm_providers.openstack.adapter import OpenStackProvider
from mcm_providers.openstack.cloud import Cloud
from mcm_providers.openstack.settings import Settings
from tests.providers.openstack.recording import CASSETTES, HOST, ROLES, conversation, form

if TYPE_CHECKING:
    from tests.harness.openstack.cloud import OpenStackCloud


def record(auth_url: str, password: str) -> None:
    real = addresses(auth_url, password)
    for role in ROLES:
        (CASSETTES / f"{role}.yaml").unlink(missing_ok=True)
        with conversation(role, mode="all", real=real):
            converse(OpenStackProvider.connect(form(role, auth_url, password), PlainContext(seconds=600)))
    (CASSETTES / "wrong.yaml").unlink(missing_ok=True)
    with conversation("wrong", mode="all", real=real):
        try:
            OpenStackProvider.connect(form("demo", auth_url, "wrong"), PlainContext()).check()
        except Exception as refused:
            print(f"wrong password: {refused!r}")


def addresses(auth_url: str, password: str) -> dict[str, str]:
    """Host and port as they are → as they stand in the cassettes: the ports that OpenStack's services usually have."""
    cloud = Cloud(Settings.from_form(form("admin", auth_url, password)), PlainContext())
    found = {urlsplit(auth_url).netloc: f"{HOST}:5000"}
    for service, port in (("compute", 8774), ("network", 9696), ("image", 9292), ("block-storage", 8776)):
        url = cloud.catalogue.url(service, cloud.catalogue.regions[0])
        found[urlsplit(url or "").netloc] = f"{HOST}:{port}"
    cloud.client.close()
    return found | {str(urlsplit(auth_url).hostname): HOST}


def converse(provider: OpenStackProvider) -> None:
    """Everything that the tests ask of the cassettes."""
    provider.check()
    for region in provider.regions():
        for kind in sorted(region.kinds):
            try:
                found = list(provider.collect(kind, region))
            except PermissionDenied as refused:
                print(f"{kind}: {refused}")
                continue
            print(f"{kind}: {len(found)}")
            gone = ResourceRef(kind, "00000000-0000-4000-8000-000000000000", region=region.native_id)
            provider.observe([*(one.ref for one in found[:2]), gone])
        if ResourceKind.INSTANCE in region.kinds:
            follow(provider, region)
    provider.close()


def follow(provider: OpenStackProvider, region: Region) -> None:
    provider.changes(ResourceKind.INSTANCE, region, provider.open_feed(ResourceKind.INSTANCE, region))


def main() -> None:
    if len(sys.argv) > 1:
        record(sys.argv[1], os.environ["OS_PASSWORD"])
        return
    from tests.harness.openstack import cloud, seed

    with cloud.start() as started:
        seed.seed(started, instances=4, volumes=3)
        complete(started)
        record(started.auth_url, started.credentials("admin")["password"])


def complete(cloud: "OpenStackCloud") -> None:
    """What a seeded cloud lacks for something of every kind: an aggregate, and a key pair of the administrator."""
    with cloud.connect("admin") as connection:
        aggregate = connection.compute.create_aggregate(name="pool")
        connection.compute.add_host_to_aggregate(aggregate, next(iter(connection.compute.hypervisors())).name)
        connection.compute.create_keypair(name="administrators-key")


if __name__ == "__main__":
    main()
