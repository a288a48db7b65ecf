"""What every error code means and what to do, in Chinese: for the console and for the server's own pages."""

from mcm.system.chinese_people import OF_PEOPLE
from mcm.system.explained import Explanation
from mcm.system.explained_allocations import OF_ALLOCATIONS_ZH
from mcm.system.explained_charges import OF_CHARGES_ZH
from mcm.system.explained_costs import OF_COSTS_ZH
from mcm.system.explained_findings import OF_FINDINGS_ZH
from mcm.system.explained_moves import OF_MOVES_ZH
from mcm.system.explained_optimizer import OF_OPTIMIZER_ZH
from mcm.system.explained_placement import OF_PLACEMENT_ZH
from mcm.system.explained_policies import OF_POLICIES_ZH
from mcm.system.explained_prices import OF_PRICES_ZH
from mcm.system.explained_ratecards import OF_RATECARDS_ZH
from mcm.system.explained_resilience import OF_RESILIENCE_ZH

CHINESE: dict[str, Explanation] = (
    OF_ALLOCATIONS_ZH
    | OF_CHARGES_ZH
    | OF_FINDINGS_ZH
    | OF_COSTS_ZH
    | OF_OPTIMIZER_ZH
    | OF_RESILIENCE_ZH
    | OF_MOVES_ZH
    | OF_PLACEMENT_ZH
    | OF_POLICIES_ZH
    | OF_PRICES_ZH
    | OF_RATECARDS_ZH
    | OF_PEOPLE
) | {
    "account_exists": Explanation("该名称已被使用。", "请换一个名称，或修改已有账号。"),
    "account_gone": Explanation("发起此操作所用的账号在请求发往云之前已被移除。", "请重新添加该账号，然后再次发起。"),
    "account_not_found": Explanation("没有使用此名称或 ID 的账号。", "`mcm account list` 可列出所有账号。"),
    "account_removed": Explanation("账号在读取过程中被移除。", "无需处理：其数据已标记为已删除。"),
    "action_forbidden": Explanation("您在该处没有执行此操作的权限。", "请向管理员申请包含该权限的角色。"),
    "action_not_allowed": Explanation(
        "该资源当前不允许执行此操作。",
        "按提示处理后再试；`mcm operation allowed ID` 可列出所有操作及不允许的原因。",
    ),
    "already_in_bin": Explanation(
        "该实例已在回收站中。", "`mcm recycle list` 可查看放入时间；`mcm recycle restore ID` 可将其恢复。"
    ),
    "approval_needed": Explanation(
        "此计划需由他人批准后才能执行。",
        "请具有审批人角色的人员查看计划（`mcm plan show ID`）并批准：`mcm plan approve ID`。",
    ),
    "approval_over": Explanation(
        "计划的批准已超过有效期；当时同意的内容与现在将要执行的内容可能不同。",
        "请为剩余部分新建计划：`mcm plan create`。",
    ),
    "audit_failed": Explanation(
        "审计记录无法写入，因此未执行该变更。",
        "`mcm doctor` 和 `mcm audit verify` 会给出原因：主密钥、数据库，或审计记录已损坏。",
    ),
    "audit_head_broken": Explanation(
        "最近导出的审计链头已不在审计记录中：记录被截断或替换。",
        "请查明是谁修改了数据库。若是恢复了备份，请在 MCM_AUDIT_HEAD_FILE 中指定新文件。",
    ),
    "authentication_failed": Explanation(
        "云拒绝了凭据：凭据错误、已过期或已停用。为避免账号被锁定，mcm 已停止尝试。",
        "请为账号输入新的密钥，然后执行 `mcm account check NAME`。",
    ),
    "unknown_parameter": Explanation(
        "请求带有此接口没有的查询参数；mcm 不会忽略它，因为拼错的 dry_run 会造成实际更改。", "请按提示更正参数名。"
    ),
    "bad_request": Explanation("请求缺少内容或格式有误。", "请按服务器原文修改。"),
    "busy": Explanation("资源正在执行任务，云在此期间拒绝该操作。", "请等待任务结束。"),
    "capacity_exceeded": Explanation("配额或物理容量已用尽。", "请释放部分资源，或申请扩容。"),
    "cloud_failed": Explanation(
        "云已接受请求，但报告执行失败。", "服务器原文中有云给出的说明。`mcm operation retry ID` 可重试。"
    ),
    "cloud_failure": Explanation("云未按预期应答。", "请查看服务器原文；`mcm explain` 可解释其中的代码。"),
    "conflict": Explanation("该变更与另一变更冲突。", "请重新读取后再次提交。"),
    "destroy_belt": Explanation(
        "单次请求销毁的资源数超过上限（MCM_DESTROY_PER_REQUEST）。",
        "请改为创建计划（`mcm plan create --action …`）并由他人批准。",
    ),
    "destroy_budget_used": Explanation(
        "该账号 24 小时内可销毁的资源数已用尽（MCM_DESTROY_PER_DAY）。", "请稍后再试，或创建计划并由他人批准。"
    ),
    "error": Explanation("mcm 自身出错。", "请附上请求编号反馈；原因见服务器日志。"),
    "feed_expired": Explanation("变更流的游标已失效。", "无需处理：mcm 会改为完整读取。"),
    "forbidden": Explanation("您没有所需的权限。", "请向管理员申请包含该权限的角色。"),
    "http_error": Explanation("API 不认识该请求。", "请参阅 /docs 中的 API 文档。"),
    "invalid_view": Explanation("要保存的视图自相矛盾，或包含无法显示的内容。", "服务器原文指出了需要修改之处。"),
    "resolved_as_failed": Explanation("操作结果曾无法判断；有人核对云后确认其失败。", "请重新发起。"),
    "in_doubt": Explanation(
        "无法判断云是否已执行该请求；结果不明的请求不会重复发送。",
        "请在云上查看该资源，然后执行 `mcm operation retry ID` 或 `mcm operation resolve ID --as …`。",
    ),
    "invalid_as_of": Explanation(
        "`as_of` 不是有效时间，或晚于当前时间。",
        "请写成 2026-01-31T12:00:00Z 或 2026-01-31；查询当前数据时请省略。",
    ),
    "invalid_column": Explanation("没有该列。", "服务器原文列出了可用的列。"),
    "invalid_filter": Explanation(
        "筛选表达式有误，服务器原文指出了出错位置。",
        '示例：kind = "instance" AND (state = "running" OR tags.env = "prod")。AND 与 OR 混用时需要括号。',
    ),
    "invalid_input": Explanation("填写的值不被允许。", "服务器原文指出了是哪个值；请更换或更正。"),
    "invalid_notice_target": Explanation(
        "该地址不允许接收通知，或通知目标的各项设置互相矛盾。",
        "请按服务器原文修改；docs/notices.md 列出了各类目标所需的设置。",
    ),
    "invalid_order": Explanation(
        "`order_by` 中有不能排序的字段。",
        "请使用筛选语法中的字段，每个字段后可加 asc 或 desc：name desc, created_at。",
    ),
    "invalid_params": Explanation(
        "操作的某个参数缺失、格式有误，或指定了该账号没有的对象。",
        "服务器原文指出了是哪个参数；GET /api/v1/actions 列出所有参数。",
    ),
    "invalid_plan": Explanation(
        "无法据此创建计划：没有匹配的资源、匹配过多，或该操作不能列入计划。", "请按服务器原文修改。"
    ),
    "invalid_request": Explanation(
        "适配器或云认为请求格式有误，或地址不被允许。", "请检查账号配置；服务器原文指出了相关的键或地址。"
    ),
    "invalid_retirement": Explanation("退役日期不在将来，或该资源无法停止。", "请为实例指定一个将来的日期。"),
    "invalid_schedule": Explanation(
        "日程、假日、时区或操作无法用于定时任务。", "服务器原文指出了相关字段；docs/schedules.md 中有示例。"
    ),
    "lease_lost": Explanation("另一进程接管了此次读取。", "无需处理：以其结果为准。"),
    "method_not_allowed": Explanation("地址存在，但不支持此方法。", "请参阅 /docs。"),
    "not_found": Explanation("此地址或 ID 没有对应的内容。", "请检查拼写；可先查看列表。"),
    "not_in_bin": Explanation(
        "它已删除、正在删除或已恢复，不再位于回收站中。", "`mcm recycle list --ended` 可查看其去向。"
    ),
    "not_quarantined": Explanation("该读取范围没有等待处理的决定。", "无需处理。"),
    "not_supported": Explanation("此云不支持该功能。", "服务器原文给出了原因；请参阅该类型云的 README。"),
    "not_the_same": Explanation(
        "此操作的对象现在所属的租户、账号或项目与发起时不同。", "请重新发起该动作：权限、配额和保护会重新检查。"
    ),
    "notice_delivery_not_found": Explanation(
        "该目标没有此投递记录，或记录已不再保留。", "`mcm notice deliveries NAME` 可列出现有记录。"
    ),
    "notice_target_disabled": Explanation(
        "该通知目标已关闭，不会向其发送任何内容；可能由人员关闭，也可能由 mcm 关闭并给出原因。",
        "`mcm notice show NAME` 可查看原因；修复后执行 `mcm notice update NAME --enable`。",
    ),
    "notice_target_exists": Explanation("该名称已被使用。", "请换一个名称。"),
    "notice_target_not_found": Explanation(
        "您可见的范围内没有此名称的通知目标。", "`mcm notice list` 可列出所有目标。"
    ),
    "notice_under_way": Explanation(
        "该投递尚未结束，会自动重试。", "请等待；`mcm notice deliveries NAME` 可查看下次重试时间。"
    ),
    "operation_not_found": Explanation("没有此 ID 的操作，或您无权查看。", "`mcm operation list` 可列出现有操作。"),
    "operation_not_open": Explanation("操作已结束，或已提交到云。", "`mcm operation show ID` 可查看其状态。"),
    "operation_running": Explanation(
        "该资源上正在执行另一操作；同一时间只能有一个。", "请等待其完成，或在其排队时取消。"
    ),
    "other_cloud": Explanation(
        "凭据现在指向的云与添加账号时不同。",
        "若确需如此，请移除账号后重新添加：在一个账号中混用两个云会使两者的数据都失真。",
    ),
    "own_plan": Explanation("计划的发起人不能批准或驳回该计划。", "请由另一位具有审批人角色的人员处理。"),
    "paused": Explanation("账号已暂停。", "执行 `mcm account resume NAME` 可恢复。"),
    "permission_denied": Explanation(
        "凭据有效但缺少权限；该类资源不再读取，保留最近一次的有效状态。",
        "请授予服务器原文中指出的权限；该类型云的 README 列出了所需的最小权限。",
    ),
    "plan_hash_differs": Explanation(
        "哈希与该计划不符：查看过的内容与将要执行的内容不同。", "`mcm plan show ID` 可查看计划及其哈希。"
    ),
    "plan_not_found": Explanation("没有此 ID 的计划，或其中有您无权查看的资源。", "`mcm plan list` 可列出现有计划。"),
    "plan_not_open": Explanation(
        "计划已结束、已使用，或其当前状态不允许此操作。", "`mcm plan show ID` 可查看状态；若已结束请新建计划。"
    ),
    "plan_stale": Explanation(
        "计划创建后目标已变化，与查看过的内容不再一致。", "`mcm plan show ID` 列出了变化；请新建计划。"
    ),
    "precondition_failed": Explanation("读取之后内容已被修改。", "请重新读取后再次提交。"),
    "protected": Explanation("该资源受保护：mcm 不会销毁它。", "如有权限，请先解除保护。"),
    "provider_error": Explanation("云发生意外错误。", "请查看服务器日志。"),
    "provider_not_installed": Explanation(
        "缺少访问此类云所需的 Python 软件包。", "请安装服务器原文中指出的组件，然后重启 mcm。"
    ),
    "quota_exceeded": Explanation(
        "配额已满：租户或其上级的限额同时计算现有与预留的用量。",
        "`mcm quota show TENANT` 可查看两者；请移除部分资源，或提高服务器原文中指出的限额。",
    ),
    "quota_unpriced": Explanation(
        "设有每月金额限额，而所请求的内容没有价格，或无法换算为限额的货币。",
        "请按服务器原文提供价格表、费率卡或汇率，或取消该限额。",
    ),
    "quarantined": Explanation(
        "一次完整读取中消失的内容过多，未经人工确认 mcm 不予采信：权限丢失与云被清空看起来完全相同。未移除任何内容。",
        "请先查看云上的情况，再执行 `mcm account quarantine NAME accept`（接受）或 `reject`（保留并重新读取）。",
    ),
    "rate_limited": Explanation(
        "云要求降低请求频率；mcm 会减半速率并遵守 Retry-After。", "无需处理，或提高云侧的限额。"
    ),
    "read_only": Explanation(
        "此数据库来自副本或备份。在有人确认原库已停用之前，不做任何更改也不读取任何云；已存数据可以查看。",
        "请确认原库已停用，然后执行 `mcm db confirm`。",
    ),
    "recycle_first": Explanation(
        "该账号会将删除的内容保留数日：实例需先放入回收站。",
        "执行 `mcm recycle put ID`；之后可用 `mcm recycle delete ID` 立即删除。",
    ),
    "recycled_not_found": Explanation("回收站中没有此 ID 的内容。", "`mcm recycle list` 可列出现有内容。"),
    "region_not_listed": Explanation("云已不再列出该区域。", "请检查账号的权限与区域设置。"),
    "reservation_ended": Explanation("预留已释放、已使用或已到期。", "请重新预留。"),
    "reservation_not_found": Explanation("没有此 ID 的预留。", "请重新预留。"),
    "resource_not_found": Explanation(
        "没有此 ID 的资源；已消失的资源只保留一段时间。", "`mcm resource list` 可列出 ID。"
    ),
    "retirement_not_found": Explanation("该资源没有设置退役日期。", "无需处理：它不会退役。"),
    "role_binding_not_found": Explanation("没有此 ID 的角色绑定。", "`mcm role list` 可列出现有绑定。"),
    "run_not_found": Explanation("没有此 ID 的读取记录。", "`mcm sync runs` 可列出读取记录。"),
    "schedule_exists": Explanation("该名称已被他人的定时任务使用。", "请换一个名称。"),
    "schedule_not_found": Explanation(
        "没有此名称的定时任务，或您无权查看。", "`mcm schedule list` 可列出现有定时任务。"
    ),
    "scope_not_found": Explanation("没有此 ID 的读取范围。", "`mcm account show NAME -o wide` 可列出读取范围。"),
    "stale_version": Explanation("该资源的自有字段在读取之后已被修改。", "请重新读取后再次提交。"),
    "state_changed": Explanation("资源状态与发起操作时不同，未发送任何请求。", "请使其进入所需状态后再次发起。"),
    "target_changed": Explanation(
        "计划执行过程中有一个目标发生变化；该目标未处理，其余继续执行。", "请查看该目标，新建计划或单独发起。"
    ),
    "target_gone": Explanation("云报告该资源已不存在，未发送任何请求。", "无需处理：清单已更新。"),
    "too_many_requests": Explanation(
        "同一用户、令牌或来源的请求过于频繁；导出和登录的权重更高。",
        "请按 Retry-After 的时间等待。管理员可调整 MCM_REQUESTS_PER_SECOND。",
    ),
    "tenant_exists": Explanation("此位置已有同名租户。", "请换一个名称。"),
    "tenant_not_empty": Explanation("仍有内容属于该租户。", "请先移动或移除这些内容。"),
    "tenant_not_found": Explanation(
        "您可见的范围内没有此 ID、路径或名称的租户。", "`mcm tenant list` 可列出现有租户。"
    ),
    "too_large": Explanation("请求内容过大。", "请减少单次发送的内容。"),
    "too_many_streams": Explanation(
        "事件流数量已达上限（单个调用方或总数）。",
        "请关闭一个，或提高 MCM_EVENT_STREAMS_EACH 或 MCM_EVENT_STREAMS。",
    ),
    "too_many_views": Explanation(
        "每人最多保存 200 个视图。", "先用 `mcm view list` 查看，再用 `mcm view delete` 删除不再需要的视图。"
    ),
    "unavailable": Explanation(
        "mcm 暂时无法执行：数据库繁忙、已满、只读或版本不符。读取可能仍然可用。",
        "服务器原文给出了原因；`mcm doctor` 会逐项检查。",
    ),
    "undo_impossible": Explanation("此次读取移除的内容已无法恢复。", "请从备份恢复。"),
    "unexpected_response": Explanation(
        "云的应答与其 API 约定不符：不完整、乱码或为网页。其中内容均未采用。",
        "请检查中间的代理或负载均衡，然后重新读取。",
    ),
    "unknown_action": Explanation("没有此操作。", "GET /api/v1/actions 可列出所有操作。"),
    "unreachable": Explanation(
        "云未在限定时间内给出可用应答：连接被拒绝、TLS、域名、超时或 5xx。保留最近一次的有效状态。",
        "请检查地址、网络、代理与证书（`ca_file`）；`mcm account check NAME` 可再次尝试。",
    ),
    "vault": Explanation(
        "无法解开密钥数据：主密钥缺失、不匹配，或数据被篡改。",
        "请放回正确的主密钥文件（MCM_MASTER_KEY_FILE），在此之前无法做任何更改。被篡改的单个值需重新输入。",
    ),
    "view_exists": Explanation("您已有同名的视图。", "请更新该视图，或换一个名称。"),
    "view_not_found": Explanation(
        "没有使用此 ID 的视图，或该视图属于他人且未与您共享。", "`mcm view list` 可列出现有视图。"
    ),
    "wrong_host": Explanation("Host 请求头指向另一台机器。", "请使用服务器启动时给出的地址。"),
}
