"""At which addresses a node_exporter of an instance or host may be scraped: OpenStack has no meters of its own."""

from collections.abc import Collection

from mcm.contract import ResourceKind
from mcm_providers._prometheus.account import Names
from mcm_providers._prometheus.reading import Identity
from mcm_providers.openstack.cloud import Cloud
from mcm_providers.openstack.documents import identifier, mapping, text
from mcm_providers.openstack.resources import host
from mcm_providers.openstack.resources.addresses import addresses


def names_of(cloud: Cloud, kind: ResourceKind, region: str) -> Names:
    """Of all that the account sees, so that it shows which addresses are unique."""
    return _hosts(cloud, region) if kind is ResourceKind.HOST else _instances(cloud, region)


def _instances(cloud: Cloud, region: str) -> Names:
    service = cloud.service("compute", region)
    everything = (("all_tenants", 1),) if cloud.sees_all_projects(region) else ()
    found: dict[Identity, Collection[str]] = {}
    for page in service.pages("/servers/detail", "servers", everything, paged=False):
        for row in page:
            known = addresses(mapping(row.get("addresses")))
            found[ResourceKind.INSTANCE.value, identifier(row), ""] = [*known.private, *known.public]
    return found


def _hosts(cloud: Cloud, region: str) -> Names:
    found: dict[Identity, Collection[str]] = {}
    for page in host.hypervisors(cloud.service("compute", region)):
        for row in page:
            names = (row.get("host_ip"), row.get("hypervisor_hostname"), mapping(row.get("service")).get("host"))
            known = {name for one in names if (name := text(one))}
            found[ResourceKind.HOST.value, identifier(row), host.scope(row, region)] = known
    return found
