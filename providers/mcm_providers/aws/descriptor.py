"""What mcm knows of AWS before botocore is imported."""

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
from mcm_providers._transport.fields import CA_FILE, VERIFY_TLS
from mcm_providers.aws.action_table import MESSAGES, SUPPORT
from mcm_providers.aws.prices.reasons import LEFT_OUT

_HOT = (ResourceKind.INSTANCE, ResourceKind.VOLUME, ResourceKind.PORT, ResourceKind.PUBLIC_IP)
_SLOW = (
    ResourceKind.SNAPSHOT,
    ResourceKind.IMAGE,
    ResourceKind.NETWORK,
    ResourceKind.SUBNET,
    ResourceKind.SECURITY_GROUP,
    ResourceKind.KEYPAIR,
    ResourceKind.LOAD_BALANCER,
    ResourceKind.DATABASE,
    ResourceKind.BUCKET,
)
_DEEP = (ResourceKind.FLAVOR, ResourceKind.ZONE)

DESCRIPTOR = ProviderDescriptor(
    name="aws",
    title=Text(en="Amazon Web Services", zh="亚马逊云科技 (AWS)"),
    adapter="mcm_providers.aws.adapter:AwsProvider",
    extra="aws",
    sdk="botocore",
    connection=ConnectionSchema(
        fields=(
            ConnectionField(
                key="region",
                title="Region",
                title_zh="区域",
                help="One region, such as eu-central-1. Without region and regions: all that the account has enabled.",
            ),
            ConnectionField(key="regions", type="list", title="Regions", title_zh="区域列表", help="Several regions."),
            ConnectionField(
                key="partition",
                title="Partition",
                title_zh="分区",
                help="aws, aws-cn or aws-us-gov. Only needed for all regions outside the public partition.",
            ),
            ConnectionField(
                key="endpoint_url",
                type="url",
                title="Endpoint for all services",
                title_zh="所有服务的端点",
                help="For emulators and gateways that answer for every service at one address.",
            ),
            ConnectionField(
                key="price_list_url",
                type="url",
                title="Address of the price list",
                title_zh="价目表地址",
                help="A mirror of AWS's own, for sites without a way out.",
            ),
            CA_FILE,
            VERIFY_TLS,
            ConnectionField(
                key="access_key_id", title="Access key ID", title_zh="访问密钥 ID", required=True, secret=True
            ),
            ConnectionField(
                key="secret_access_key", title="Secret access key", title_zh="私有访问密钥", required=True, secret=True
            ),
            ConnectionField(
                key="session_token",
                title="Session token",
                title_zh="会话令牌",
                help="With temporary credentials; they expire.",
                secret=True,
            ),
        )
    ),
    kinds={
        **dict.fromkeys(_HOT, KindSupport(cadence=Cadence.HOT)),
        **dict.fromkeys(_SLOW, KindSupport(cadence=Cadence.SLOW)),
        **dict.fromkeys(_DEEP, KindSupport(cadence=Cadence.DEEP)),
    },
    capabilities=frozenset({Capability.INVENTORY, Capability.ACTIONS, Capability.METRICS, Capability.PRICES}),
    proven=proven_beside(__file__),
    actions=SUPPORT,
    images=ImageSupport(export_absent="images_by_hand", import_absent="images_by_hand"),
    messages={
        "images_by_hand": Text(
            en="mcm does not copy images out of or into AWS; VM Import/Export does so through a bucket of yours.",
            zh="mcm 不在 AWS 中导出或导入镜像，请使用 VM Import/Export 并借助您的存储桶完成。",
        ),
        **MESSAGES,
        **LEFT_OUT,
        "region_not_enabled": Text(
            en="The region {region} is not enabled for this account. Enable it under Account > AWS Regions, "
            "or take it out of the configuration.",
            zh="此账号未启用区域 {region}。请在“账号 > AWS 区域”中启用，或将其从配置中移除。",
        ),
        "region_unknown": Text(
            en="AWS does not know a region called {region}. Check its spelling.",
            zh="AWS 没有名为 {region} 的区域，请检查拼写。",
        ),
        "service_not_in_region": Text(
            en="AWS does not offer {service} in {region}.", zh="AWS 在 {region} 不提供 {service}。"
        ),
        "operation_not_offered": Text(
            en="The service at this address does not know {operation}.", zh="该地址的服务不支持 {operation}。"
        ),
        "kind_not_read": Text(en="mcm does not read {kind} from AWS.", zh="mcm 不从 AWS 读取 {kind}。"),
        "not_subscribed": Text(
            en="The account is not subscribed to {service} in {region}.",
            zh="此账号未在 {region} 订阅 {service}。",
        ),
    },
    import_file="mcm_providers.aws.import_file:read_profile",
)
