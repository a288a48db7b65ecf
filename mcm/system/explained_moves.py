"""What the error codes of moves mean, in English and Chinese."""

from mcm.system.explained import Explanation

OF_MOVES: dict[str, Explanation] = {
    "move_not_found": Explanation(
        "No move has this id, or one of its ends is not for the caller to see.",
        "`mcm move list` shows those there are.",
    ),
    "move_not_possible": Explanation(
        "mcm cannot move this instance there; the message says why.",
        "`details.person` lists what a person has to do; `mcm move start … --dry-run` shows the same.",
    ),
    "move_busy": Explanation(
        "The instance is on its way already.", "Wait for that move, or cancel it: `mcm move cancel ID`."
    ),
    "move_not_open": Explanation(
        "The move is not at the point where this can be done.", "`mcm move show ID` says where it is."
    ),
    "move_owner_gone": Explanation(
        "Whoever asked for the move may not come in any more, and it is carried out with their rights.",
        "Somebody who may can try it again: `mcm move retry ID`.",
    ),
    "move_step_failed": Explanation(
        "An operation that the move asked a cloud for has failed; what it had done is undone.",
        "Look at the operation that the step names, then `mcm move retry ID`.",
    ),
    "move_not_verified": Explanation(
        "What is at the target is not what was sent there, or the source was started meanwhile.",
        "The message says what differs. The source is as it was; `mcm move retry ID` begins with a new image.",
    ),
    "image_corrupt": Explanation(
        "The bytes of an image that arrived do not have the checksum or size that the cloud tells.",
        "Look at the network and the proxies between, then `mcm move retry ID`.",
    ),
    "converter_missing": Explanation(
        "The target takes another disk format, and qemu-img is not installed where mcm works.",
        "Debian: `apt install qemu-utils`; then `mcm move retry ID`.",
    ),
    "conversion_failed": Explanation(
        "The image cannot be converted: it names other files, is encrypted, or is not of the format it is said to be.",
        "The message says which. Convert it by hand and import it at the target.",
    ),
    "staging_full": Explanation(
        "The data directory has no room for the image on its way.",
        "Free some space or put MCM_DATA_DIR on a larger disk, then `mcm move retry ID`.",
    ),
}
OF_MOVES_ZH: dict[str, Explanation] = {
    "move_not_found": Explanation("没有使用此标识的迁移，或您无权查看其中一端。", "`mcm move list` 可列出现有迁移。"),
    "move_not_possible": Explanation(
        "mcm 无法将该实例迁移到该处，错误信息说明原因。",
        "`details.person` 列出需人工完成的步骤；`mcm move start … --dry-run` 显示相同内容。",
    ),
    "move_busy": Explanation("该实例已在迁移中。", "请等待该迁移结束，或取消：`mcm move cancel ID`。"),
    "move_not_open": Explanation("迁移当前所处的状态不允许此操作。", "`mcm move show ID` 显示当前状态。"),
    "move_owner_gone": Explanation(
        "迁移以申请人的权限执行，而申请人已无权进入。", "请由有权限的人员重试：`mcm move retry ID`。"
    ),
    "move_step_failed": Explanation(
        "迁移向云请求的操作失败，已完成的步骤已撤销。", "请查看该步骤的操作，再执行 `mcm move retry ID`。"
    ),
    "move_not_verified": Explanation(
        "目标端与发送的内容不一致，或源实例在此期间被启动。",
        "错误信息说明差异。源实例未被改动；`mcm move retry ID` 会重新制作镜像。",
    ),
    "image_corrupt": Explanation(
        "收到的镜像与云给出的校验和或大小不符。", "请检查网络与中间代理，再执行 `mcm move retry ID`。"
    ),
    "converter_missing": Explanation(
        "目标需要其他磁盘格式，而 mcm 所在机器未安装 qemu-img。",
        "Debian：`apt install qemu-utils`，然后 `mcm move retry ID`。",
    ),
    "conversion_failed": Explanation(
        "镜像无法转换：它引用其他文件、已加密，或与声明的格式不符。",
        "错误信息说明具体原因。请手工转换并导入到目标。",
    ),
    "staging_full": Explanation(
        "数据目录没有足够空间存放传输中的镜像。",
        "请释放空间或将 MCM_DATA_DIR 放到更大的磁盘，再执行 `mcm move retry ID`。",
    ),
}
