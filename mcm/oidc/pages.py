"""The plain page a browser sees when a login did not work; what the error says, and the way back."""

from html import escape

from mcm.errors import McmError

_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>mcm: not signed in</title><meta name="viewport" content="width=device-width"></head>
<body>
<h1>Not signed in / 未登录</h1>
<p>{message}.</p>
<p>{next_step}</p>
<p><a href="/">Back to mcm / 返回</a></p>
<p>Request / 请求: <code>{request_id}</code> ({code})</p>
</body>
</html>
"""


def refused(error: McmError, request_id: str) -> str:
    return _PAGE.format(
        message=escape(error.message[:1].upper() + error.message[1:]),
        next_step=escape(_sentence(error.next_step)),
        request_id=escape(request_id),
        code=escape(error.code),
    )


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}." if text else ""
