"""What mcm knows of Google Cloud's price catalogue before anything else is imported."""

from mcm.contract import Capability, ConnectionField, ConnectionSchema, ProviderDescriptor, Text
from mcm_providers._transport.fields import CA_FILE, CURRENCY, VERIFY_TLS, price_regions

DESCRIPTOR = ProviderDescriptor(
    name="gcp",
    title=Text(en="Google Cloud (prices)", zh="谷歌云（价格）"),
    adapter="mcm_providers.gcp.adapter:GcpProvider",
    extra="prices",
    sdk="requests",
    connection=ConnectionSchema(
        fields=(
            price_regions("As Google writes them, such as europe-west3,us-central1."),
            CURRENCY,
            ConnectionField(
                key="endpoint",
                type="url",
                title="Address of the catalogue",
                title_zh="价格目录地址",
                default="https://cloudbilling.googleapis.com",
            ),
            VERIFY_TLS,
            CA_FILE,
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
