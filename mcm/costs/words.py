"""What exports of comparisons say beside numbers, in both languages."""

from collections.abc import Sequence

from mcm.costs.notes import ITEM, OPTION, Text
from mcm.edge.tongue import Language

__all__ = ["AGE", "BASIS", "EVEN", "ITEM", "OPTION", "STATE", "WORD", "Words"]

STATE = {
    "included": Text("included", "已计入"),
    "within": Text("within another line", "含在其他项中"),
    "not_needed": Text("not needed", "不需要"),
    "not_included": Text("not included", "未计入"),
}
BASIS = {
    "billed": Text("billed", "账单"),
    "contracted": Text("contracted", "合同价"),
    "list": Text("list price", "目录价"),
    "modelled": Text("modelled", "模型计算"),
    "unknown": Text("unknown", "未知"),
}
EVEN = {
    "from": Text("cheaper from {utilisation} on", "利用率达到 {utilisation} 起更便宜"),
    "always": Text("cheaper at any utilisation", "任何利用率下都更便宜"),
    "never": Text("dearer even when all is sold", "即使全部售出也更贵"),
}
AGE = {
    "fresh": Text("younger than 30 days", "不足 30 天"),
    "amber": Text("30 days or older", "30 天及以上"),
    "red": Text("90 days or older", "90 天及以上"),
}
WORD = {
    "title": Text("Cost comparison", "成本对比"),
    "comparison": Text("Comparison", "对比"),
    "lines": Text("Lines", "明细"),
    "utilisation": Text("Utilisation", "利用率"),
    "notes": Text("Notes", "说明"),
    "sensitivity": Text("What could change it", "敏感性"),
    "rates": Text("Exchange rates", "汇率"),
    "subject": Text("What was compared", "对比对象"),
    "rank": Text("Rank", "名次"),
    "key": Text("Column", "列"),
    "location": Text("Location", "位置"),
    "option": Text("Bought", "购买方式"),
    "term": Text("Months", "月数"),
    "rounding": Text("Rounding", "舍入"),
    "total": Text("Total", "合计"),
    "exact": Text("Exact total", "精确合计"),
    "cash": Text("First month, cash", "首月现金"),
    "at_least": Text("At least", "至少"),
    "yes": Text("yes", "是"),
    "no": Text("no", "否"),
    "basis": Text("Basis", "依据"),
    "oldest": Text("Oldest price", "最旧价格日期"),
    "age": Text("Age of price", "价格新旧"),
    "marginal": Text("Marginal", "边际成本"),
    "item": Text("Item", "项目"),
    "tier": Text("Tier", "层"),
    "state": Text("State", "状态"),
    "amount": Text("Amount in a month", "每月金额"),
    "billed": Text("As priced", "原币金额"),
    "currency": Text("Currency", "币种"),
    "quantity": Text("Quantity", "数量"),
    "unit": Text("Unit", "单位"),
    "unit_price": Text("Unit price", "单价"),
    "upfront": Text("Upfront", "预付"),
    "sku": Text("Size or SKU", "规格"),
    "source": Text("Source", "来源"),
    "priced_on": Text("Price of", "价格日期"),
    "age_days": Text("Days old", "天数"),
    "list_id": Text("Price list", "价目表"),
    "point_id": Text("Price", "价格编号"),
    "rate": Text("Rate", "汇率值"),
    "from": Text("From", "原币种"),
    "to": Text("To", "目标币种"),
    "on": Text("Of", "日期"),
    "against": Text("Against", "对比"),
    "over": Text("Over", "范围"),
    "break_even": Text("Break-even", "盈亏平衡"),
    "name": Text("Name", "名称"),
    "version": Text("Version", "版本"),
    "filter": Text("Filter", "筛选"),
    "instances": Text("Instances", "实例数"),
    "hours": Text("Hours in a month", "每月小时数"),
    "tax_rate": Text("Tax rate", "税率"),
    "made": Text("Made", "生成时间"),
    "document": Text("Document", "文档"),
    "over_need": Text("Beyond the need", "超出需求"),
    "monthly": Text("a month, in {currency}", "每月，{currency}"),
    "amortised": Text(
        "What is paid upfront is spread over its term; the first month's cash stands beside it.",
        "预付金额按期限摊销；首月现金另列。",
    ),
    "none": Text("none", "无"),
    "everything": Text("where they are", "当前位置"),
}


class Words:
    """In one language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.chinese = language == "zh-CN"

    def __call__(self, key: str, **values: str) -> str:
        return self.of(WORD, key, **values)

    def of(self, table: dict[str, Text], key: str | None, **values: str) -> str:
        """A code that no table knows is shown as it is."""
        if key is None or key not in table:
            return key or ""
        said = table[key].zh if self.chinese else table[key].en
        for name, value in values.items():
            said = said.replace("{" + name + "}", value)
        return said

    def all(self, keys: Sequence[str]) -> list[str]:
        return [self(key) for key in keys]
