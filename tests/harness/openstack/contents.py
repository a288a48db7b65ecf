"""The first contents of a new cloud: users, projects, catalogue, flavors, an image, networks and a security group."""

from typing import Any

from tests.harness.openstack import database
from tests.harness.openstack.client import connect
from tests.harness.openstack.settings import REGION, CloudSettings

# Name -> (memory in MiB, vCPUs, disk in GiB).
_FLAVORS = {
    "m1.tiny": (512, 1, 1),
    "m1.small": (2048, 1, 20),
    "m1.medium": (4096, 2, 40),
    "m1.large": (8192, 4, 80),
    "m1.xlarge": (16384, 8, 160),
}
_GRANTS = {"service": ("admin", "service"), "demo": ("member", "reader"), "second": ("member", "reader")}
_SERVICE_NAMES = {"volumev3": "cinderv3"}


def create_catalogue(cloud: CloudSettings) -> None:
    """Adds to a bootstrapped keystone what the other services and the users need to sign in and find their way."""
    with connect(cloud) as connection:
        identity = connection.identity
        services = {service.type for service in identity.services()}
        for service_type, (name, path) in database.ENDPOINTS.items():
            if service_type in services:
                continue
            service = identity.create_service(type=service_type, name=_SERVICE_NAMES.get(service_type, name))
            for interface in ("public", "internal", "admin"):
                identity.create_endpoint(
                    service_id=service.id, interface=interface, url=f"{cloud.url(name)}{path}", region_id=REGION
                )
        _create_users(identity, cloud.password)


def _create_users(identity: Any, password: str) -> None:
    roles = {role.name: role for role in identity.roles()}
    for name, granted in _GRANTS.items():
        project = identity.create_project(name=name, domain_id="default")
        user = identity.create_user(name=name, password=password, domain_id="default", default_project_id=project.id)
        for role in granted:
            if role not in roles:
                roles[role] = identity.create_role(name=role)
            identity.assign_project_role_to_user(project, user, roles[role])


def create_first_contents(cloud: CloudSettings) -> None:
    """Needs keystone, glance, neutron and nova's API."""
    with connect(cloud) as connection:
        for name, (memory_mib, vcpus, disk_gib) in _FLAVORS.items():
            connection.compute.create_flavor(name=name, ram=memory_mib, vcpus=vcpus, disk=disk_gib)
        connection.image.create_image(
            name="dummy",
            disk_format="raw",
            container_format="bare",
            visibility="public",
            data=bytes(1 << 20),
            min_disk=1,
        )
        _create_networks(connection.network)
        group = connection.network.create_security_group(name="web", description="ssh, http, https")
        for port in (22, 80, 443):
            connection.network.create_security_group_rule(
                security_group_id=group.id,
                direction="ingress",
                protocol="tcp",
                port_range_min=port,
                port_range_max=port,
            )


def _create_networks(network: Any) -> None:
    public = network.create_network(
        name="public",
        is_router_external=True,
        provider_network_type="flat",
        provider_physical_network="public",
    )
    private = network.create_network(name="private", is_shared=True)
    # No DHCP: it would occupy ports for a service that does not run.
    common = {"ip_version": 4, "is_dhcp_enabled": False}
    network.create_subnet(name="public-subnet", network_id=public.id, cidr="172.24.0.0/16", **common)
    subnet = network.create_subnet(name="private-subnet", network_id=private.id, cidr="10.0.0.0/16", **common)
    router = network.create_router(name="router", external_gateway_info={"network_id": public.id})
    network.add_interface_to_router(router, subnet_id=subnet.id)
