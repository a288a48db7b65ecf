"""The sentences of an operation's log, in both languages."""

from typing import Any

from mcm.operations.machine import Log

_TEXTS: dict[Log, tuple[str, str]] = {
    Log.QUEUED: ("asked for", "已提交"),
    Log.WAITS: ("cannot be sent yet ({code}): {message}", "暂时无法发送（{code}）：{message}"),
    Log.SENDING: ("step '{step}': sending", "步骤“{step}”：正在发送"),
    Log.SENT: ("step '{step}': the cloud took it", "步骤“{step}”：云已接受"),
    Log.UNKNOWN: (
        "no usable answer ({code}): {message}; looking what became of it",
        "没有可用的应答（{code}）：{message}；正在查看结果",
    ),
    Log.FOUND: ("step '{step}': the cloud is at it", "步骤“{step}”：云正在执行"),
    Log.AGAIN: ("step '{step}': the cloud never got it; it is sent again", "步骤“{step}”：云未收到，将重新发送"),
    Log.REFUSED: (
        "refused when it was sent again ({code}): {message}; looking whether the first request was why",
        "再次发送被拒绝（{code}）：{message}；正在查看是否因首次请求已生效",
    ),
    Log.STEP_DONE: ("step '{step}': done", "步骤“{step}”：完成"),
    Log.ALREADY: ("it was so already; nothing was sent", "已是该状态，未发送任何请求"),
    Log.UNDOING: (
        "failed ({code}): {message}; taking back what was done",
        "失败（{code}）：{message}；正在撤销已完成的步骤",
    ),
    Log.SUCCEEDED: ("succeeded", "成功"),
    Log.FAILED: ("failed ({code}): {message}", "失败（{code}）：{message}"),
    Log.IN_DOUBT: ("in doubt: {message}", "结果未知：{message}"),
    Log.CANCEL: ("asked to be cancelled by {name}", "{name} 请求取消"),
    Log.CANCELLED: ("cancelled before anything was sent", "在发送任何请求之前已取消"),
    Log.RETRIED: ("asked for again by {name}", "{name} 请求重试"),
    Log.RESOLVED: ("{name} found out that it {outcome}", "{name} 查明其结果为 {outcome}"),
}


def line(code: str, values: dict[str, Any]) -> tuple[str, str]:
    """(English, Chinese); a code of a later version is shown as it is."""
    texts = next((found for known, found in _TEXTS.items() if known == code), None)
    if texts is None:
        return code, code
    return _filled(texts[0], values), _filled(texts[1], values)


def _filled(text: str, values: dict[str, Any]) -> str:
    for name in ("code", "message", "step", "name", "outcome"):
        text = text.replace("{" + name + "}", str(values.get(name, "")))
    return text
