"""The plain page that stands in for a console that was not built; no script and no style."""

from html import escape

_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>mcm</title><meta name="viewport" content="width=device-width"></head>
<body>
<h1>mcm</h1>
{banner}
<p>One management plane for all of an organisation's clouds. The server is running, but <strong>the browser console
was not built</strong>. In a checkout, <code>python -m scripts.console build</code> builds it (<code>make demo</code>
does so by itself); then load this page again.</p>
<p lang="zh-CN">统一管理组织内所有云的平台。服务已运行，但<strong>浏览器控制台尚未构建</strong>。在源码目录中执行
<code>python -m scripts.console build</code> 即可构建（<code>make demo</code> 会自动构建），然后刷新本页。</p>
<ul>
<li><a href="/docs">API documentation / API 文档</a> (<a href="/openapi.json">openapi.json</a>)</li>
<li><a href="/api/v1/resources?limit=50">All resources / 全部资源</a></li>
<li><a href="/readyz">Readiness / 就绪状态</a>, <a href="/metrics">metrics / 指标</a></li>
</ul>
<p>On the command line / 命令行: <code>mcm resource list</code></p>
</body>
</html>
"""


def not_built(read_only: str, local_mode: str = "") -> str:
    """read_only: why nothing may be changed; "" when it may. local_mode: what is skipped; "" where people sign in."""
    banner = f"<p><strong>read-only / 只读</strong>: {escape(read_only)}</p>" if read_only else ""
    banner += (
        f"<p><strong>local mode / 本地模式</strong>: {escape(local_mode)}.</p>"
        if local_mode
        else '<p><a href="/login">Sign in / 登录</a></p>'
    )
    return _PAGE.replace("{banner}", banner)
