"""What mcm knows of the libcloud bridge before libcloud is imported."""

from mcm.contract import (
    Cadence,
    Capability,
    ConnectionField,
    ConnectionSchema,
    KindSupport,
    ProviderDescriptor,
    ResourceKind,
    Text,
)
from mcm_providers._prometheus.fields import FIELDS as PROMETHEUS_FIELDS
from mcm_providers._prometheus.fields import MESSAGES
from mcm_providers._transport.fields import CA_FILE, VERIFY_TLS

_FIELDS = (
    ConnectionField(
        key="driver",
        title="Driver",
        title_zh="驱动",
        help="libcloud's name of the cloud's compute driver, such as cloudstack",
        required=True,
    ),
    ConnectionField(key="host", type="host", title="Host", title_zh="主机", help="Required for cloudstack."),
    ConnectionField(
        key="port",
        type="integer",
        title="Port",
        title_zh="端口",
        help="443, or 80 without TLS, if left out. CloudStack's own are 8443 and 8080.",
    ),
    ConnectionField(
        key="path", title="Path of the API", title_zh="API 路径", help="cloudstack: /client/api if left out."
    ),
    ConnectionField(key="secure", type="boolean", title="Use TLS", title_zh="使用 TLS", default=True),
    VERIFY_TLS,
    CA_FILE,
    ConnectionField(
        key="region",
        title="Region",
        title_zh="区域",
        help="cloudstack: a name for what this address serves, the same in all accounts of one cloud. "
        "Other drivers: the driver's own region.",
    ),
    ConnectionField(
        key="options",
        type="list",
        title="Further driver arguments",
        title_zh="其他驱动参数",
        help="name=value, not secret, for drivers that need more, such as tenant=acme.",
    ),
    ConnectionField(
        key="allow_unproven",
        type="boolean",
        title="Allow an unproven driver",
        title_zh="允许未经验证的驱动",
        help="Such a driver may leave out what is on later pages; nothing that it does not list counts as gone.",
        default=False,
    ),
    ConnectionField(key="key", title="API key or user", title_zh="API 密钥或用户名", required=True, secret=True),
    ConnectionField(
        key="secret", title="Secret key or password", title_zh="私有密钥或密码", help="If it has one.", secret=True
    ),
    *PROMETHEUS_FIELDS,
)

_HOT = (ResourceKind.INSTANCE, ResourceKind.VOLUME, ResourceKind.PUBLIC_IP)
_SLOW = (
    ResourceKind.SNAPSHOT,
    ResourceKind.NETWORK,
    ResourceKind.SECURITY_GROUP,
    ResourceKind.KEYPAIR,
    ResourceKind.PROJECT,
    ResourceKind.HOST,
    ResourceKind.CLUSTER,
    ResourceKind.DATASTORE,
)
_DEEP = (ResourceKind.ZONE, ResourceKind.IMAGE, ResourceKind.FLAVOR)

DESCRIPTOR = ProviderDescriptor(
    name="libcloud",
    title=Text(
        en="Other clouds, through Apache Libcloud (CloudStack)", zh="其他云，经由 Apache Libcloud（CloudStack）"
    ),
    adapter="mcm_providers.libcloud.adapter:LibcloudProvider",
    extra="libcloud",
    sdk="libcloud",
    connection=ConnectionSchema(fields=_FIELDS),
    kinds={
        **dict.fromkeys(_HOT, KindSupport(cadence=Cadence.HOT)),
        **dict.fromkeys(_SLOW, KindSupport(cadence=Cadence.SLOW)),
        **dict.fromkeys(_DEEP, KindSupport(cadence=Cadence.DEEP)),
    },
    capabilities=frozenset({Capability.INVENTORY, Capability.METRICS}),
    messages={
        **MESSAGES,
        "command_not_allowed": Text(
            en="The role of these credentials does not allow {command}, or this version of the cloud does not know it.",
            zh="这些凭据的角色不允许 {command}，或该版本的云不支持此命令。",
        ),
        "driver_cannot": Text(
            en="libcloud's driver {driver} cannot list {kind}.", zh="libcloud 的驱动 {driver} 无法列出“{kind}”。"
        ),
        "driver_unproven": Text(
            en="No test has shown yet that the driver {driver} lists everything when a cloud answers in several pages.",
            zh="尚无测试证明，当云分多页返回结果时，驱动 {driver} 能完整列出所有内容。",
        ),
        "driver_truncates": Text(
            en="The driver {driver} is known to leave out what is on later pages.",
            zh="已知驱动 {driver} 会遗漏后续分页中的内容。",
        ),
        "driver_has_own_provider": Text(
            en="mcm has a provider of its own for this cloud, {provider}; use that one instead of the driver {driver}.",
            zh="mcm 为该云提供了专用的提供方 {provider}，请使用它而不是驱动 {driver}。",
        ),
        "driver_unguarded": Text(
            en="The driver {driver} opens connections or files past libcloud's own transport; there mcm cannot "
            "guard it.",
            zh="驱动 {driver} 绕过 libcloud 自身的传输层打开连接或文件，mcm 无法对其进行防护。",
        ),
        "driver_removed": Text(
            en="libcloud names {driver} but no longer has a driver for it.",
            zh="libcloud 仍保留名称 {driver}，但已不再提供其驱动。",
        ),
    },
    import_file="mcm_providers.libcloud.import_file:read_profile",
)
