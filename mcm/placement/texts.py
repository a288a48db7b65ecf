"""Sentences of rules, for people: what a check looked at, why it said no, and what would make it say yes."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Text(NamedTuple):
    """`{name}` stands for a value of the check."""

    en: str
    zh: str
    fix: str
    fix_zh: str


# What is counted: as a unit behind a number, and by itself.
_COUNTED = {
    "vcpus": ("vCPU", "vCPU", "vCPUs", "vCPU"),
    "memory_gib": ("GiB of memory", "GiB 内存", "memory", "内存"),
    "disk_gib": ("GiB of disk", "GiB 磁盘", "disk", "磁盘"),
    "storage_gib": ("GiB of storage", "GiB 存储", "storage", "存储"),
    "gpus": ("GPU", "GPU", "GPUs", "GPU"),
}
_ROOM = Text(
    "needs {needed} {unit}, and {room} of {total} are free ({source}, {reserved} reserved)",
    "需要 {needed} {unit_zh}，共 {total}，可用 {room}（来源 {source}，已预留 {reserved}）",
    "free some, raise the overcommit (mcm location set), or ask for less",
    "请释放资源、提高超分比（mcm location set）或减少需求",
)
_UNKNOWN_ROOM = Text(
    "capacity not known: nobody measured {noun} there",
    "容量未知：没有 {noun_zh} 的测量数据",
    "say how much there is: mcm location set --{flag}",
    "请说明总量：mcm location set --{flag}",
)
_LARGEST = Text(
    "one instance needs {each} {unit}, and no host there has more than {largest} free",
    "单个实例需要 {each} {unit_zh}，而此处没有主机有超过 {largest} 的空闲",
    "ask for smaller instances, or empty a host",
    "请减小实例规格，或腾空一台主机",
)
_QUOTA = Text(
    "needs {needed} {unit}, and the limit of tenant '{tenant}' leaves {room}",
    "需要 {needed} {unit_zh}，而租户“{tenant}”的限额剩余 {room}",
    "raise the limit: mcm quota set",
    "请提高限额：mcm quota set",
)
RULES: dict[str, Text] = {
    "open": Text(
        "nothing new may come there", "此处不再接收新资源", "mcm location set --open", "请执行 mcm location set --open"
    ),
    "capability": Text(
        "mcm cannot make instances at provider '{provider}'",
        "mcm 无法在“{provider}”创建实例",
        "choose another location",
        "请选择其他位置",
    ),
    "account": Text(
        "account '{account}' is {status}", "账号“{account}”状态为 {status}", "mcm account check {account}",
        "mcm account check {account}",
    ),
    "fresh": Text(
        "what room is measured by is old: {stale}", "容量数据已过期：{stale}", "read the account again: mcm sync",
        "请重新读取账号：mcm sync",
    ),
    "residency": Text(
        "data must lie in {wanted}, and this is {jurisdiction}", "数据必须位于 {wanted}，而此处为 {jurisdiction}",
        "say where it is (mcm location set --jurisdiction), or allow another residency",
        "请说明所在司法辖区（mcm location set --jurisdiction），或允许其他辖区",
    ),
    "trust_labels": Text(
        "it lacks the trust labels {lacks}", "缺少信任标签 {lacks}",
        "give the account the label if it holds, or ask for fewer", "若属实请为账号添加标签，或减少要求",
    ),
    "image": Text(
        "there is no image of '{wanted}'", "没有“{wanted}”的镜像", "upload one, or ask for another image_family",
        "请上传镜像，或改用其他 image_family",
    ),
    "flavor": Text(
        "no flavor is large enough", "没有足够大的规格", "add a flavor, or ask for less", "请添加规格，或减少需求",
    ),
    "network": Text(
        "a network must be chosen: {there} could be meant", "需要指定网络：候选有 {there} 个",
        "give `params.<location>.networks`", "请填写 `params.<位置>.networks`",
    ),
    "hosts": Text(
        "needs {needed} different hosts, and there are {hosts}", "需要 {needed} 台不同主机，而此处有 {hosts} 台",
        "fewer instances, or more hosts", "请减少实例，或增加主机",
    ),
    "purchase": Text(
        "it cannot be bought as {wanted}; offered: {option}", "无法按 {wanted} 购买；可用：{option}",
        "allow another `purchase`", "请允许其他 `purchase`",
    ),
    "budget": Text(
        "costs {cost} {currency} in a month, and the budget is {budget}", "每月费用 {cost} {currency}，预算为 {budget}",
        "raise the budget, ask for less, or add prices", "请提高预算、减少需求或补充价格",
    ),
    "policy": Text(
        "policy '{policy}' (version {version}): {message}", "策略“{policy}”（版本 {version}）：{message_zh}",
        "ask for an exception: mcm policy exceptions ask {policy}, or change what is asked for",
        "请申请例外：mcm policy exceptions ask {policy}，或修改需求",
    ),
}  # fmt: skip
CONSTRAINTS: dict[str, tuple[str, str]] = {
    "together": ("`together_with`", "`together_with`"),
    "apart": ("`apart_from`", "`apart_from`"),
    "spread": ("`spread`", "`spread`"),
    "sites": ("the number of sites", "站点数"),
    "cities": ("the number of cities", "城市数"),
    "latency": ("the latency bounds", "时延上限"),
    "budget": ("the budget of the whole", "总预算"),
    "capacity": ("room for all tiers at once", "所有层同时所需的容量"),
}


def text_of(rule: str, values: Mapping[str, Any]) -> Text:
    if rule.startswith("policy:"):
        return RULES["policy"]
    if rule.startswith("capacity."):
        if values.get("largest") is not None:
            return _LARGEST
        return _ROOM if values.get("room") is not None else _UNKNOWN_ROOM
    return _QUOTA if rule.startswith("quota.") else RULES[rule]


def sentences(rule: str, values: Mapping[str, Any]) -> dict[str, str]:
    found = text_of(rule, values)
    given = dict(values) | _of_resource(str(values.get("resource", "")))
    for name in ("largest", "room"):
        # Where more is promised than there is, nothing is free.
        if isinstance(given.get(name), int | float):
            given[name] = max(given[name], 0)
    return {
        "reason": filled(found.en, given),
        "reason_zh": filled(found.zh, given),
        "how_to_fix": filled(found.fix, given),
        "how_to_fix_zh": filled(found.fix_zh, given),
    }


def _of_resource(name: str) -> dict[str, str]:
    plain = name.replace("_", " ")
    unit, unit_zh, noun, noun_zh = _COUNTED.get(name, (plain, plain, plain, plain))
    flag = name.replace("_", "-")
    return {"flag": flag, "unit": unit, "unit_zh": unit_zh, "noun": noun, "noun_zh": noun_zh}


def filled(text: str, values: Mapping[str, Any]) -> str:
    # Not str.format: names from clouds and people may hold braces.
    for name, value in values.items():
        if f"{{{name}}}" in text:
            text = text.replace(f"{{{name}}}", _shown(value))
    return text


def _shown(value: Any) -> str:
    if value is None:
        return "?"
    if isinstance(value, float):
        return f"{value:g}"
    return ", ".join(map(_shown, value)) if isinstance(value, list | tuple) else str(value)
