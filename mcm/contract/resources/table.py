"""Which dataclass holds the attributes of which kind."""

from mcm.contract.kinds import ResourceKind
from mcm.contract.resources.compute import (
    ClusterAttributes,
    FlavorAttributes,
    HostAttributes,
    ImageAttributes,
    InstanceAttributes,
    KeypairAttributes,
    PoolAttributes,
)
from mcm.contract.resources.network import (
    NetworkAttributes,
    PortAttributes,
    PublicIpAttributes,
    RouterAttributes,
    SecurityGroupAttributes,
    SubnetAttributes,
)
from mcm.contract.resources.organisation import (
    FolderAttributes,
    OtherAttributes,
    ProjectAttributes,
    QuotaAttributes,
    RegionAttributes,
    ZoneAttributes,
)
from mcm.contract.resources.services import BucketAttributes, DatabaseAttributes, LoadBalancerAttributes
from mcm.contract.resources.storage import DatastoreAttributes, SnapshotAttributes, VolumeAttributes

ATTRIBUTES: dict[ResourceKind, type] = {
    ResourceKind.REGION: RegionAttributes,
    ResourceKind.ZONE: ZoneAttributes,
    ResourceKind.PROJECT: ProjectAttributes,
    ResourceKind.INSTANCE: InstanceAttributes,
    ResourceKind.VOLUME: VolumeAttributes,
    ResourceKind.SNAPSHOT: SnapshotAttributes,
    ResourceKind.IMAGE: ImageAttributes,
    ResourceKind.FLAVOR: FlavorAttributes,
    ResourceKind.NETWORK: NetworkAttributes,
    ResourceKind.SUBNET: SubnetAttributes,
    ResourceKind.PORT: PortAttributes,
    ResourceKind.ROUTER: RouterAttributes,
    ResourceKind.SECURITY_GROUP: SecurityGroupAttributes,
    ResourceKind.PUBLIC_IP: PublicIpAttributes,
    ResourceKind.KEYPAIR: KeypairAttributes,
    ResourceKind.HOST: HostAttributes,
    ResourceKind.CLUSTER: ClusterAttributes,
    ResourceKind.DATASTORE: DatastoreAttributes,
    ResourceKind.RESOURCE_POOL: PoolAttributes,
    ResourceKind.FOLDER: FolderAttributes,
    ResourceKind.QUOTA: QuotaAttributes,
    ResourceKind.LOAD_BALANCER: LoadBalancerAttributes,
    ResourceKind.DATABASE: DatabaseAttributes,
    ResourceKind.BUCKET: BucketAttributes,
    ResourceKind.OTHER: OtherAttributes,
}
