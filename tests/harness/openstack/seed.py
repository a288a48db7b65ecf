"""Fills a running cloud with instances, volumes and everything that hangs on them, for tests and for people.

Everything is found again by its name, so seeding twice changes nothing and seeding more adds the difference.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.harness.openstack.cloud import OpenStackCloud
from tests.harness.processes import ServiceFailed

PROJECTS = ("demo", "second")
_PREFIX = "seed"
# One request for more than this many takes longer than clients wait for an answer.
_BATCH = 50
_SECONDS_PER_INSTANCE = 3
_POLL_S = 0.3


@dataclass
class Seeded:
    """Native ids of what is there; instances, volumes and keypair names by project, the rest in project demo."""

    instances: dict[str, list[str]] = field(default_factory=dict)
    volumes: dict[str, list[str]] = field(default_factory=dict)
    keypairs: dict[str, str] = field(default_factory=dict)
    snapshot: str = ""
    network: str = ""
    router: str = ""
    public_ip: str = ""
    attached_to: dict[str, str] = field(default_factory=dict)  # volume -> instance


def seed(cloud: OpenStackCloud, *, instances: int = 4, volumes: int = 3) -> Seeded:
    """Makes so many instances and volumes in all, over both projects, and waits until they are usable.

    The volumes are attached to an instance each, but for the last one of demo, which has a snapshot. Demo also gets a
    network with a router of its own, and a public ip at its first instance. Raises ServiceFailed when an instance
    fails. Takes 10 to 20 s, and 1 s more for each instance or two.
    """
    result = Seeded()
    connections = {project: cloud.connect(project) for project in PROJECTS}
    try:
        for number, (project, connection) in enumerate(connections.items()):
            result.keypairs[project] = _keypair(connection)
            _request_instances(connection, project, _share(instances, number))
        demo = connections["demo"]
        result.network, result.router = _network_with_router(demo)
        for number, (project, connection) in enumerate(connections.items()):
            result.volumes[project] = _volumes(connection, _share(volumes, number))
            result.instances[project] = _await_instances(connection)
        for project, connection in connections.items():
            attachable = result.volumes[project][:-1] if project == "demo" else result.volumes[project]
            pairs = zip(attachable, result.instances[project], strict=False)
            result.attached_to |= _attach(connection, dict(pairs))
        if result.volumes["demo"]:
            result.snapshot = _snapshot(demo, result.volumes["demo"][-1])
        if result.instances["demo"]:
            result.public_ip = _public_ip(demo, result.instances["demo"][0])
    finally:
        for connection in connections.values():
            connection.close()
    return result


def _share(total: int, number: int) -> int:
    return (total + len(PROJECTS) - 1 - number) // len(PROJECTS)


def _keypair(connection: Any) -> str:
    name = f"{_PREFIX}-key"
    found = connection.compute.find_keypair(name) or connection.compute.create_keypair(name=name)
    return str(found.name)


def _instances(connection: Any) -> list[Any]:
    ours = [found for found in connection.compute.servers(details=True) if found.name.startswith(f"{_PREFIX}-")]
    return sorted(ours, key=lambda found: str(found.name))


def _request_instances(connection: Any, project: str, wanted: int) -> None:
    compute = connection.compute
    there = len(_instances(connection))
    flavor, image = compute.find_flavor("m1.tiny"), connection.image.find_image("dummy")
    network = connection.network.find_network("private")
    while there < wanted:
        count = min(wanted - there, _BATCH)
        # nova appends "-1", "-2"... only when it makes more than one.
        name = f"{_PREFIX}-{project}-{there:04}"
        compute.create_server(
            name=name,
            flavor_id=flavor.id,
            image_id=image.id,
            networks=[{"uuid": network.id}],
            key_name=f"{_PREFIX}-key",
            metadata={"env": "test", "owner": project},
            min_count=count,
            max_count=count,
        )
        there += count


def _await_instances(connection: Any) -> list[str]:
    there = _instances(connection)
    deadline = time.monotonic() + 60 + _SECONDS_PER_INSTANCE * len(there)
    while any(found.status == "BUILD" for found in there):
        if time.monotonic() > deadline:
            raise ServiceFailed(f"{sum(found.status == 'BUILD' for found in there)} instances stay in BUILD")
        time.sleep(_POLL_S)
        there = _instances(connection)
    for found in there:
        if found.status == "ERROR":
            raise ServiceFailed(f"instance {found.name} failed: {found.fault}")
    return [str(found.id) for found in there]


def _volumes(connection: Any, wanted: int) -> list[str]:
    storage = connection.block_storage
    there = {found.name: str(found.id) for found in storage.volumes(details=False)}
    names = [f"{_PREFIX}-volume-{number}" for number in range(1, wanted + 1)]
    for name in names:
        if name not in there:
            there[name] = str(storage.create_volume(name=name, size=1).id)
    for name in names:
        _await_status(storage.get_volume, there[name], "available", "in-use")
    return [there[name] for name in names]


def _attach(connection: Any, wanted: dict[str, str]) -> dict[str, str]:
    storage = connection.block_storage
    for volume, instance in wanted.items():
        if storage.get_volume(volume).status == "available":
            connection.compute.create_volume_attachment(instance, volume_id=volume)
    for volume in wanted:
        _await_status(storage.get_volume, volume, "in-use")
    return wanted


def _snapshot(connection: Any, volume: str) -> str:
    storage = connection.block_storage
    name = f"{_PREFIX}-snapshot"
    found = storage.find_snapshot(name) or storage.create_snapshot(volume_id=volume, name=name)
    _await_status(storage.get_snapshot, found.id, "available")
    return str(found.id)


def _network_with_router(connection: Any) -> tuple[str, str]:
    network = connection.network
    own = network.find_network(f"{_PREFIX}-network") or network.create_network(name=f"{_PREFIX}-network")
    name = f"{_PREFIX}-subnet"
    subnet = network.find_subnet(name) or network.create_subnet(
        name=name, network_id=own.id, ip_version=4, cidr="192.168.7.0/24", is_dhcp_enabled=False
    )
    router = network.find_router(f"{_PREFIX}-router")
    if router is None:
        gateway = {"network_id": network.find_network("public").id}
        router = network.create_router(name=f"{_PREFIX}-router", external_gateway_info=gateway)
        network.add_interface_to_router(router, subnet_id=subnet.id)
    return str(own.id), str(router.id)


def _public_ip(connection: Any, instance: str) -> str:
    network = connection.network
    port = next(iter(network.ports(device_id=instance)))
    there = next(iter(network.ips(port_id=port.id)), None)
    if there is None:
        public = network.find_network("public")
        there = network.create_ip(floating_network_id=public.id, port_id=port.id)
    return str(there.floating_ip_address)


def _await_status(get: Callable[[str], Any], native_id: str, *wanted: str, limit_s: float = 120) -> None:
    deadline = time.monotonic() + limit_s
    while (status := get(native_id).status) not in wanted:
        if time.monotonic() > deadline or "error" in status:
            raise ServiceFailed(f"{native_id} is {status} and not {' or '.join(wanted)}")
        time.sleep(_POLL_S)
