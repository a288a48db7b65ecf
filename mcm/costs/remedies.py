"""Why something has no price, and how it gets one. Pure."""

from collections.abc import Iterable

from mcm.costs.notes import Note, sentence
from mcm.costs.places import Where
from mcm.tenancy.money import Lacking

_SENTENCES = {
    "account_gone": ("its account was removed", "其账号已移除"),
    "holding_size_unknown": ("how many vCPU and how much memory it has is not known", "vCPU 与内存大小未知"),
    "holding_disk_unknown": ("how large its disk is is not known", "磁盘大小未知"),
}
_SIZE = frozenset(("account_gone", "holding_size_unknown"))


def lacking(notes: Iterable[Note], where: Where | None) -> tuple[Lacking, ...]:
    """One for each note. where: whose prices they are."""
    return tuple(dict.fromkeys(_lacking(one, where) for one in notes))


def _lacking(one: Note, where: Where | None) -> Lacking:
    params = dict(one.params)
    if "tier" in params:
        # Place and size; there is no name of a demand behind them.
        params["tier"] = params["tier"].removesuffix(": ")
    if one.code in _SENTENCES:
        reason, reason_zh = _SENTENCES[one.code]
    else:
        reason, reason_zh = sentence(one.code, params), sentence(one.code, params, chinese=True)
        if where is not None and one.code == "not_included":
            reason, reason_zh = f"{reason} ({where.key})", f"{reason_zh}（{where.key}）"
    return Lacking(reason, reason_zh, *_remedy(one.code, params, where))


def _remedy(code: str, params: dict[str, str], where: Where | None) -> tuple[str, str]:
    if code == "no_exchange_rate":
        command = f"mcm price set-rate {params['currency']} {params['to']} RATE --source S"
        return f"say what one {params['currency']} is worth: {command}", f"请登记汇率：{command}"
    if code == "holding_disk_unknown":
        return "give disk_gib, or an image that tells its size", "请指定 disk_gib，或选用标明大小的镜像"
    if code in _SIZE:
        return (
            "give vcpus and memory_mib, or a flavor that tells them",
            "请指定 vcpus 与 memory_mib，或选用标明大小的规格",
        )
    if where is not None and where.ownership == "private":
        return (
            "publish a rate card that has a rate for it: mcm rate-card publish",
            "请发布包含该项费率的费率卡：mcm rate-card publish",
        )
    return (
        "import a price list that has it: mcm price import, or mcm price fetch",
        "请导入包含该项的价格表：mcm price import，或 mcm price fetch",
    )
