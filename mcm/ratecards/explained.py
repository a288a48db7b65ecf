"""Every number with how it came about: a code, a formula with its values, and sentences for both languages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from mcm.kit.money import written

Values = Mapping[str, str]

# By code: of terms, of warnings, and of what is not known.
SENTENCES: dict[str, tuple[str, str]] = {
    "asset.straight_line": (
        "{name}: price less residual, in equal parts over {life_months} months (month {number})",
        "{name}：购置价减残值，按 {life_months} 个月平均摊销（第 {number} 个月）",
    ),
    "asset.annuity": (
        "{name}: annuity over {life_months} months at {annual_rate} a year, compounded monthly (month {number})",
        "{name}：按年利率 {annual_rate}、按月计息的 {life_months} 个月等额年金（第 {number} 个月）",
    ),
    "asset.written_off": (
        "{name}: written off since {until}; nothing is charged for it any more",
        "{name}：自 {until} 起已摊销完毕，不再计费",
    ),
    "asset.not_yet": (
        "{name}: in service from {since} on; nothing is charged before",
        "{name}：自 {since} 起投入使用，此前不计费",
    ),
    "energy": (
        "energy: kW × PUE × hours × tariff of a kWh",
        "能耗：千瓦数 × PUE × 小时数 × 每千瓦时电价",
    ),
    "space": ("space: {name}", "场地：{name}"),
    "support": ("support: {name}", "维保：{name}"),
    "other": ("other: {name}", "其他：{name}"),
    "staff": ("staff: {name}, full-time equivalents × cost of one", "人力：{name}，人员当量 × 单人月成本"),
    "licence.flat": ("licence: {name}, for all", "许可：{name}，整体计费"),
    "licence.core": ("licence: {name}, per core ({basis})", "许可：{name}，按核计费（{basis_zh}）"),
    "licence.socket": ("licence: {name}, per socket ({basis})", "许可：{name}，按 CPU 插槽计费（{basis_zh}）"),
    "pool.total": ("everything the pool costs in a month", "成本池每月总成本"),
    "pool.part": ("the part of the pool that {item} carries", "成本池中由 {item_zh} 承担的部分"),
    "capacity": (
        "{item}: capacity ({basis}) × overcommit × (1 − HA reserve) is what could be sold",
        "{item_zh}：容量（{basis_zh}）× 超分比 ×（1 − 高可用预留）为可售容量",
    ),
    "utilisation.given": (
        "{item}: the share of the sellable capacity that is sold, as the document says",
        "{item_zh}：可售容量中已售出的比例，由文档给出",
    ),
    "utilisation.measured": (
        "{item}: what is allocated ÷ what could be sold, measured",
        "{item_zh}：已分配量 ÷ 可售容量，实测",
    ),
    "rate.full": (
        "full rate of {item}, for reports: everything the pool costs, carried by what is sold",
        "{item_zh} 的完全费率（用于报表）：成本池全部成本由已售容量分摊",
    ),
    "rate.marginal": (
        "marginal rate of {item}, for placement: the energy of the load and the counted licences, and nothing else",
        "{item_zh} 的边际费率（用于放置决策）：仅含负载能耗与按数量计费的许可",
    ),
    "marginal.energy": (
        "energy of the load: what is drawn beyond idle, × PUE × hours × tariff",
        "负载能耗：超出空载的功率 × PUE × 小时数 × 电价",
    ),
    "marginal.licences": ("licences that are counted per core or socket", "按核或插槽计数的许可"),
    # Warnings.
    "idle_power_unknown": (
        "energy.kw_idle is not given: the marginal rate takes all energy for energy of the load, which is too much",
        "未给出 energy.kw_idle：边际费率将全部能耗视为负载能耗，结果偏高",
    ),
    "measured_in_another_month": (
        "measured as of {as_of}, which is not in {month}",
        "实测时间为 {as_of}，不在 {month} 内",
    ),
    "oversold": (
        "{item}: more is allocated than could be sold ({utilisation})",
        "{item_zh}：已分配量超过可售容量（{utilisation}）",
    ),
    "hosts_in_maintenance": (
        "{number} hosts are in maintenance and count as capacity: {names}",
        "{number} 台主机处于维护状态，仍计入容量：{names}",
    ),
    "at_least": (
        "what was measured is a lower bound: something behind it could not be read; `missing` names it",
        "实测值为下限：部分数据无法读取，见 `missing`",
    ),
    # What is missing from a measurement, and why there is none.
    "scope_gap": (
        "{kind} of {account} in {region}: {reason}",
        "{account} 在 {region} 的 {kind}：{reason_zh}",
    ),
    "attribute_unknown": (
        "{number} of {of} resources of the kind {kind} do not say their {attribute}: {names}",
        "{of} 个 {kind} 中有 {number} 个未提供 {attribute}：{names}",
    ),
    "datastores_of_no_class": (
        "{number} datastores match no pattern and are left out: {names}",
        "{number} 个数据存储不匹配任何模式，未计入：{names}",
    ),
    "datastore_of_two_classes": (
        "the datastore {name} matches the patterns of {classes}",
        "数据存储 {name} 同时匹配 {classes} 的模式",
    ),
    "never_read": (
        "no {kind} of these accounts was ever read",
        "这些账号的 {kind} 从未被读取",
    ),
    "none_known": (
        "these accounts show no {kind} that says its {attribute}",
        "这些账号没有任何提供 {attribute} 的 {kind}",
    ),
    "nothing_allocated": (
        "nothing is allocated, so that a rate would be divided by 0",
        "没有已分配的容量，费率的除数为 0",
    ),
}
_ITEMS_ZH = {"vcpu": "vCPU", "memory": "内存", "gpu": "GPU"}
_BASIS_ZH = {"measured": "实测", "given": "文档给出"}


def sentences(code: str, values: Values) -> tuple[str, str]:
    """In English and in Chinese."""
    filled = dict(values)
    if "item" in filled:
        kind, _, name = filled["item"].partition(".")
        filled["item_zh"] = _ITEMS_ZH.get(kind) or f"{name} 存储"
    if "basis" in filled:
        filled["basis_zh"] = _BASIS_ZH[filled["basis"]]
    english, chinese = SENTENCES[code]
    return english.format_map(filled), chinese.format_map(filled)


@dataclass(frozen=True, slots=True)
class Term:
    """formula: with its values, so that it can be reckoned again by hand; unit: of the amount, such as CNY/month.

    values: what the sentences and the formula were made of; texts, numbers with every digit."""

    code: str
    amount: Decimal
    unit: str
    formula: str
    values: Values = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        return sentences(self.code, self.values)[0]

    @property
    def sentence_zh(self) -> str:
        return sentences(self.code, self.values)[1]


@dataclass(frozen=True, slots=True)
class Remark:
    """A warning, or something that is missing."""

    code: str
    values: Values = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        return sentences(self.code, self.values)[0]

    @property
    def sentence_zh(self) -> str:
        return sentences(self.code, self.values)[1]


def term(code: str, amount: Decimal, unit: str, formula: str, **values: Decimal | int | str) -> Term:
    return Term(code, amount, unit, formula, {name: _text(value) for name, value in values.items()})


def remark(code: str, **values: Decimal | int | str) -> Remark:
    return Remark(code, {name: _text(value) for name, value in values.items()})


def named(names: Sequence[str], most: int = 5) -> str:
    """The first of them, and how many there are beside."""
    more = f", … (+{len(names) - most})" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _text(value: Decimal | int | str) -> str:
    return written(value) if isinstance(value, Decimal) else str(value)
