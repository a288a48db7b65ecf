"""What mcm knows of Alibaba Cloud's prices before anything else is imported."""

from mcm.contract import Capability, ConnectionField, ConnectionSchema, ProviderDescriptor, Text
from mcm_providers._transport.fields import CA_FILE, VERIFY_TLS, price_regions

DESCRIPTOR = ProviderDescriptor(
    name="alibaba",
    title=Text(en="Alibaba Cloud (prices)", zh="阿里云（价格）"),
    adapter="mcm_providers.alibaba.adapter:AlibabaProvider",
    extra="prices",
    sdk="requests",
    connection=ConnectionSchema(
        fields=(
            price_regions("As Alibaba Cloud writes them, such as cn-hangzhou,eu-central-1."),
            ConnectionField(
                key="site",
                title="Site of the account",
                title_zh="账号所属站点",
                help="china (aliyun.com, prices in CNY) or international (alibabacloud.com, prices in USD).",
                default="international",
            ),
            ConnectionField(
                key="amounts",
                title="Which amounts",
                title_zh="价格口径",
                help="list: what everybody is asked for. trade: what this account pays, with its discounts.",
                default="list",
            ),
            ConnectionField(
                key="instance_types",
                type="list",
                title="Instance families or types",
                title_zh="实例规格族或规格",
                help="Such as ecs.g7,ecs.c7.large; each type costs a call for each way of paying.",
                default="ecs.g7,ecs.c7,ecs.r7,ecs.g8i,ecs.c8i,ecs.r8i,ecs.g8y,ecs.u1",
            ),
            ConnectionField(
                key="terms",
                type="list",
                title="Subscription terms (months)",
                title_zh="包年包月时长（月）",
                help="Of 1 to 9, 12, 24, 36, 48 and 60; 0 for none.",
                default="1,12",
            ),
            ConnectionField(
                key="disks",
                type="list",
                title="Disk categories",
                title_zh="云盘类型",
                help="With the performance level of an ESSD behind a colon.",
                default="cloud_efficiency,cloud_ssd,cloud_essd_entry,cloud_auto,cloud_essd:PL0,cloud_essd:PL1",
            ),
            ConnectionField(
                key="max_calls",
                type="integer",
                title="Most price calls for a region",
                title_zh="每个区域的询价调用上限",
                help="What is beyond them is left out and counted.",
                default=600,
            ),
            ConnectionField(
                key="endpoint",
                type="url",
                title="Endpoint for all regions",
                title_zh="所有区域的端点",
                help="Instead of https://ecs.REGION.aliyuncs.com; for gateways in between.",
            ),
            VERIFY_TLS,
            CA_FILE,
            ConnectionField(
                key="access_key_id", title="AccessKey ID", title_zh="AccessKey ID", required=True, secret=True
            ),
            ConnectionField(
                key="access_key_secret",
                title="AccessKey secret",
                title_zh="AccessKey Secret",
                required=True,
                secret=True,
            ),
            ConnectionField(
                key="security_token",
                title="Security token",
                title_zh="STS 安全令牌",
                help="With temporary credentials; they expire.",
                secret=True,
            ),
        )
    ),
    kinds={},
    capabilities=frozenset({Capability.PRICES}),
    messages={
        "not_sold": Text(
            en="Instance families, types, terms and disks that are not sold in the region.",
            zh="该区域不出售的实例规格族、实例规格、时长和云盘。",
        ),
        "beyond_max_calls": Text(
            en="Instance types beyond the configured number of calls; raise max_calls to have them.",
            zh="超出所配置调用上限的实例规格；调高 max_calls 即可读取。",
        ),
        "for_nothing": Text(en="Compute that is said to cost nothing.", zh="标价为零的计算资源。"),
    },
)
