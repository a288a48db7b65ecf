"""What mcm knows of vSphere before pyVmomi is imported."""

from mcm.contract import (
    Cadence,
    Capability,
    ConnectionField,
    ConnectionSchema,
    ImageSupport,
    KindSupport,
    ProviderDescriptor,
    ResourceKind,
    Text,
)
from mcm.contract.actions import proven_beside
from mcm_providers.vmware.action_table import MESSAGES, SUPPORT
from mcm_providers.vmware.image_table import OF_IMAGES

# Volumes and snapshots are read out of every machine's devices, 3.5 times the bytes of the machines themselves.
_SLOW = (
    ResourceKind.VOLUME,
    ResourceKind.SNAPSHOT,
    ResourceKind.HOST,
    ResourceKind.CLUSTER,
    ResourceKind.DATASTORE,
    ResourceKind.NETWORK,
    ResourceKind.OTHER,
    ResourceKind.RESOURCE_POOL,
    ResourceKind.FOLDER,
)

DESCRIPTOR = ProviderDescriptor(
    name="vmware",
    title=Text(en="VMware vSphere", zh="VMware vSphere"),
    adapter="mcm_providers.vmware.adapter:VmwareProvider",
    extra="vmware",
    sdk="pyVmomi",
    connection=ConnectionSchema(
        fields=(
            ConnectionField(
                key="host",
                type="host",
                title="vCenter or ESXi host",
                title_zh="vCenter 或 ESXi 主机",
                help="Name or address, without https://",
                required=True,
            ),
            ConnectionField(key="port", type="integer", title="Port", title_zh="端口", default=443),
            ConnectionField(
                key="verify_tls",
                type="boolean",
                title="Verify the TLS certificate",
                title_zh="验证 TLS 证书",
                help="Switch off only for a certificate that no CA file can vouch for.",
                default=True,
            ),
            ConnectionField(
                key="ca_file",
                title="CA file (PEM)",
                title_zh="CA 证书文件 (PEM)",
                help="vCenter signs its certificate itself: https://<vcenter>/certs/download.zip holds its CA.",
            ),
            ConnectionField(
                key="username",
                title="User name",
                title_zh="用户名",
                help="Such as mcm@vsphere.local; the role Read-only is enough to look.",
                required=True,
                secret=True,
            ),
            ConnectionField(key="password", title="Password", title_zh="密码", required=True, secret=True),
        )
    ),
    kinds={
        ResourceKind.INSTANCE: KindSupport(cadence=Cadence.HOT, feed=True),
        **dict.fromkeys(_SLOW, KindSupport(cadence=Cadence.SLOW)),
        ResourceKind.IMAGE: KindSupport(cadence=Cadence.DEEP),
    },
    capabilities=frozenset(
        {
            *(Capability.INVENTORY, Capability.CHANGE_FEED, Capability.ACTIONS, Capability.METRICS),
            Capability.IMAGE_EXPORT,
        }
    ),
    proven=proven_beside(__file__),
    actions=SUPPORT,
    # Every instance starts from a disk of its own, and a template has that disk.
    images=ImageSupport(import_absent="images_by_hand", root_within=True),
    messages={
        **MESSAGES,
        **OF_IMAGES,
        "no_zones": Text(
            en="vSphere has no availability zones; its clusters are the pools.",
            zh="vSphere 没有可用区；集群即资源池。",
        ),
        "no_projects": Text(
            en="vSphere has no projects; folders and resource pools divide a datacenter.",
            zh="vSphere 没有项目；数据中心由文件夹和资源池划分。",
        ),
        "sizes_are_free": Text(
            en="vSphere sizes each instance freely; there are no flavors.",
            zh="vSphere 的实例规格可任意设定，没有规格类型。",
        ),
        "networking_is_outside": Text(
            en="vSphere itself has no {kind}; physical networks, or NSX, provide it.",
            zh="vSphere 本身没有“{kind}”；由物理网络或 NSX 提供。",
        ),
        "not_in_vsphere": Text(en="vSphere has no {kind}.", zh="vSphere 没有“{kind}”。"),
        "not_read": Text(
            en="The virtual network cards of instances are not read.",
            zh="不读取实例的虚拟网卡。",
        ),
        "no_feed": Text(
            en="Only instances have a change feed in vSphere; other kinds are read whole.",
            zh="在 vSphere 中只有实例提供变更流；其他类型按全量读取。",
        ),
        "not_in_this_version": Text(
            en="This version of vCenter or ESXi does not offer it.",
            zh="此版本的 vCenter 或 ESXi 不提供该功能。",
        ),
    },
)
