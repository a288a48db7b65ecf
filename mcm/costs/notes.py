"""What a reader of a comparison must know beside its numbers: codes with parameters, and their sentences."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple


class Text(NamedTuple):
    en: str
    zh: str


ITEM = {
    "compute": Text("Compute", "计算"),
    "storage": Text("Storage", "存储"),
    "snapshot": Text("Snapshots", "快照"),
    "egress": Text("Internet egress", "公网流出流量"),
    "transfer": Text("Transfer between tiers", "层间流量"),
    "public_ip": Text("Public addresses", "公网 IP"),
    "load_balancer": Text("Load balancers", "负载均衡"),
    "licence": Text("Licences", "许可"),
    "support": Text("Support", "支持服务"),
    "tax": Text("Tax", "税"),
}
OPTION = {
    "on_demand": Text("On demand", "按需"),
    "reserved": Text("Reserved", "预留"),
    "savings_plan": Text("Savings plan", "节省计划"),
    "spot": Text("Spot", "竞价"),
    "subscription": Text("Subscription", "包年包月"),
    "internal": Text("Internal", "内部"),
}
WHAT = {
    "vcpus": Text("vCPU", "vCPU"),
    "memory_gib": Text("GiB of memory", "GiB 内存"),
    "gpus": Text("GPU", "GPU"),
}
_NAMED = {"item": ITEM, "option": OPTION}


@dataclass(frozen=True, slots=True)
class Note:
    """params: texts, in the order of their names, so that equal notes are one."""

    code: str
    params: tuple[tuple[str, str], ...] = ()

    def said(self, chinese: bool = False) -> str:
        return sentence(self.code, dict(self.params), chinese=chinese)


def note(code: str, **params: object) -> Note:
    return Note(code, tuple(sorted((name, str(value)) for name, value in params.items())))


def distinct(notes: Iterable[Note]) -> tuple[Note, ...]:
    return tuple(dict.fromkeys(notes))


def sentence(code: str, params: Mapping[str, str], *, chinese: bool = False) -> str:
    text = SENTENCES[code]
    said = text.zh if chinese else text.en
    # Not str.format: a name from a cloud may hold braces.
    for name, value in params.items():
        shown = _named(name, value, chinese=chinese)
        said = said.replace("{" + name + "}", shown)
    return said


def _named(name: str, value: str, *, chinese: bool) -> str:
    if name == "what" and value in WHAT:
        return WHAT[value].zh if chinese else WHAT[value].en
    known = _NAMED.get(name, {}).get(value)
    return value if known is None else known.zh if chinese else known.en.lower()


SENTENCES = {
    "need_too_large": Text(
        "{tier}: {wanted} {what} is more than any size here has; the most is {largest} ({sku})",
        "{tier}：需要 {wanted} {what}，超出这里的任何规格；最大为 {largest}（{sku}）",
    ),
    "needs_together_too_large": Text(
        "{tier}: no one size has {vcpus} vCPU, {memory} GiB and {gpus} GPU together; the nearest, {sku}, has "
        "{has_vcpus} vCPU, {has_memory} GiB and {has_gpus} GPU",
        "{tier}：没有规格同时具备 {vcpus} vCPU、{memory} GiB 和 {gpus} GPU；最接近的 {sku} 为 "
        "{has_vcpus} vCPU、{has_memory} GiB、{has_gpus} GPU",
    ),
    "only_burstable_fits": Text(
        "{tier}: only burstable sizes fit, such as {sku}; `burstable: true` allows them",
        "{tier}：只有突发型规格适合，例如 {sku}；设置 `burstable: true` 可使用",
    ),
    "no_such_architecture": Text(
        "{tier}: there is no price for {architecture} here", "{tier}：此处没有 {architecture} 的价格"
    ),
    "no_such_system": Text(
        "{tier}: there is no price for {operating_system} here", "{tier}：此处没有 {operating_system} 的价格"
    ),
    "no_such_gpu": Text(
        "{tier}: there is no size with the GPU '{model}' here", "{tier}：此处没有带 GPU“{model}”的规格"
    ),
    "no_compute_prices": Text(
        "there are no compute prices for {provider} {region}", "没有 {provider} {region} 的计算价格"
    ),
    "no_rate_card": Text(
        "the private cloud '{account}' has no published rate card", "私有云“{account}”还没有发布费率卡"
    ),
    "no_gpu_rate": Text(
        "{tier}: the rate card of '{account}' has no rate for GPUs", "{tier}：“{account}”的费率卡没有 GPU 费率"
    ),
    "option_not_offered": Text("nothing that fits is offered as {option} here", "此处没有适合的规格提供 {option} 方式"),
    "falls_back_to_on_demand": Text(
        "{tier}: nothing that fits is offered as {option}; priced on demand",
        "{tier}：没有适合的规格提供 {option} 方式；按需计价",
    ),
    "cheaper_on_demand": Text(
        "{tier}: on demand costs less than {option}; priced on demand", "{tier}：按需比 {option} 更便宜；按需计价"
    ),
    "better_disk_class": Text(
        "{tier}: there is no {wanted} disk here; priced as {found}", "{tier}：此处没有 {wanted} 磁盘；按 {found} 计价"
    ),
    "not_included": Text("{item}: needed, and has no price here: not included", "需要{item}但此处没有价格：未计入"),
    "unknown_for_running": Text(
        "{item}: of running instances not known: not included", "运行中实例的{item}未知：未计入"
    ),
    "own_licence": Text(
        "{tier}: the organisation's own licence for {operating_system} is not included",
        "{tier}：自带的 {operating_system} 许可费用未计入",
    ),
    "commitment_paid_for_all_hours": Text(
        "{tier}: {option} is paid for all 730 hours of a month, of which {hours} are used",
        "{tier}：{option} 按每月全部 730 小时付费，实际使用 {hours} 小时",
    ),
    "spot_may_end": Text("spot capacity may be taken away at any time", "竞价容量可能随时被收回"),
    "transfer_as_between_zones": Text(
        "traffic between tiers is priced as between zones of the region", "各层之间的流量按可用区之间计价"
    ),
    "price_age_amber": Text("prices are {days} days old ({priced_on})", "价格已有 {days} 天（{priced_on}）"),
    "price_age_red": Text(
        "prices are {days} days old ({priced_on}): too old to rely on",
        "价格已有 {days} 天（{priced_on}）：过旧，不宜依赖",
    ),
    "negotiated_rates_withheld": Text(
        "by the price list: what may have been negotiated here is shown to who sees the whole account or tenant",
        "按价目表计价：此处可能存在的协议价仅向可查看整个账号或租户者显示",
    ),
    "rate_card_age_amber": Text(
        "the rate card of {month} was published {days} days ago", "{month} 的费率卡发布于 {days} 天前"
    ),
    "rate_card_age_red": Text(
        "the rate card of {month} was published {days} days ago: too old to rely on",
        "{month} 的费率卡发布于 {days} 天前：过旧，不宜依赖",
    ),
    "seed_prices": Text("example prices that came with mcm, not today's", "随 mcm 附带的示例价格，并非当前价格"),
    "no_exchange_rate": Text(
        "there is no exchange rate from {currency} to {to}: not converted", "没有从 {currency} 到 {to} 的汇率：未换算"
    ),
    "utilisation_assumed": Text(
        "the rate card's utilisation of {utilisation} was assumed, not measured",
        "费率卡的利用率 {utilisation} 为假设值，未经测量",
    ),
    "over_budget": Text("{over} {currency} over the budget of {budget}", "超出预算 {budget} 达 {over} {currency}"),
    "own_size_unpriced": Text(
        "{count} of {sku} at {location}: its size has no price; priced as {found}",
        "{location} 的 {count} 台 {sku}：该规格没有价格；按 {found} 计价",
    ),
    "size_unknown": Text(
        "{count} instances are left out: nobody says how many vCPU or how much memory they have",
        "{count} 台实例未计入：vCPU 或内存未知",
    ),
    "architecture_assumed": Text(
        "{count} instances do not say their architecture: taken for x86_64", "{count} 台实例未说明架构：按 x86_64 处理"
    ),
    "system_assumed": Text(
        "{count} instances do not say their operating system: taken for linux",
        "{count} 台实例未说明操作系统：按 linux 处理",
    ),
    "not_running": Text(
        "{count} of the instances do not run now: priced as if they did", "{count} 台实例当前未运行：按运行计价"
    ),
    "disks_unknown": Text(
        "{count} instances tell of no disks: none of theirs are included", "{count} 台实例没有磁盘信息：其磁盘未计入"
    ),
    "disk_not_said": Text("nobody says how large the disk is: it is not included", "未说明磁盘大小：未计入"),
    "size_not_said": Text("nobody says how large it is, so it cannot be priced", "未说明其规格，无法计价"),
    "kind_without_price": Text(
        "no price list has prices for such things; only what was charged is known",
        "价格表中没有此类资源的价格；仅知实际计费",
    ),
    "priced_as_running": Text("it does not run now: priced as if it did", "当前未运行：按运行计价"),
    "taken_for_x86": Text("its architecture is not said: taken for x86_64", "未说明架构：按 x86_64 处理"),
    "taken_for_linux": Text("its operating system is not said: taken for linux", "未说明操作系统：按 linux 处理"),
    "no_such_location": Text("there is no location '{wanted}'", "没有位置“{wanted}”"),
    "rate_change": Text(
        "{percent} % on the rate of {foreign} is {part} {currency} a month: between {low} and {high} {currency}",
        "{foreign} 汇率变动 {percent} % 相当于每月 {part} {currency}：合计在 {low} 至 {high} {currency} 之间",
    ),
    "commitment_pays_from": Text(
        "the commitment pays from {percent} % of the planned hours on, against {against}",
        "使用达到计划小时数的 {percent} % 起，承诺方式比 {against} 更划算",
    ),
    "commitment_never_pays": Text(
        "the commitment does not pay within the planned hours, against {against}",
        "在计划小时数内，承诺方式不比 {against} 划算",
    ),
    "utilisation_range": Text(
        "between {low} and {high} {currency} at a utilisation of {most} % to {least} %",
        "利用率在 {most} % 至 {least} % 之间时，合计为 {low} 至 {high} {currency}",
    ),
    "billed_before": Text(
        "for {month}, {count} of these {of} instances were billed {billed} {currency} for compute; by these prices it "
        "would have been {estimated} {currency}, {percent} % of it",
        "{month} 月，这 {of} 台实例中有 {count} 台的计算账单为 {billed} {currency}；按此处价格应为 "
        "{estimated} {currency}，即账单的 {percent} %",
    ),
    "never_billed_these": Text(
        "no bill of the last three months names these instances: how far the estimate is from what will be billed is "
        "not known",
        "最近三个月的账单中没有这些实例：估算与实际账单的差距未知",
    ),
    "billed_against": Text(
        "{count} machines that were billed here by the hour for {month} cost {low} to {high} times what these prices "
        "say, the middle one {middle} times ({left} outliers left out); compute at these bounds: {least} to {most} "
        "{currency} in all",
        "{month} 月此处按小时计费的 {count} 台机器，账单为此处价格的 {low} 至 {high} 倍，中位数 {middle} 倍"
        "（去除 {left} 个异常值）；计算部分按此范围：合计 {least} 至 {most} {currency}",
    ),
    "never_billed": Text(
        "no machines were billed here by the hour in the last three months: how far the estimate is from what will be "
        "billed is not known",
        "最近三个月此处没有按小时计费的机器账单：估算与实际账单的差距未知",
    ),
    "stale_inventory": Text("{sentence}", "{sentence}"),
}
