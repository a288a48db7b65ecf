"""What the error codes of prices, exchange rates and negotiated rates mean."""

from mcm.system.explained import Explanation

OF_PRICES: dict[str, Explanation] = {
    "invalid_exchange_rate": Explanation(
        "An exchange rate names no currency of ISO 4217, is not above 0, has no source, or its day lies ahead.",
        "The message says what to change.",
    ),
    "invalid_price_list": Explanation(
        "Lines of a price list make no sense; details.lines names every line, 100 at most. Nothing was imported.",
        "Correct the lines and import it again; `mcm price import FILE --dry-run` tries it first.",
    ),
    "invalid_rate_rule": Explanation(
        "Parts of a negotiated rate do not belong together, or are missing.",
        "The message says what to change; docs/prices.md has an example of each kind.",
    ),
    "no_exchange_rate": Explanation(
        "No exchange rate leads from one currency to the other on that day, nor through a third currency.",
        "`mcm price rates` shows those there are, `mcm price set-rate` enters one.",
    ),
    "no_price_reader": Explanation(
        "The account's provider has no price list that mcm can read, or none that speaks of the region.",
        "Name another account or region; a price list in a file can be imported with `mcm price import`.",
    ),
    "price_fetch_not_found": Explanation("No reading of prices has this id.", "`mcm price fetches` shows all."),
    "price_list_not_found": Explanation("No price list has this id.", "`mcm price list` shows all."),
    "price_list_withdrawn": Explanation(
        "The price list was withdrawn before and is used no more.", "Nothing, or import another one."
    ),
    "rate_rule_exists": Explanation("A negotiated rate has the name.", "Choose another name, or replace that one."),
    "rate_rule_not_found": Explanation(
        "No negotiated rate has this name, or it is of a tenant or account that the caller does not see.",
        "`mcm price discounts list` shows those there are.",
    ),
    "untrusted_price_bundle": Explanation(
        "The bundle is not signed, was signed with a key that this installation does not trust, or was altered since. "
        "Nothing was imported.",
        "Put the maker's public key into a file that MCM_PRICE_KEYS names, or copy the bundle again.",
    ),
}

OF_PRICES_ZH: dict[str, Explanation] = {
    "invalid_exchange_rate": Explanation(
        "汇率的币种不在 ISO 4217 中、数值不大于 0、缺少来源，或日期在未来。", "请按提示修改。"
    ),
    "invalid_price_list": Explanation(
        "价目表中有不合理的行；details.lines 列出每一行，最多 100 行。未导入任何内容。",
        "请改正后重新导入；`mcm price import FILE --dry-run` 可先行检查。",
    ),
    "invalid_rate_rule": Explanation("协议价的各项不匹配或有缺失。", "请按提示修改；docs/prices.md 中每一类都有示例。"),
    "no_exchange_rate": Explanation(
        "该日期没有这两个币种之间的汇率，也无法通过第三种货币换算。",
        "`mcm price rates` 可列出现有汇率，`mcm price set-rate` 可录入汇率。",
    ),
    "no_price_reader": Explanation(
        "该账号的提供方没有 mcm 可读取的价目表，或其价目表不含该区域。",
        "请指定其他账号或区域；文件形式的价目表可用 `mcm price import` 导入。",
    ),
    "price_fetch_not_found": Explanation("没有使用此 ID 的价格读取记录。", "`mcm price fetches` 可列出所有记录。"),
    "price_list_not_found": Explanation("没有使用此 ID 的价目表。", "`mcm price list` 可列出所有价目表。"),
    "price_list_withdrawn": Explanation("该价目表此前已撤回，不再使用。", "无需处理，或导入另一份价目表。"),
    "rate_rule_exists": Explanation("已有同名的协议价。", "请换一个名称，或替换已有的协议价。"),
    "rate_rule_not_found": Explanation(
        "没有使用此名称的协议价，或其所属租户、账号不在您的可见范围内。",
        "`mcm price discounts list` 可列出现有协议价。",
    ),
    "untrusted_price_bundle": Explanation(
        "价格包未签名、签名所用密钥不受本系统信任，或签名后被改动。未导入任何内容。",
        "请将制作方的公钥放入 MCM_PRICE_KEYS 所指的文件，或重新复制价格包。",
    ),
}
