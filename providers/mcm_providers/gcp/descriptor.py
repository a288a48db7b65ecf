"""What mcm knows of Google Cloud's price catalogue before anything else is imported."""

from mcm.contract import Capability, ConnectionField, ConnectionSchema, ProviderDescriptor, Text

DESCRIPTOR = ProviderDescriptor(
    name="gcp",
    title=Text(en="Google Cloud (prices)", zh="谷歌云（价格）"),
    adapter="mcm_providers.gcp.adapter:GcpProvider",
    extra="prices",
    sdk="requests",
    connection=ConnectionSchema(
        fields=(
            ConnectionField(
                key="regions",
                type="list",
                title="Regions",
                title_zh="区域列表",
                help="As Google writes them, such as europe-west3,us-central1.",
                required=True,
            ),
            ConnectionField(
                key="currency", title="Currency", title_zh="币种", help="ISO 4217, such as EUR.", default="USD"
            ),
            ConnectionField(
                key="endpoint",
                type="url",
                title="Address of the catalogue",
                title_zh="价格目录地址",
                default="https://cloudbilling.googleapis.com",
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
            ConnectionField(key="api_key", title="API key", title_zh="API 密钥", required=True, secret=True),
        )
    ),
    kinds={},
    capabilities=frozenset({Capability.PRICES}),
    messages={
        "without_partner": Text(
            en="vCPUs without memory, or memory without vCPUs, of a series.", zh="某系列仅有 vCPU 或仅有内存的价格。"
        ),
        "no_words": Text(en="Prices of what mcm has no words for.", zh="mcm 无法表达的价格。"),
    },
)
