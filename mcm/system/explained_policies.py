"""What the error codes of placement policies mean, in both languages."""

from mcm.system.explained import Explanation

OF_POLICIES: dict[str, Explanation] = {
    "exception_not_found": Explanation(
        "No exception that you may see has this id.", "`mcm policy exceptions list` shows those there are."
    ),
    "exception_not_open": Explanation(
        "Somebody has decided about the exception already, or it is over.", "Ask for a new one."
    ),
    "invalid_classification": Explanation(
        "A rule of classification does not say what it is for; the message names it.", "Correct it and send all again."
    ),
    "invalid_policy": Explanation(
        "The document is no policy that could be stored; details.findings name line, column and what may be meant.",
        "`mcm policy lint FILE` shows the places.",
    ),
    "own_exception": Explanation(
        "Whoever asked for an exception cannot be who agrees to it.", "Ask somebody with the role approver."
    ),
    "policy_exists": Explanation("The id belongs to another policy.", "Choose another id."),
    "policy_not_found": Explanation(
        "No policy that you may see has this id, or none of the library has this name.",
        "`mcm policy list` and `mcm policy library list` show those there are.",
    ),
    "policy_warned": Explanation(
        "The policy would refuse everything, or leaves nothing together with another one; details.warnings say which.",
        "Change it, or store it all the same with `--accept-warnings`.",
    ),
    "violation_not_found": Explanation(
        "No violation that you may see has this id.", "`mcm policy violations` shows those there are."
    ),
}

OF_POLICIES_ZH: dict[str, Explanation] = {
    "exception_not_found": Explanation(
        "没有使用此 ID 的例外，或您无权查看。", "`mcm policy exceptions list` 可列出现有例外。"
    ),
    "exception_not_open": Explanation("该例外已有决定，或已过期。", "请重新申请。"),
    "invalid_classification": Explanation(
        "某条分类规则未说明其适用对象；消息中指明了是哪一条。", "请修正后重新提交全部规则。"
    ),
    "invalid_policy": Explanation(
        "该文档不是可保存的策略；details.findings 给出行、列和可能的本意。", "`mcm policy lint FILE` 可显示具体位置。"
    ),
    "own_exception": Explanation("例外的申请人不能自行批准。", "请具有审批人角色的人员处理。"),
    "policy_exists": Explanation("该 ID 属于另一项策略。", "请换一个 ID。"),
    "policy_not_found": Explanation(
        "没有使用此 ID 的策略（或您无权查看），策略库中也没有此名称。",
        "`mcm policy list` 和 `mcm policy library list` 可列出现有策略。",
    ),
    "policy_warned": Explanation(
        "该策略将拒绝一切，或与另一策略同时生效时无处可放；details.warnings 说明是哪一种。",
        "请修改，或使用 `--accept-warnings` 仍然保存。",
    ),
    "violation_not_found": Explanation(
        "没有使用此 ID 的违规记录，或您无权查看。", "`mcm policy violations` 可列出现有违规。"
    ),
}
