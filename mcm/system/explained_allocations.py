"""What the error codes about who pays mean, in English and Chinese."""

from mcm.system.explained import Explanation

OF_ALLOCATIONS: dict[str, Explanation] = {
    "allocation_rule_not_found": Explanation(
        "No allocation rule has this name, or it names tenants that the caller does not see.",
        "`mcm allocation list` shows those there are.",
    ),
    "budget_not_found": Explanation(
        "No budget has this name, or it belongs to a tenant that the caller does not see.",
        "`mcm budget list` shows those there are.",
    ),
    "forecast_impossible": Explanation(
        "What is known of the past is too little to forecast from and to try the methods on.",
        "Import the bills of more months (`mcm charge import`), or ask for cost that goes back further.",
    ),
    "invalid_allocation_rules": Explanation(
        "The document of allocation rules contradicts itself or names what is not there; nothing was changed.",
        "The findings name line and column of everything that is wrong.",
    ),
    "invalid_budget": Explanation(
        "The budget contradicts itself or names what is not there; nothing was changed.",
        "The message says what; of a document, the findings name line and column.",
    ),
    "invalid_cost_report": Explanation(
        "The report was asked for by something that cost is not grouped or narrowed by.",
        "The message says what is known.",
    ),
}
OF_ALLOCATIONS_ZH: dict[str, Explanation] = {
    "allocation_rule_not_found": Explanation(
        "没有使用此名称的分摊规则，或该规则涉及您无权查看的租户。", "`mcm allocation list` 可列出现有规则。"
    ),
    "budget_not_found": Explanation(
        "没有使用此名称的预算，或该预算属于您无权查看的租户。", "`mcm budget list` 可列出现有预算。"
    ),
    "forecast_impossible": Explanation(
        "历史数据太少，无法预测，也无法检验预测方法。",
        "请导入更多月份的账单（`mcm charge import`），或选择历史更长的范围。",
    ),
    "invalid_allocation_rules": Explanation(
        "分摊规则文档自相矛盾，或引用了不存在的对象；未做任何更改。", "检查结果指出了每处问题的行号和列号。"
    ),
    "invalid_budget": Explanation(
        "预算自相矛盾，或引用了不存在的对象；未做任何更改。",
        "服务器原文指出了问题所在；如为文档，检查结果会给出行号和列号。",
    ),
    "invalid_cost_report": Explanation("报表请求了无法用于分组或筛选成本的维度。", "服务器原文列出了可用的维度。"),
}
