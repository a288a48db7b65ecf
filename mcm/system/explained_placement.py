"""What the error codes of places, decisions and reservations mean, in both languages."""

from mcm.system.explained import Explanation

OF_PLACEMENT: dict[str, Explanation] = {
    "capacity_reservation_not_found": Explanation(
        "No reservation of room that you may see has this id.", "`mcm reservation list` shows those there are."
    ),
    "invalid_placement": Explanation(
        "What is asked for is no placement; the message names what is wrong.", "Correct it and ask again."
    ),
    "latency_not_found": Explanation(
        "Nobody has said how far these two are from each other.", "`mcm location latency list` shows what is known."
    ),
    "location_not_found": Explanation(
        "No location that you may see has this name, or it was no candidate of the placement.",
        "`mcm location list` shows those there are.",
    ),
    "no_candidate_left": Explanation(
        "What was chosen was taken by others, or may not be used any more, and so may everything after it.",
        "Decide anew with `mcm place --explain`; details.tried says what happened to each.",
    ),
    "own_placement": Explanation(
        "Whoever asked for a placement cannot be who approves it.", "Ask somebody with the role approver."
    ),
    "placement_contradiction": Explanation(
        "What the workload asks for excludes itself; details.members names the tiers that are in it.",
        "Take one of the demands away.",
    ),
    "placement_hash_differs": Explanation(
        "The decision was made anew since it was looked at.", "Look at it again, then approve that."
    ),
    "placement_needs_approval": Explanation(
        "Somebody else has to approve the placement before anything is made.",
        "`mcm placement approve ID`, by somebody with the role approver.",
    ),
    "placement_not_found": Explanation(
        "No placement that you may see has this id.", "`mcm placement list` shows those there are."
    ),
    "placement_not_open": Explanation(
        "The placement has ended, or is not at the point where this can be done.", "Decide anew with `mcm place`."
    ),
    "policy_denies": Explanation(
        "A policy in force does not allow it there; details.policies names each with the values it looked at.",
        "Choose another place, say what its data is, or ask for an exception.",
    ),
}

OF_PLACEMENT_ZH: dict[str, Explanation] = {
    "capacity_reservation_not_found": Explanation(
        "没有使用此 ID 的容量预留，或您无权查看。", "`mcm reservation list` 可列出现有预留。"
    ),
    "invalid_placement": Explanation("所请求的放置无效；消息指明了问题所在。", "请修正后重新请求。"),
    "latency_not_found": Explanation("尚未说明这两处之间的时延。", "`mcm location latency list` 可列出已知时延。"),
    "location_not_found": Explanation(
        "没有此名称的位置（或您无权查看），或它不是该放置的候选位置。", "`mcm location list` 可列出现有位置。"
    ),
    "no_candidate_left": Explanation(
        "所选位置已被占用或不再允许使用，其后的候选也是如此。",
        "请用 `mcm place --explain` 重新决策；details.tried 说明了每个候选的情况。",
    ),
    "own_placement": Explanation("放置的申请人不能自行批准。", "请具有审批人角色的人员处理。"),
    "placement_contradiction": Explanation(
        "工作负载的要求自相矛盾；details.members 列出了涉及的层。", "请去掉其中一项要求。"
    ),
    "placement_hash_differs": Explanation("该决策在您查看之后已重新作出。", "请重新查看后再批准。"),
    "placement_needs_approval": Explanation(
        "在创建任何资源之前，此放置需由他人批准。", "请具有审批人角色的人员执行 `mcm placement approve ID`。"
    ),
    "placement_not_found": Explanation("没有使用此 ID 的放置，或您无权查看。", "`mcm placement list` 可列出现有放置。"),
    "placement_not_open": Explanation("该放置已结束，或当前阶段不能执行此操作。", "请用 `mcm place` 重新决策。"),
    "policy_denies": Explanation(
        "有效策略不允许将其放在该处；details.policies 列出了每项策略及其判断所用的值。",
        "请选择其他位置、说明数据级别，或申请例外。",
    ),
}
