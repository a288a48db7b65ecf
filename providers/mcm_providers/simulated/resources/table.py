"""Which function translates which kind."""

from collections.abc import Callable

from mcm.contract import Resource
from mcm.contract import ResourceKind as K
from mcm_providers.simulated.cloud.shape import Document
from mcm_providers.simulated.resources import compute, network, organisation, services, storage
from mcm_providers.simulated.resources.envelope import Place

TRANSLATE: dict[K, Callable[[Place, Document], Resource]] = {
    K.REGION: organisation.region,
    K.ZONE: organisation.zone,
    K.PROJECT: organisation.project,
    K.INSTANCE: compute.instance,
    K.VOLUME: storage.volume,
    K.SNAPSHOT: storage.snapshot,
    K.IMAGE: compute.image,
    K.FLAVOR: compute.flavor,
    K.NETWORK: network.network,
    K.SUBNET: network.subnet,
    K.PORT: network.port,
    K.ROUTER: network.router,
    K.SECURITY_GROUP: network.security_group,
    K.PUBLIC_IP: network.public_ip,
    K.KEYPAIR: compute.keypair,
    K.HOST: organisation.host,
    K.CLUSTER: organisation.cluster,
    K.DATASTORE: storage.datastore,
    K.RESOURCE_POOL: organisation.resource_pool,
    K.FOLDER: organisation.folder,
    K.QUOTA: organisation.quota,
    K.LOAD_BALANCER: services.load_balancer,
    K.DATABASE: services.database,
    K.BUCKET: services.bucket,
    K.OTHER: organisation.other,
}
