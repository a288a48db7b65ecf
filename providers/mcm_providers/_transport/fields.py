"""Questions that several adapters ask in the same words. Data only: descriptors import it, and those know no SDK."""

from mcm.contract import ConnectionField

VERIFY_TLS = ConnectionField(
    key="verify_tls", type="boolean", title="Verify TLS certificates", title_zh="验证 TLS 证书", default=True
)
CA_FILE = ConnectionField(
    key="ca_file",
    title="CA file (PEM)",
    title_zh="CA 证书文件 (PEM)",
    help="Trust these certificate authorities instead of the public ones.",
)
CURRENCY = ConnectionField(
    key="currency", title="Currency", title_zh="币种", help="ISO 4217, such as EUR.", default="USD"
)


def price_regions(hint: str) -> ConnectionField:
    """Of what regions the prices are read. hint: how this cloud writes them."""
    return ConnectionField(
        key="regions", type="list", title="Regions", title_zh="区域列表", help=hint, required=True
    )  # fmt: skip
