"""What mcm knows of Azure's price list before anything else is imported."""

from mcm.contract import Capability, ConnectionField, ConnectionSchema, ProviderDescriptor, Text
from mcm_providers._transport.fields import CA_FILE, CURRENCY, VERIFY_TLS, price_regions

DESCRIPTOR = ProviderDescriptor(
    name="azure",
    title=Text(en="Microsoft Azure (prices)", zh="微软 Azure（价格）"),
    adapter="mcm_providers.azure.adapter:AzureProvider",
    extra="prices",
    sdk="requests",
    connection=ConnectionSchema(
        fields=(
            price_regions("As Azure writes them, such as westeurope,germanywestcentral."),
            CURRENCY,
            ConnectionField(
                key="endpoint",
                type="url",
                title="Address of the price list",
                title_zh="价目表地址",
                default="https://prices.azure.com",
            ),
            VERIFY_TLS,
            CA_FILE,
        )
    ),
    kinds={},
    capabilities=frozenset({Capability.PRICES}),
    messages={
        "not_for_everybody": Text(
            en="Prices for development and test subscriptions only.", zh="仅适用于开发/测试订阅的价格。"
        ),
        "low_priority": Text(
            en="Low-priority prices, which are for batch pools only.", zh="低优先级价格，仅用于批处理池。"
        ),
        "no_size": Text(
            en="Compute that is no size of an instance: dedicated hosts, cloud services.",
            zh="不是实例规格的计算项：专用主机、云服务。",
        ),
        "disk_of_fixed_size": Text(
            en="Disks of fixed sizes, which have no price for a GiB.", zh="固定容量的磁盘，没有每 GiB 的价格。"
        ),
        "over": Text(en="Prices that hold no more.", zh="已失效的价格。"),
        "no_words": Text(en="Prices of what mcm has no words for.", zh="mcm 无法表达的价格。"),
    },
)
