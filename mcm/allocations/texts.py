"""Words of exported reports, in English and Chinese."""

from collections.abc import Mapping
from typing import Literal

Language = Literal["en", "zh-CN"]
_ENGLISH, _CHINESE = 0, 1

_WORDS: Mapping[str, tuple[str, str]] = {
    "title": ("Cost report", "成本报表"),
    "month": ("Month", "月份"),
    "cost": ("Cost", "成本口径"),
    "billed": ("billed (cash)", "账单金额（现金口径）"),
    "effective": ("effective (amortised)", "摊销后成本"),
    "made_at": ("Made at", "生成时间"),
    "rules": ("Allocation rules", "分摊规则"),
    "part": (
        "Only the part of the cost that whoever asked may see.",
        "仅包含生成者有权查看的部分成本。",
    ),
    "tenant": ("Tenant", "租户"),
    "application": ("Application", "应用"),
    "cost_center": ("Cost centre", "成本中心"),
    "account": ("Account", "账号"),
    "provider": ("Provider", "提供方"),
    "environment": ("Environment", "环境"),
    "service": ("Service", "服务"),
    "region": ("Region", "区域"),
    "category": ("Category", "类别"),
    "rule": ("Rule", "规则"),
    "kind": ("Kind", "类型"),
    "tag": ("Tag {key}", "标签 {key}"),
    "currency": ("Currency", "货币"),
    "amount": ("Amount", "金额"),
    "exact": ("Amount, exact", "精确金额"),
    "with_below": ("With all below", "含下级合计"),
    "by_rules": ("Of it by rules", "其中分摊所得"),
    "idle": ("Of it idle", "其中闲置"),
    "charges": ("Charges", "费用条数"),
    "before": ("In {month}", "{month} 金额"),
    "difference": ("Difference", "差额"),
    "none": ("(none)", "（无）"),
    "total": ("Total", "合计"),
    "rounding": ("Rounding", "舍入差额"),
    "coverage": ("Coverage", "覆盖率"),
    "allocated": ("allocated", "已分配"),
    "linked": ("linked to a resource", "已关联资源"),
    "shared": ("shared by rules", "按规则分摊"),
    "unallocated": ("Unallocated", "未分配"),
    "why": ("Why it changed", "变化原因"),
    "price": ("price", "价格"),
    "usage": ("usage", "用量"),
    "new": ("new", "新增"),
    "gone": ("gone", "消失"),
    "allocation": ("sharing", "分摊"),
    "exchange": ("exchange rate", "汇率"),
    "other": ("other (no quantity on the bill)", "其他（账单无用量）"),
    "rates": ("Exchange rates", "汇率"),
    "rate": ("1 {currency} = {rate} {to} on {on}, {source}", "1 {currency} = {rate} {to}（{on}，{source}）"),
    "seed": ("an example that came with mcm", "mcm 自带的示例汇率"),
    "gaps": ("What the numbers lack", "数据缺口"),
    "no_exchange_rate": (
        "{currency} is shown as billed: there is no exchange rate to {to}",
        "{currency} 按账单货币显示：没有兑换为 {to} 的汇率",
    ),
    "names_unknown": (
        "rule {rule} shares nothing: it names {missing}, which is not there",
        "规则 {rule} 未分摊：其引用的 {missing} 不存在",
    ),
    "nothing_to_share_by": (
        "some cost in {currency} that a rule fits stays where it was: there was nothing to share it by",
        "部分 {currency} 成本符合规则但未分摊：没有可依据的分摊基数",
    ),
    "unknown_cost": (
        "the bills do not say what {charges} charges cost: the totals are at least as shown",
        "有 {charges} 条费用在账单中没有金额：实际合计不低于所示金额",
    ),
    "idle_unknown": (
        "what was idle is not known of: {accounts}",
        "以下账号的闲置成本未知：{accounts}",
    ),
    "not_metered": (
        "nobody metered this month's use of: {accounts}; what they cost is not in it",
        "以下账号本月用量尚未计量：{accounts}；其成本未计入",
    ),
    "month_running": (
        "{month} is not over: part of a month stands beside all of {against}",
        "{month} 尚未结束：以部分月份与 {against} 整月比较",
    ),
    "rules_cyclic": (
        "nothing was shared: rules would hand cost round for ever ({rules})",
        "未进行分摊：规则之间形成循环（{rules}）",
    ),
    "chart": ("Amounts by line", "各行金额"),
}


def word(name: str, language: Language, **values: object) -> str:
    """A name that is not known is given back: it is a code that speaks for itself."""
    found = _WORDS.get(name, (name, name))[_CHINESE if language == "zh-CN" else _ENGLISH]
    told = {key: ", ".join(map(str, value)) if isinstance(value, list) else value for key, value in values.items()}
    return found.format_map(_Known(told))


class _Known(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "-"
