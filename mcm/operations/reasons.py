"""Why an action is not allowed: codes, their sentences in both languages, and what to do. One source for all."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from mcm.system.chinese_words import KINDS, STATES


@dataclass(frozen=True, slots=True)
class Reason:
    """`{name}` in a text stands for a value."""

    text: str
    text_zh: str
    fix: str
    fix_zh: str


REASONS: dict[str, Reason] = {
    "not_offered": Reason(
        "mcm does not do this on a cloud of provider '{provider}'",
        "mcm 不支持在“{provider}”类型的云上执行此操作",
        "`mcm provider show {provider}` lists what it does there",
        "“mcm provider show {provider}”列出其支持的操作",
    ),
    # The provider's own sentence says it; `text` is given by its message catalogue.
    "not_supported": Reason("{text}", "{text_zh}", "do it another way", "请采用其他方式"),
    "other_kind": Reason(
        "this is of kind {kind}; {action} is for kind {wanted}",
        "此资源类型为“{kind}”，而 {action} 用于“{wanted}”",
        "choose one of kind {wanted}",
        "请选择“{wanted}”类型的资源",
    ),
    "no_permission": Reason(
        "you lack the permission '{permission}' here",
        "您在此处没有“{permission}”权限",
        "ask an administrator for a role that includes it",
        "请向管理员申请包含该权限的角色",
    ),
    "gone": Reason(
        "it no longer exists at the cloud", "它在云上已不存在", "choose one that exists", "请选择仍存在的资源"
    ),
    "missing": Reason(
        "the last complete read did not list it",
        "最近一次完整读取中未列出它",
        "read the account again (mcm sync {account}) and look what became of it",
        "请重新读取该账号（mcm sync {account}）并查看其状况",
    ),
    "stale": Reason(
        "what is known of it is too old to be acted on by itself",
        "其信息已过期，不能自动执行操作",
        "mcm account check {account} says why it was not read",
        "执行 mcm account check {account} 查看未能读取的原因",
    ),
    "account_paused": Reason(
        "its account '{account}' is paused",
        "其账号“{account}”已暂停",
        "mcm account resume {account}",
        "执行 mcm account resume {account}",
    ),
    "account_failing": Reason(
        "its account '{account}' cannot be reached or refuses the credentials",
        "其账号“{account}”无法连接或凭据被拒绝",
        "mcm account check {account} says why",
        "执行 mcm account check {account} 查看原因",
    ),
    "account_gone": Reason(
        "no account leads to it any more", "已没有账号可以访问它", "add its account again", "请重新添加其账号"
    ),
    "wrong_state": Reason(
        "it is {state}, and this needs {wanted}",
        "当前状态为“{state}”，此操作需要“{wanted}”",
        "bring it there first, or read the account again if that is not true any more",
        "请先使其进入该状态；若状态已变化，请重新读取账号",
    ),
    "already_so": Reason(
        "it is {state} already",
        "它已处于“{state}”状态",
        "there is nothing to do; read the account again if that is not true any more",
        "无需任何操作；若状态已变化，请重新读取账号",
    ),
    "task_running": Reason(
        "the cloud is busy with it: {task}",
        "云正在对其执行任务：{task}",
        "wait until that has ended",
        "请等待该任务结束",
    ),
    "wrong_task": Reason(
        "the cloud does not wait for this now",
        "云当前不在等待此操作",
        "there is nothing to do",
        "无需任何操作",
    ),
    "protected": Reason(
        "it is protected in mcm",
        "它在 mcm 中受到保护",
        "take the protection off first, if you may: mcm resource unprotect {resource}",
        "如有权限，请先解除保护：mcm resource unprotect {resource}",
    ),
    "kept_by_cloud": Reason(
        "the cloud's own deletion protection is on",
        "云自身的删除保护已开启",
        "switch it off in the cloud's console first",
        "请先在云控制台中关闭",
    ),
    "operation_running": Reason(
        "operation {operation} ({action}) is under way on it",
        "操作 {operation}（{action}）正在其上执行",
        "wait for it, or cancel it: mcm operation show {operation}",
        "请等待其完成或取消：mcm operation show {operation}",
    ),
}


_WORD = re.compile(r", | or |[a-z_]+")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an action may be asked for; if not, why and what would help. values fill the sentences' blanks."""

    action: str
    allowed: bool
    reason_code: str = ""
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        return filled(REASONS[self.reason_code].text, self.values) if self.reason_code else ""

    @property
    def reason_zh(self) -> str:
        return filled(REASONS[self.reason_code].text_zh, in_chinese(self.values)) if self.reason_code else ""

    @property
    def how_to_fix(self) -> str:
        return filled(REASONS[self.reason_code].fix, self.values) if self.reason_code else ""

    @property
    def how_to_fix_zh(self) -> str:
        return filled(REASONS[self.reason_code].fix_zh, in_chinese(self.values)) if self.reason_code else ""


def yes(action: str) -> Verdict:
    return Verdict(action, True)


def no(asked: str, code: str, **values: str) -> Verdict:
    return Verdict(asked, False, code, values)


def in_chinese(values: Mapping[str, str]) -> Mapping[str, str]:
    """The same with kinds and states in Chinese."""
    return {
        name: _WORD.sub(lambda found: _listed(found[0]), value) if name in ("state", "wanted", "kind") else value
        for name, value in values.items()
    }


def _listed(word: str) -> str:
    return {", ": "、", " or ": "或"}.get(word) or STATES.get(word) or KINDS.get(word) or word


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with a value in place of each `{name}`."""
    # Not str.format: a value from a cloud may hold braces.
    for name, value in values.items():
        text = text.replace("{" + name + "}", value)
    return text
