"""What codes of optimizations say, in English and Chinese. Parameters stand in braces."""

from collections.abc import Mapping
from typing import Any

from mcm.optimizer.schemas import Told

_TEXTS: dict[str, tuple[str, str]] = {
    # Why something moves.
    "cheaper": ("it costs less there", "在该位置费用更低"),
    "makes_room": ("it makes room for others", "为其他实例腾出空间"),
    "violates": ("where it is, '{title}' forbids it: {message}", "当前位置违反“{title_zh}”：{message_zh}"),
    "not_allowed_here": ("it may not stay where it is ({why})", "不允许留在当前位置（{why}）"),
    "evens_out": ("the load becomes more even", "使负载更均衡"),
    "empties_host": ("its host '{host}' becomes empty and could be switched off", "所在主机“{host}”将腾空，可以关机"),
    "packs": ("it goes to a host that stays on", "迁往继续运行的主机"),
    "leaves": ("where it is, is to be emptied", "当前位置需要清空"),
    "new": ("it runs nowhere yet", "尚未在任何位置运行"),
    "preferred": ("policies prefer it there", "策略倾向于该位置"),
    # What a person must do.
    "step_place": (
        "mcm place, with workload '{workload}' and only '{location}'",
        "对工作负载“{workload}”执行 mcm place，仅限“{location}”",
    ),
    "step_stop": ("stop the instance, or make its data consistent", "停止实例或确保数据一致"),
    "step_export": ("export its disks as an image ({gib} GiB)", "将磁盘导出为镜像（{gib} GiB）"),
    "step_import": ("import the image at '{location}'", "在“{location}”导入镜像"),
    "step_create": (
        "create it there: {vcpus} vCPU, {memory_gib} GiB, network and addresses of that place",
        "在该处创建实例：{vcpus} vCPU、{memory_gib} GiB，并配置当地网络与地址",
    ),
    "step_verify": ("check that it works, then retire the source", "确认可用后停用源实例"),
    "step_decide": ("decide what to do with it: nothing known takes it", "请决定如何处理：没有已知位置可以容纳"),
    # Why something is left over.
    "nowhere_allowed": ("it is allowed nowhere: {blocked}", "任何位置都不允许：{blocked}"),
    "too_large": (
        "it is larger than every place it may be at; '{nearest}' comes nearest and lacks {lacking}",
        "超出所有允许位置的总容量；最接近的是“{nearest}”，还缺 {lacking}",
    ),
    "no_host_takes": (
        "it is larger than what is free on any host; '{nearest}' comes nearest and lacks {lacking}",
        "超出任何主机的空闲容量；最接近的是“{nearest}”，还缺 {lacking}",
    ),
    "too_few_parts": (
        "{members} must each have a {level} of their own, and only {allowed} are allowed",
        "{members} 个成员须各占一个 {level}，而允许的只有 {allowed} 个",
    ),
    "no_common_part": (
        "there is no {level} in which all that belong together may be",
        "没有一个 {level} 允许所有须在一起的成员",
    ),
    "full": ("where it may be there is no room: {full}", "允许的位置没有空间：{full}"),
    "not_found": ("the quick method has not found a place for it", "快速方法未能为其找到位置"),
    # Why the answer is the quick one.
    "missing": (
        "for a better answer mcm needs its extra 'optimizer' (highspy and numpy), which is not installed",
        "更优的结果需要安装 mcm 的扩展 optimizer（highspy 和 numpy）",
    ),
    "time": ("the search found nothing in the time it was given", "在限定时间内未搜索到结果"),
    "memory": ("the search needed more memory than it may have", "搜索所需内存超过上限"),
    "failed": ("the search failed; the log says how", "搜索失败，详情见日志"),
    "better": ("the search found nothing better", "搜索未找到更优结果"),
    "nothing_to_place": ("there is nothing to decide", "没有需要决定的内容"),
    # What to know of the result.
    "unpriced": (
        "{count} have no price anywhere: nothing is moved to save what nobody knows",
        "{count} 项没有任何价格：不会为未知的节省而移动",
    ),
    "egress_unknown": (
        "of {count} instances nobody knows what taking their disks away costs: they are not moved for a saving, and "
        "where they must move that cost is not in it",
        "{count} 个实例的磁盘迁出费用未知：不会为节省而移动；必须移动时，该费用未计入",
    ),
    "place_unknown": (
        "{count} instances are in a place that mcm does not know, and are left out",
        "{count} 个实例所在位置未知，已忽略",
    ),
    "size_unknown": (
        "{count} instances do not tell vCPU and memory, and are left out",
        "{count} 个实例未提供 vCPU 与内存，已忽略",
    ),
    "host_unknown": (
        "of {count} instances the host is not known, and they are left out",
        "{count} 个实例的主机未知，已忽略",
    ),
    "cannot_migrate": (
        "{count} instances cannot be moved while they run, and stay",
        "{count} 个实例不能在线迁移，保持不动",
    ),
    "contradicts_itself": (
        "workload '{workload}' contradicts itself and is left out: mcm place says how",
        "工作负载“{workload}”自相矛盾，已忽略：mcm place 会说明原因",
    ),
    "no_hosts": (
        "no host tells how large it is: there is nothing to even out or to empty",
        "没有主机提供容量信息，无法均衡或腾空",
    ),
    "gone": ("the process that searched is no more; ask again", "执行搜索的进程已不存在，请重新提交"),
    "refused": ("{message}", "{message}"),
}


def told(code: str, params: Mapping[str, Any] | None = None) -> Told:
    values = dict(params or {})
    shown = {name: _shown(value) for name, value in values.items()}
    english, chinese = _TEXTS[code]
    return Told(code=code, params=values, text=_filled(english, shown), text_zh=_filled(chinese, shown))


def _filled(text: str, shown: Mapping[str, str]) -> str:
    # Not `format`: what people name may hold braces.
    for name, value in shown.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, Mapping):
        return ", ".join(f"{_shown(one)} {name}" for name, one in value.items())
    if isinstance(value, list):
        return "; ".join(_shown(one) for one in value[:3]) + (" …" if len(value) > 3 else "")
    return str(value)
