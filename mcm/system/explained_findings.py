"""What the error codes of utilisation and findings mean, in both languages."""

from mcm.system.explained import Explanation

OF_FINDINGS: dict[str, Explanation] = {
    "finding_not_found": Explanation(
        "No finding has this id, or its resource is not one you may see.",
        "`mcm finding list --status all` shows those there are.",
    ),
    "finding_not_open": Explanation(
        "The finding is resolved or dismissed: nothing is to be done about it.",
        "`mcm finding show ID` says which; `mcm finding reopen ID` takes a dismissal back.",
    ),
    "finding_without_action": Explanation(
        "Nothing that mcm does to a resource carries the finding out: a commitment is bought at the cloud.",
        "Leave it out of the plan; its evidence says what to buy there, for how long and what is paid at once.",
    ),
    "invalid_dismissal": Explanation(
        "The dismissal would be over before it begins.", "Name a time to come, or none for good."
    ),
    "no_utilisation": Explanation(
        "The account's provider cannot tell what is used, or the days that were asked for make no sense.",
        "`mcm utilisation readings` shows the accounts that can be asked.",
    ),
}
OF_FINDINGS_ZH: dict[str, Explanation] = {
    "finding_not_found": Explanation(
        "没有使用此 ID 的优化发现，或其资源您无权查看。", "`mcm finding list --status all` 可列出所有发现。"
    ),
    "finding_not_open": Explanation(
        "该发现已解决或已忽略，无需处理。", "`mcm finding show ID` 可查看状态；`mcm finding reopen ID` 可撤销忽略。"
    ),
    "finding_without_action": Explanation(
        "该建议无法由 mcm 对资源执行：承诺折扣需在云平台上购买。",
        "请将其从计划中移除；依据中写明了购买方式、期限和预付金额。",
    ),
    "invalid_dismissal": Explanation("忽略的截止时间已过。", "请指定将来的时间，或不指定以永久忽略。"),
    "no_utilisation": Explanation(
        "该账号的提供商无法提供使用率，或所请求的日期无效。", "`mcm utilisation readings` 可列出能够读取的账号。"
    ),
}
