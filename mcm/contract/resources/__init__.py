"""The resource model: one envelope, typed attributes for each kind, relations. One file for each family of kinds."""

from mcm.contract.resources.base import Relation, RelationType, Resource, ResourceRef
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
    SecurityRule,
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
from mcm.contract.resources.storage import Attachment, DatastoreAttributes, SnapshotAttributes, VolumeAttributes
from mcm.contract.resources.table import ATTRIBUTES

__all__ = [
    "ATTRIBUTES",
    "Attachment",
    "BucketAttributes",
    "ClusterAttributes",
    "DatabaseAttributes",
    "DatastoreAttributes",
    "FlavorAttributes",
    "FolderAttributes",
    "HostAttributes",
    "ImageAttributes",
    "InstanceAttributes",
    "KeypairAttributes",
    "LoadBalancerAttributes",
    "NetworkAttributes",
    "OtherAttributes",
    "PoolAttributes",
    "PortAttributes",
    "ProjectAttributes",
    "PublicIpAttributes",
    "QuotaAttributes",
    "RegionAttributes",
    "Relation",
    "RelationType",
    "Resource",
    "ResourceRef",
    "RouterAttributes",
    "SecurityGroupAttributes",
    "SecurityRule",
    "SnapshotAttributes",
    "SubnetAttributes",
    "VolumeAttributes",
    "ZoneAttributes",
]
