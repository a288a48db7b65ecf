"""What the error codes of workloads and of comparisons mean."""

from mcm.system.explained import Explanation

OF_COSTS: dict[str, Explanation] = {
    "estimate_not_found": Explanation(
        "No estimate has this id, or it tells of an account or of instances that the caller does not see.",
        "GET /api/v1/estimates lists those there are.",
    ),
    "invalid_comparison": Explanation(
        "What is asked to be compared is not one thing, matches nothing, or names a place or a day that is not there.",
        "The message says what to change.",
    ),
    "invalid_document": Explanation(
        "A document cannot be used; details.findings names line and column of everything that is wrong.",
        "Correct it; `mcm workload lint -f FILE` checks a workload without a server.",
    ),
    "workload_exists": Explanation("The name belongs to a workload that is not yours.", "Choose another name."),
    "workload_not_found": Explanation("No workload has this name.", "`mcm workload list` shows all."),
    "workload_version_not_found": Explanation(
        "The workload has no such version.", "`mcm workload show NAME --versions` shows all."
    ),
}
OF_COSTS_ZH: dict[str, Explanation] = {
    "estimate_not_found": Explanation(
        "没有此编号的估算，或者它涉及调用者看不到的账户或实例。", "GET /api/v1/estimates 列出现有的估算。"
    ),
    "invalid_comparison": Explanation(
        "要对比的内容不唯一、没有匹配项，或者指定的位置或日期不存在。", "错误信息说明了要更改的内容。"
    ),
    "invalid_document": Explanation(
        "文档无法使用；details.findings 给出每处错误的行号和列号。",
        "请更正；`mcm workload lint -f FILE` 无需服务器即可检查工作负载。",
    ),
    "workload_exists": Explanation("该名称属于不归您所有的工作负载。", "请换一个名称。"),
    "workload_not_found": Explanation("没有此名称的工作负载。", "`mcm workload list` 列出全部。"),
    "workload_version_not_found": Explanation(
        "该工作负载没有此版本。", "`mcm workload show NAME --versions` 列出全部版本。"
    ),
}
