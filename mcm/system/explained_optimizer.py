"""What the error codes of optimizations mean, in English and Chinese."""

from mcm.system.explained import Explanation

OF_OPTIMIZER: dict[str, Explanation] = {
    "invalid_optimization": Explanation(
        "What is to be optimized contradicts itself, or there is nothing to place.",
        "The message says what; `mcm optimize --help` tells what goes with which goal.",
    ),
    "optimization_not_found": Explanation(
        "No optimization has this id, or something is in it that the caller does not see.",
        "`mcm optimization list` shows those there are.",
    ),
    "optimization_not_ready": Explanation(
        "The optimization runs still, or it ended without a result.",
        "Wait until `mcm optimization show ID` says done, or ask anew with `mcm optimize`.",
    ),
}
OF_OPTIMIZER_ZH: dict[str, Explanation] = {
    "invalid_optimization": Explanation(
        "优化请求自相矛盾，或没有需要放置的内容。", "错误信息说明原因；`mcm optimize --help` 列出各目标的选项。"
    ),
    "optimization_not_found": Explanation(
        "没有使用此标识的优化，或其中包含您无权查看的内容。", "`mcm optimization list` 可列出现有优化。"
    ),
    "optimization_not_ready": Explanation(
        "优化仍在运行，或已结束但没有结果。",
        "请等待 `mcm optimization show ID` 显示 done，或重新执行 `mcm optimize`。",
    ),
}
