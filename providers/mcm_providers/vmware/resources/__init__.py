"""The table of contents: one reader for each kind."""

from mcm.contract import ResourceKind
from mcm_providers.vmware.resources import (
    cluster,
    datastore,
    folder,
    host,
    image,
    instance,
    network,
    resource_pool,
    snapshot,
    switch,
    volume,
)
from mcm_providers.vmware.resources.reader import Reader

READERS: dict[ResourceKind, Reader] = {
    ResourceKind.INSTANCE: instance.READER,
    ResourceKind.IMAGE: image.READER,
    ResourceKind.VOLUME: volume.READER,
    ResourceKind.SNAPSHOT: snapshot.READER,
    ResourceKind.HOST: host.READER,
    ResourceKind.CLUSTER: cluster.READER,
    ResourceKind.DATASTORE: datastore.READER,
    ResourceKind.NETWORK: network.READER,
    ResourceKind.OTHER: switch.READER,
    ResourceKind.RESOURCE_POOL: resource_pool.READER,
    ResourceKind.FOLDER: folder.READER,
}
