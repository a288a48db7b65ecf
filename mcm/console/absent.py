"""The page that stands in for a console that was not built."""

from html import escape

from mcm.edge.html import page, rich
from mcm.edge.tongue import Text, Tongue
from mcm.system.chinese import CHINESE
from mcm.system.doctor import LOCAL_MODE_ZH
from mcm.system.said import sentence

_WHAT = Text(
    "One management plane for all of an organisation's clouds. The server is running, but the browser console was not "
    "built. In a checkout, `python -m scripts.console build` builds it (`make demo` does so by itself); then load this "
    "page again.",
    "统一管理组织内所有云的平台。服务已运行，但浏览器控制台尚未构建。在源码目录中执行 "
    "`python -m scripts.console build` 即可构建（`make demo` 会自动构建），然后刷新本页。",
)
_READ_ONLY = Text("Read-only", "只读")
_LOCAL_MODE = Text("Local mode", "本地模式")
_SIGN_IN = Text("Sign in", "登录")
_DOCS = Text("API documentation", "API 文档")
_RESOURCES = Text("All resources", "全部资源")
_READINESS = Text("Readiness", "就绪状态")
_METRICS = Text("Metrics", "指标")
_COMMAND = Text("On the command line: `mcm resource list`", "命令行：`mcm resource list`")
_LINKS = (
    ("/docs", _DOCS),
    ("/api/v1/resources?limit=50", _RESOURCES),
    ("/readyz", _READINESS),
    ("/metrics", _METRICS),
)


def not_built(say: Tongue, read_only: str, local_mode: str = "") -> str:
    """read_only: why nothing may be changed; "" when it may. local_mode: what is skipped; "" where people sign in."""
    lines = [f"<p>{rich(say(_WHAT))}</p>"]
    if read_only:
        why = say(Text(sentence(read_only), CHINESE["read_only"].meaning))
        lines.append(f"<p><strong>{say(_READ_ONLY)}</strong>: {rich(why)}</p>")
    if local_mode:
        what = say(Text(sentence(local_mode), LOCAL_MODE_ZH))
        lines.append(f"<p><strong>{say(_LOCAL_MODE)}</strong>: {rich(what)}</p>")
    else:
        lines.append(f'<p><a href="/login">{say(_SIGN_IN)}</a></p>')
    links = "\n".join(f'<li><a href="{escape(address)}">{say(title)}</a></li>' for address, title in _LINKS)
    lines.append(f"<ul>\n{links}\n</ul>\n<p>{rich(say(_COMMAND))}</p>")
    return page(say, "mcm", "\n".join(lines), wide=True)
