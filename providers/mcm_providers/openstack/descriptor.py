"""What mcm knows of OpenStack before keystoneauth is imported."""

from mcm.contract import Cadence, Capability, ImageSupport, KindSupport, ProviderDescriptor, ResourceKind, Text
from mcm.contract.actions import proven_beside
from mcm_providers._prometheus.fields import MESSAGES
from mcm_providers.openstack.action_table import SUPPORT
from mcm_providers.openstack.fields import FIELDS, CloudsYamlSchema

_HOT = (ResourceKind.VOLUME, ResourceKind.PORT, ResourceKind.PUBLIC_IP)
# A quota costs an administrator three requests for each project, so it is not read every five minutes.
_SLOW = (
    ResourceKind.SNAPSHOT,
    ResourceKind.NETWORK,
    ResourceKind.SUBNET,
    ResourceKind.ROUTER,
    ResourceKind.SECURITY_GROUP,
    ResourceKind.KEYPAIR,
    ResourceKind.HOST,
    ResourceKind.CLUSTER,
    ResourceKind.ZONE,
    ResourceKind.PROJECT,
    ResourceKind.REGION,
    ResourceKind.QUOTA,
)
_DEEP = (ResourceKind.IMAGE, ResourceKind.FLAVOR)

DESCRIPTOR = ProviderDescriptor(
    name="openstack",
    title=Text(en="OpenStack", zh="OpenStack"),
    adapter="mcm_providers.openstack.adapter:OpenStackProvider",
    extra="openstack",
    sdk="keystoneauth1",
    connection=CloudsYamlSchema(fields=FIELDS),
    kinds={
        ResourceKind.INSTANCE: KindSupport(cadence=Cadence.HOT, feed=True),
        **dict.fromkeys(_HOT, KindSupport(cadence=Cadence.HOT)),
        **dict.fromkeys(_SLOW, KindSupport(cadence=Cadence.SLOW)),
        **dict.fromkeys(_DEEP, KindSupport(cadence=Cadence.DEEP)),
    },
    capabilities=frozenset(
        {
            *(Capability.INVENTORY, Capability.CHANGE_FEED, Capability.ACTIONS, Capability.METRICS),
            *(Capability.IMAGE_EXPORT, Capability.IMAGE_IMPORT),
        }
    ),
    images=ImageSupport(root_volume=True),
    proven=proven_beside(__file__),
    actions=SUPPORT,
    messages={
        "service_missing": Text(
            en="The catalogue has no {service} service in {region}, so there is nothing of this kind to read.",
            zh="服务目录中 {region} 没有 {service} 服务，因此没有可读取的此类资源。",
        ),
        "read_in_region": Text(
            en="{region} and {other} share one {service} service; this kind is read in {other}.",
            zh="{region} 与 {other} 共用一个 {service} 服务，此类资源在 {other} 中读取。",
        ),
        "extension_missing": Text(
            en="The {service} service in {region} does not offer {path}.",
            zh="{region} 的 {service} 服务不提供 {path}。",
        ),
        **MESSAGES,
        "image_has_no_bytes": Text(
            en="The image stands for snapshots of volumes and has no bytes of its own.",
            zh="该镜像只引用卷快照，自身没有数据。",
        ),
        "change_feed_missing": Text(
            en="Only instances have a change feed in OpenStack.", zh="在 OpenStack 中只有云主机提供变更流。"
        ),
    },
    import_file="mcm_providers.openstack.import_file:read_cloud",
)
