"""What codes of moves say, in English and Chinese. Parameters stand in braces."""

from collections.abc import Mapping
from typing import Any

from mcm.moves.disks import disk_of, kind_of
from mcm.moves.schemas import Told

_TEXTS: dict[str, tuple[str, str]] = {
    # Why mcm cannot move it.
    "same_place": (
        "it is in that account and region already; within a cloud `mcm instance migrate` moves it while it runs",
        "实例已在该账号和区域；同一云内可用 `mcm instance migrate` 在线迁移",
    ),
    "not_exportable": ("'{account}' does not give out images: {why}", "“{account}”不提供镜像导出：{why_zh}"),
    "not_importable": ("'{account}' takes no images in: {why}", "“{account}”不支持镜像导入：{why_zh}"),
    "no_image": ("no image of it can be made: {why}", "无法为其制作镜像：{why_zh}"),
    "on_volume": (
        "it starts from a volume, and an image of it holds none of that volume's bytes",
        "该实例从卷启动，其镜像不包含该卷的数据",
    ),
    "root_encrypted": (
        "volume '{name}' ({gib} GiB), which it starts from, is encrypted: nobody could read an image of it elsewhere",
        "其启动卷“{name}”（{gib} GiB）已加密：其镜像在别处无法读取",
    ),
    "has_volumes": (
        "{count} more volumes are attached to it that mcm cannot take along ({names}): they are encrypted, shared with "
        "other instances, or one of the clouds has no way for it; say that all further volumes stay behind "
        "(leave_volumes), or move it by hand",
        "另有 {count} 个已挂载的卷无法随同迁移（{names}）：卷已加密、与其他实例共享，或其中一端的云不支持；"
        "请声明所有其他卷保留在原处（leave_volumes），或人工迁移",
    ),
    "not_now": ("{why}", "{why_zh}"),
    "target_refuses": ("the target does not take it: {why}", "目标位置无法接受：{why_zh}"),
    # What a person has to do instead, or besides.
    "person_stop": ("stop the instance, or make its data consistent", "停止实例或确保数据一致"),
    "person_export": ("export its disks as images", "将磁盘导出为镜像"),
    "person_import": ("import the images into '{account}', region '{region}'", "将镜像导入“{account}”的区域“{region}”"),
    "person_create": (
        "create an instance of them there, with the network and addresses of that place",
        "在该处用镜像创建实例，并配置当地网络与地址",
    ),
    "person_verify": ("check that it works, then retire the source", "确认可用后停用源实例"),
    "person_addresses": (
        "its addresses change: names in DNS, rules of firewalls and load balancers that name the old ones",
        "地址会改变：请更新 DNS 名称、防火墙规则和负载均衡中的旧地址",
    ),
    "person_volumes": (
        "{count} volumes stay behind with what is on them",
        "{count} 个卷及其数据保留在原处",
    ),
    "person_root": (
        "volume '{name}' ({volume}, {gib} GiB, {type}, {device}), which it starts from: while the instance is off, "
        "have the source's block storage write it, or a copy of it, to an image; import that at the target, and start "
        "from it",
        "启动卷“{name}”（{volume}，{gib} GiB，{type}，{device}）：实例停机后，在源端通过块存储将该卷或其副本写为镜像；"
        "在目标端导入该镜像并从中启动",
    ),
    "person_volume": (
        "volume '{name}' ({volume}, {gib} GiB, {type}, {device}): at the target make one of that size (`mcm volume "
        "create`) and attach it to the new instance (`mcm volume attach`); copy what is on it from guest to guest, or "
        "have the source's block storage write it to an image while the instance is off, and make the volume of that; "
        "then compare both",
        "卷“{name}”（{volume}，{gib} GiB，{type}，{device}）：在目标端创建同样大小的卷（`mcm volume create`）"
        "并挂载到新实例（`mcm volume attach`）；在客户机之间复制数据，或在实例停机后由源端块存储将其写为镜像，"
        "再用该镜像创建卷；最后核对两端",
    ),
    "person_mounts": (
        "disks may have other names there: look whether the guest mounts its volumes by what is on them and not by "
        "device",
        "目标端的磁盘设备名可能不同：请确认客户机按文件系统标识而非设备名挂载各卷",
    ),
    "person_copied": (
        "volumes that were copied stay at the source, unless its cloud deletes them with the instance: remove them "
        "once you are sure ({names})",
        "已复制的卷仍保留在源端（除非源端云随实例一并删除）：确认无误后请清理（{names}）",
    ),
    "person_retire": (
        "the source stays as it is: retire it once you are sure (mcm recycle put {name})",
        "源实例保持不变：确认无误后请停用（mcm recycle put {name}）",
    ),
    "person_check": (
        "mcm compares the image, not what the guest does with it: look whether it starts with the drivers it has and "
        "its services answer, and remove the old cloud's guest tools",
        "mcm 只核对镜像，不检查客户机：请确认系统能以现有驱动启动、服务正常，并卸载原云的客户机工具",
    ),
    # What to know before.
    "runs_on": (
        "it runs while its image is made: what it writes later stays behind, and files may be half written (stop)",
        "制作镜像时实例仍在运行：之后写入的数据不会迁移，文件可能不完整（可选择先停止）",
    ),
    "from_volume": (
        "it starts from volume '{name}' ({gib} GiB): a copy of that is made at the source, written to an image and "
        "removed; the new instance starts from the image, on the disk of its size",
        "该实例从卷“{name}”（{gib} GiB）启动：将在源端制作该卷的副本，写为镜像后删除副本；"
        "新实例从该镜像启动，使用其规格自带的磁盘",
    ),
    "tags_left": ("tags that the target cannot hold stay behind: {names}", "目标无法保存的标签将被舍弃：{names}"),
    "no_converter": (
        "qemu-img is not installed here: if the target takes another format, the move ends with that",
        "此处未安装 qemu-img：若目标需要其他格式，迁移将因此中止",
    ),
    "no_room": (
        "{needed_gib} GiB are needed in the data directory at most, {free_gib} GiB are free",
        "数据目录最多需要 {needed_gib} GiB，目前可用 {free_gib} GiB",
    ),
    "downtime_stopped": (
        "it is off from the first step until the new one runs: as long as two copies of {gib} GiB take",
        "从第一步到新实例运行期间停机：相当于复制 {gib} GiB 两次所需的时间",
    ),
    "downtime_off": ("it is off already", "实例已关机"),
    "downtime_copy": ("none of the source: it runs on, and the new one runs beside it", "源实例不停机，新实例与其并存"),
    # The steps.
    "stop": ("stop the source", "停止源实例"),
    "image": ("make an image of it", "制作镜像"),
    "download": ("download the image and compare its checksum", "下载镜像并核对校验和"),
    "convert": ("convert it, where the target takes another format", "目标需要其他格式时转换格式"),
    "upload": ("upload it and compare its checksum", "上传镜像并核对校验和"),
    "create": ("create the instance of it", "用镜像创建实例"),
    "verify": (
        "verify: it runs; image checksum, format and metadata are the same",
        "核对：实例运行中，镜像校验和、格式与元数据一致",
    ),
    "retire": (
        "retire the source: stopped now, deleted in {days} days unless restored",
        "停用源实例：立即停止，{days} 天后删除（可恢复）",
    ),
    "clean": ("remove the copy here and the image at the source", "删除本地副本和源端镜像"),
    "volume": ("make the volume of it", "用镜像创建卷"),
    "attach": ("attach it to the new instance", "挂载到新实例"),
    "of_volume": ("volume '{name}': {step}", "卷“{name}”：{step_zh}"),
    # Notes of steps.
    "step_failed": ("{why}", "{why_zh}"),
    "step_left": (
        "it could not be undone, somebody has to: {why}",
        "未能撤销，须人工处理：{why_zh}",
    ),
    "step_in_doubt": (
        "operation {operation} is in doubt: look at the cloud, then mcm operation retry or resolve",
        "操作 {operation} 结果不明：请到云端核实，然后执行 mcm operation retry 或 resolve",
    ),
    "step_in_bin": (
        "it is in the recycle bin ({bin}), as its account wants it",
        "按账号设置，已放入回收站（{bin}）",
    ),
    "step_retired": ("{bin}", "{bin}"),
}


def step_told(name: str, wanted: Mapping[str, Any]) -> Told:
    """What a step does; of one for a further volume with the name of that."""
    kind, disk = kind_of(name), disk_of(name)
    found = told(kind, {"days": wanted["days"]} if kind == "retire" else {})
    if not disk:
        return found
    told_of = {"name": wanted["disks"][disk]["name"], "step": found.text, "step_zh": found.text_zh}
    return told("of_volume", told_of).model_copy(update={"code": name})


def told(code: str, params: Mapping[str, Any] | None = None) -> Told:
    values = dict(params or {})
    english, chinese = _TEXTS[code]
    for name, value in values.items():
        # Not `format`: what people name may hold braces.
        english, chinese = english.replace(f"{{{name}}}", str(value)), chinese.replace(f"{{{name}}}", str(value))
    return Told(code=code, params=values, text=english, text_zh=chinese)
