"""A pack of evidence as one page that needs nothing else: no script, no picture, nothing from elsewhere."""

from collections.abc import Mapping
from html import escape
from typing import Any

_STYLE = """body{font:14px/1.5 system-ui,sans-serif;max-width:75rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}
table{border-collapse:collapse;width:100%;margin:.5rem 0}td,th{border:1px solid #ccc;padding:.25rem .5rem;
text-align:left;vertical-align:top;overflow-wrap:anywhere}
th{background:#f3f3f3}code,pre{font:12px/1.4 ui-monospace,monospace}
pre{background:#f7f7f7;padding:.5rem;white-space:pre-wrap}.not_met{color:#a40000;font-weight:600}.met{color:#116611}
section{break-inside:avoid-page;border-top:2px solid #ddd;margin-top:1.5rem}"""
_RESULTS = {
    "met": ("met", "满足"),
    "met_with_exceptions": ("met, with exceptions", "满足（有例外）"),
    "not_met": ("not met", "不满足"),
    "not_checked": ("not checked yet", "尚未检查"),
    "at_placement": ("asked when a place is sought", "在选址时检查"),
    "preference": ("a preference, not a demand", "偏好，非强制"),
}
_HEADS = ("Resource 资源", "Account 账号", "Since 起始", "Owner 责任人", "State 状态", "Values 取值", "Hash 哈希")


def page(pack: Mapping[str, Any]) -> str:
    title = f"Compliance evidence 合规证据: {pack['framework'] or 'all policies 全部策略'}"
    rows = "".join(_line(one) for one in pack["policies"])
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{escape(title)}</h1>"
        f"<p>Made 生成于 {_text(pack['made_at'])} · inventory as of 资产时点 "
        f"{_text(pack['inventory_as_of'] or 'never 从未')} · {_text(pack['instances'])} instances 实例</p>"
        f"<p>SHA-256 <code>{_text(pack['hash'])}</code></p>"
        "<table><thead><tr><th>Policy 策略</th><th>Framework 框架</th><th>Version 版本</th><th>Result 结果</th>"
        f"<th>Open 未解决</th><th>Excepted 例外</th></tr></thead><tbody>{rows}</tbody></table>"
        f"{''.join(_section(one) for one in pack['policies'])}</body></html>\n"
    )


def _line(one: Mapping[str, Any]) -> str:
    return (
        f"<tr><td>{_text(one['title'])}<br>{_text(one['title_zh'])}</td><td>{_text(', '.join(one['framework']))}</td>"
        f"<td>{_text(one['version'])}</td><td>{_result(one)}</td><td>{one['open']}</td><td>{one['excepted']}</td></tr>"
    )


def _section(one: Mapping[str, Any]) -> str:
    found = "".join(_violation(each) for each in one["violations"])
    heads = "".join(f"<th>{head}</th>" for head in _HEADS)
    table = f"<table><thead><tr>{heads}</tr></thead><tbody>{found}</tbody></table>" if found else ""
    return (
        f"<section><h2>{_text(one['title'])} · {_text(one['title_zh'])}</h2><p>{_result(one)} · "
        f"<code>{_text(one['id'])}</code> v{_text(one['version'])}, {_text(one['mode'])}, {_text(one['severity'])}; "
        f"{_text(one['author'])}, {_text(one['since'])}</p><pre>{_text(one['rule'])}</pre>"
        f"<p>SHA-256 <code>{_text(one['hash'])}</code></p>{table}</section>"
    )


def _violation(one: Mapping[str, Any]) -> str:
    values = ", ".join(f"{name} = {value}" for name, value in sorted(one["values"].items()))
    exception, state = one["exception"], str(one["status"])
    if exception:
        state += f" until 至 {exception['expires_at']}, {exception['decided_by']}: {exception['reason']}"
    named = f"{one['name']} ({one['resource']})"
    cells = (named, one["account"], one["since"], one["owner"], state, values, one["hash"])
    return f"<tr>{''.join(f'<td>{_text(cell)}</td>' for cell in cells)}</tr>"


def _result(one: Mapping[str, Any]) -> str:
    english, chinese = _RESULTS[one["result"]]
    return f'<span class="{escape(one["result"])}">{english} {chinese}</span>'


def _text(value: Any) -> str:
    return escape("-" if value is None else str(value))
