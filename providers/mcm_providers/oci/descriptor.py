"""What mcm knows of Oracle's list prices before anything else is imported."""

from mcm.contract import Capability, ConnectionField, ConnectionSchema, ProviderDescriptor, Text

DESCRIPTOR = ProviderDescriptor(
    name="oci",
    title=Text(en="Oracle Cloud Infrastructure (prices)", zh="甲骨文云 OCI（价格）"),
    adapter="mcm_providers.oci.adapter:OciProvider",
    extra="prices",
    sdk="requests",
    connection=ConnectionSchema(
        fields=(
            ConnectionField(
                key="regions",
                type="list",
                title="Regions",
                title_zh="区域列表",
                help="As Oracle writes them, such as eu-frankfurt-1,us-ashburn-1.",
                required=True,
            ),
            ConnectionField(
                key="currency", title="Currency", title_zh="币种", help="ISO 4217, such as EUR.", default="USD"
            ),
            ConnectionField(
                key="endpoint",
                type="url",
                title="Address of the price list",
                title_zh="价目表地址",
                default="https://apexapps.oracle.com/pls/apex/cetools/api/v1/products/",
            ),
            ConnectionField(
                key="verify_tls",
                type="boolean",
                title="Verify TLS certificates",
                title_zh="验证 TLS 证书",
                default=True,
            ),
            ConnectionField(
                key="ca_file",
                title="CA file (PEM)",
                title_zh="CA 证书文件 (PEM)",
                help="Trust these certificate authorities instead of the public ones.",
            ),
        )
    ),
    kinds={},
    capabilities=frozenset({Capability.PRICES}),
    messages={
        "without_partner": Text(en="OCPUs without memory, or memory without OCPUs.", zh="仅有 OCPU 或仅有内存的价格。"),
        "no_words": Text(en="Prices of what mcm has no words for.", zh="mcm 无法表达的价格。"),
    },
)
