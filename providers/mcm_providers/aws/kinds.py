"""Which listings make up which kind, and where each kind lives."""

from collections.abc import Mapping

from mcm.contract import ResourceKind
from mcm_providers.aws.resources import (
    bucket,
    database,
    flavor,
    image,
    instance,
    keypair,
    load_balancer,
    network,
    port,
    public_ip,
    security_group,
    snapshot,
    subnet,
    volume,
    zone,
)
from mcm_providers.aws.resources.listing import Listing

REGIONAL: Mapping[ResourceKind, tuple[Listing, ...]] = {
    ResourceKind.INSTANCE: (instance.LISTING,),
    ResourceKind.VOLUME: (volume.LISTING,),
    ResourceKind.SNAPSHOT: (snapshot.LISTING,),
    ResourceKind.IMAGE: (image.LISTING,),
    ResourceKind.FLAVOR: (flavor.LISTING,),
    ResourceKind.NETWORK: (network.LISTING,),
    ResourceKind.SUBNET: (subnet.LISTING,),
    ResourceKind.PORT: (port.LISTING,),
    ResourceKind.SECURITY_GROUP: (security_group.LISTING,),
    ResourceKind.PUBLIC_IP: (public_ip.LISTING,),
    ResourceKind.KEYPAIR: (keypair.LISTING,),
    ResourceKind.ZONE: (zone.LISTING,),
    ResourceKind.LOAD_BALANCER: (load_balancer.LISTING, load_balancer.CLASSIC),
    ResourceKind.DATABASE: (database.LISTING,),
}
GLOBAL: Mapping[ResourceKind, tuple[Listing, ...]] = {ResourceKind.BUCKET: (bucket.LISTING,)}
LISTINGS: Mapping[ResourceKind, tuple[Listing, ...]] = {**REGIONAL, **GLOBAL}
