"""What a notice says: which events become one, its body, and its sentences in English and Chinese."""

import re
from collections.abc import Mapping
from typing import Any

from mcm.kit import clock
from mcm.models import Event
from mcm.notices.schemas import NoticeKind

_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+")
_MOST = 120
_OF_STATUS = {
    ("operation.changed", "failed"): NoticeKind.OPERATION_FAILED,
    ("operation.changed", "in_doubt"): NoticeKind.OPERATION_IN_DOUBT,
    ("plan.changed", "awaiting_approval"): NoticeKind.PLAN_AWAITING_APPROVAL,
}
# Kind → (title, what to do), each in English and Chinese. In braces: facts of the event.
_TEXTS: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    NoticeKind.OPERATION_FAILED: (
        ("{action} of '{name}' in account {account} failed ({error_code})", "`mcm operation show {id}` says why"),
        ("账号 {account} 中“{name}”的操作 {action} 失败（{error_code}）", "运行 `mcm operation show {id}` 查看原因"),
    ),
    NoticeKind.OPERATION_IN_DOUBT: (
        (
            "whether {action} of '{name}' in account {account} happened is not known",
            "look at the cloud, then `mcm operation resolve {id}`",
        ),
        ("账号 {account} 中“{name}”的操作 {action} 结果未知", "请先在云端确认，然后运行 `mcm operation resolve {id}`"),
    ),
    NoticeKind.PLAN_AWAITING_APPROVAL: (
        ("a plan waits for approval: {action} on {targets} resources, asked for by {requested_by}",
         "`mcm plan show {id}` says what it would do"),
        ("有计划等待审批：对 {targets} 个资源执行 {action}，申请人 {requested_by}",
         "运行 `mcm plan show {id}` 查看内容"),
    ),
    NoticeKind.ACCOUNT_FAILING: (
        ("account {account} cannot be read ({error_code})", "`mcm account check {account}` says more"),
        ("账号 {account} 无法读取（{error_code}）", "运行 `mcm account check {account}` 查看详情"),
    ),
    NoticeKind.ACCOUNT_RECOVERED: (
        ("account {account} can be read again", "nothing needs to be done"),
        ("账号 {account} 已恢复读取", "无需处理"),
    ),
    NoticeKind.SCOPE_FAILING: (
        ("{kind} in {region} of account {account} cannot be read ({error_code})", "`mcm sync status` says more"),
        ("账号 {account} 的 {region} 中 {kind} 无法读取（{error_code}）", "运行 `mcm sync status` 查看详情"),
    ),
    NoticeKind.SCOPE_QUARANTINED: (
        ("so much {kind} vanished in {region} of account {account} that a person has to decide",
         "`mcm sync status` shows it; decide with `mcm sync decide`"),
        ("账号 {account} 的 {region} 中大量 {kind} 消失，需要人工确认", "运行 `mcm sync status` 查看并确认"),
    ),
    NoticeKind.SCOPE_RECOVERED: (
        ("{kind} in {region} of account {account} can be read again", "nothing needs to be done"),
        ("账号 {account} 的 {region} 中 {kind} 已恢复读取", "无需处理"),
    ),
    NoticeKind.RETIREMENT_REMINDER: (
        ("'{name}' retires at {retire_at}", "set a later date if it is still needed: resource {id}"),
        ("“{name}”将于 {retire_at} 退役", "如仍需使用，请为资源 {id} 设置新的日期"),
    ),
    NoticeKind.NOTICE_TARGET_DISABLED: (
        ("notice target {name} was turned off: {reason}",
         "mend what it leads to, then `mcm notice update {name} --enable`"),
        ("通知目标 {name} 已被停用：{reason}", "请修复后运行 `mcm notice update {name} --enable`"),
    ),
    NoticeKind.BUDGET_REACHED: (
        ("budget {name} has reached {percent} % of {month}: {currency} {spent} of {amount} are spent",
         "`mcm budget show {name}` says what it went to"),
        ("预算 {name} 在 {month} 已达 {percent}%：已支出 {currency} {spent}，预算 {amount}",
         "运行 `mcm budget show {name}` 查看支出构成"),
    ),
    NoticeKind.BUDGET_FORECAST: (
        ("budget {name} is forecast to reach {percent} % of {month}: {currency} {spent} of {amount}",
         "`mcm budget show {name}` says how that was reckoned"),
        ("预算 {name} 预计在 {month} 达到 {percent}%：预计支出 {currency} {spent}，预算 {amount}",
         "运行 `mcm budget show {name}` 查看预测方法"),
    ),
    NoticeKind.VIOLATION_OPENED: (
        ("'{name}' in account {account} violates policy {policy} ({severity}, {mode})",
         "`mcm policy violation {id}` says why, and the ways back"),
        ("账号 {account} 中的“{name}”违反策略 {policy}（{severity}，{mode}）",
         "运行 `mcm policy violation {id}` 查看原因与整改方式"),
    ),
    NoticeKind.VIOLATION_CLOSED: (
        ("'{name}' in account {account} does not violate policy {policy} any more ({status})",
         "nothing needs to be done"),
        ("账号 {account} 中的“{name}”不再违反策略 {policy}（{status}）", "无需处理"),
    ),
    "test": (
        ("this is a test of notice target {name}", "nothing needs to be done"),
        ("这是通知目标 {name} 的测试", "无需处理"),
    ),
}  # fmt: skip

_KINDS = frozenset(kind.value for kind in NoticeKind)
# The kinds of events that may become a notice.
SOURCES = (_KINDS - {kind.value for kind in _OF_STATUS.values()}) | {kind for kind, _ in _OF_STATUS}


def kind_of(event: Event) -> str | None:
    """None for an event that nobody needs to be told of."""
    if event.kind in _KINDS:
        return event.kind
    return _OF_STATUS.get((event.kind, str(event.data.get("status"))))


def body_of(event: Event, kind: str) -> dict[str, Any]:
    facts = {name: _plain(value) for name, value in event.data.items()}
    return body(kind, clock.to_text(event.at), facts | {"id": event.subject_id}, event.subject_kind, event.id)


def body(kind: str, at: str, facts: Mapping[str, Any], subject_kind: str, number: int) -> dict[str, Any]:
    """Small JSON, in the shape that https://www.standardwebhooks.com asks for: type, timestamp, data."""
    told = sentences(kind, facts)
    return {
        "type": str(kind),
        "timestamp": at,
        "data": {
            "event": number,
            "subject": {"kind": subject_kind, "id": facts["id"]},
            "facts": {name: value for name, value in facts.items() if name != "id"},
            "title": told[0][0],
            "next_step": told[0][1],
            "title_zh": told[1][0],
            "next_step_zh": told[1][1],
        },
    }


def sentences(kind: str, facts: Mapping[str, Any]) -> tuple[tuple[str, str], tuple[str, str]]:
    known = _Known({name: _plain(value) for name, value in facts.items()})
    english, chinese = _TEXTS[kind]
    return (
        (english[0].format_map(known), english[1].format_map(known)),
        (chinese[0].format_map(known), chinese[1].format_map(known)),
    )


class _Known(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "-"


def _plain(value: Any) -> Any:
    """Names come from clouds: nothing in them breaks a line or hides."""
    return _UNSEEN.sub(" ", value)[:_MOST] if isinstance(value, str) else value
