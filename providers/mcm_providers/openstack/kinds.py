"""Which kind is read how: the table behind `collect` and `observe`.

`find` looks some up by their ids; a kind without one is listed whole to look some up, which for these is one request.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from mcm.contract import Resource, ResourceKind
from mcm_providers.openstack.cloud import Cloud
from mcm_providers.openstack.names import Names
from mcm_providers.openstack.resources import (
    cluster,
    flavor,
    host,
    image,
    instance,
    keypair,
    network,
    port,
    project,
    public_ip,
    quota,
    router,
    security_group,
    snapshot,
    subnet,
    volume,
    zone,
)
from mcm_providers.openstack.single import find_instances, find_snapshots, find_volumes

Collect = Callable[[Cloud, str, Names], Iterable[Resource]]
Find = Callable[[Cloud, str, Names, Sequence[str]], Iterable[Resource]]


@dataclass(frozen=True, slots=True)
class Reader:
    """service: without it the kind is absent; "" for keystone, which is always there. batch: ids in one `find`."""

    service: str
    collect: Collect
    find: Find | None = None
    batch: int = 50


def _unnamed(collect: Callable[[Cloud, str], Iterator[Resource]]) -> Collect:
    return lambda cloud, region, _: collect(cloud, region)


def _find_quotas(cloud: Cloud, region: str, _: Names, ids: Sequence[str]) -> Iterator[Resource]:
    return quota.collect(cloud, region, [native_id.partition("/")[0] for native_id in ids])


_neutron = partial(Reader, "network")

READERS: dict[ResourceKind, Reader] = {
    ResourceKind.INSTANCE: Reader("compute", instance.collect, find_instances),
    ResourceKind.FLAVOR: Reader("compute", _unnamed(flavor.collect)),
    ResourceKind.KEYPAIR: Reader("compute", _unnamed(keypair.collect)),
    ResourceKind.HOST: Reader("compute", _unnamed(host.collect)),
    ResourceKind.CLUSTER: Reader("compute", _unnamed(cluster.collect)),
    ResourceKind.ZONE: Reader("compute", _unnamed(zone.collect)),
    ResourceKind.QUOTA: Reader("compute", _unnamed(quota.collect), _find_quotas, batch=1000),
    ResourceKind.VOLUME: Reader("block-storage", volume.collect, find_volumes),
    ResourceKind.SNAPSHOT: Reader("block-storage", snapshot.collect, find_snapshots),
    ResourceKind.IMAGE: Reader("image", image.collect, image.find),
    ResourceKind.NETWORK: _neutron(network.collect, network.find),
    ResourceKind.SUBNET: _neutron(subnet.collect, subnet.find),
    ResourceKind.PORT: _neutron(port.KIND.collect, port.KIND.find),
    ResourceKind.ROUTER: _neutron(router.KIND.collect, router.KIND.find),
    ResourceKind.SECURITY_GROUP: _neutron(security_group.KIND.collect, security_group.KIND.find),
    ResourceKind.PUBLIC_IP: _neutron(public_ip.KIND.collect, public_ip.KIND.find),
    ResourceKind.PROJECT: Reader("", _unnamed(project.collect)),
}
