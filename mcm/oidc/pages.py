"""The page a browser sees when a login did not work; what the error says, and the way back."""

from html import escape

from mcm.edge.html import page
from mcm.edge.tongue import Text, Tongue
from mcm.errors import McmError
from mcm.system.said import message, next_step

_TITLE = Text("Not signed in", "未登录")
_BACK = Text("Back to mcm", "返回 mcm")
_REQUEST = Text("Request", "请求编号")


def refused(say: Tongue, error: McmError, request_id: str) -> str:
    said = f"{message(say.language, error)} {next_step(say.language, error)}".strip()
    body = (
        f'<p><a href="/">{say(_BACK)}</a></p>\n'
        f"<p>{say(_REQUEST)}: <code>{escape(request_id)}</code> ({escape(error.code)})</p>"
    )
    # The address holds what the provider sent, which serves once.
    return page(say.at(""), say(_TITLE), body, said=said)
