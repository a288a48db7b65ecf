"""What mcm knows of Oracle's list prices before anything else is imported."""

from mcm.contract import Capability, ConnectionField, ConnectionSchema, ProviderDescriptor, Text
from mcm_providers._transport.fields import CA_FILE, CURRENCY, VERIFY_TLS, price_regions

DESCRIPTOR = ProviderDescriptor(
    name="oci",
    title=Text(en="Oracle Cloud Infrastructure (prices)", zh="甲骨文云 OCI（价格）"),
    adapter="mcm_providers.oci.adapter:OciProvider",
    extra="prices",
    sdk="requests",
    connection=ConnectionSchema(
        fields=(
            price_regions("As Oracle writes them, such as eu-frankfurt-1,us-ashburn-1."),
            CURRENCY,
            ConnectionField(
                key="endpoint",
                type="url",
                title="Address of the price list",
                title_zh="价目表地址",
                default="https://apexapps.oracle.com/pls/apex/cetools/api/v1/products/",
            ),
            VERIFY_TLS,
            CA_FILE,
        )
    ),
    kinds={},
    capabilities=frozenset({Capability.PRICES}),
    messages={
        "without_partner": Text(en="OCPUs without memory, or memory without OCPUs.", zh="仅有 OCPU 或仅有内存的价格。"),
        "no_words": Text(en="Prices of what mcm has no words for.", zh="mcm 无法表达的价格。"),
    },
)
