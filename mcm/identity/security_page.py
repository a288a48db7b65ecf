"""The page /security: one's own sessions, second factor and tokens, as plain forms, in English or Chinese."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from mcm.identity.pages import field, form, hidden, page
from mcm.identity.schemas import SessionItem, TokenItem
from mcm.kit import clock

PATH = "/security"


class Tongue:
    """`tongue(english, chinese)` gives the one the browser asked for."""

    def __init__(self, accepted: str) -> None:
        """accepted: an Accept-Language header."""
        self.chinese = accepted.strip().lower().startswith("zh")

    def __call__(self, english: str, chinese: str) -> str:
        return chinese if self.chinese else english

    @property
    def lang(self) -> str:
        return "zh-CN" if self.chinese else "en"


@dataclass(frozen=True)
class State:
    """What the page shows of a user. since: of the second factor; None without one."""

    name: str
    csrf: str
    sessions: Sequence[SessionItem]
    tokens: Sequence[TokenItem]
    since: datetime | None
    recovery_left: int


def whole(say: Tongue, state: State, *, said: str = "") -> str:
    who = say("You are signed in as", "当前登录用户")
    links = f'<a href="/password">{say("Change the password", "修改密码")}</a>'
    parts = [f"<p>{who} <strong>{escape(state.name)}</strong>. {links}.</p>"]
    parts += [_sessions(say, state), _second_factor(say, state), _tokens(say, state)]
    return page(_title(say), "\n".join(parts), said=said, lang=say.lang)


def enrolment(say: Tongue, csrf: str, secret: str, uri: str, *, said: str = "") -> str:
    """The secret in groups of four, for typing, and as a link that opens an authenticator on the same device."""
    groups = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    told = say(
        "Enter this key in your authenticator app (time based, six digits, 30 seconds). It is shown this one time, and "
        "counts when a code of it has come back.",
        "在验证器应用中输入此密钥（基于时间，六位数字，30 秒）。密钥仅显示这一次，输入一次由它生成的验证码后才生效。",
    )
    link = say("Open it in an authenticator on this device", "在本设备的验证器中打开")
    body = (
        f"<p>{told}</p>\n<p><code>{escape(groups)}</code></p>\n"
        f'<p><a href="{escape(uri)}">{link}</a>:<br><code>{escape(uri)}</code></p>\n{code_form(say, csrf)}'
    )
    return page(say("Set up the second factor", "设置第二因素"), body, said=said, lang=say.lang)


def again(say: Tongue, csrf: str, said: str) -> str:
    """After a wrong code: the secret is in the app, and another code of it may follow."""
    back = f'<p><a href="{PATH}">{say("Back to sign-in and security", "返回登录与安全")}</a></p>'
    title = say("Set up the second factor", "设置第二因素")
    return page(title, f"{code_form(say, csrf)}\n{back}", said=said, lang=say.lang)


def code_form(say: Tongue, csrf: str) -> str:
    label = say("Code that the app shows now", "应用当前显示的验证码")
    fields = [field(label, "code", "text", autocomplete="one-time-code", required=True), *_hidden("totp_confirm", csrf)]
    return form(PATH, fields, say("Confirm", "确认"))


def once(say: Tongue, title: str, told: str, lines: Sequence[str]) -> str:
    """What is shown this one time."""
    shown = "\n".join(escape(line) for line in lines)
    back = say("Back to sign-in and security", "返回登录与安全")
    body = f'<p>{escape(told)}</p>\n<pre>{shown}</pre>\n<p><a href="{PATH}">{back}</a></p>'
    return page(title, body, lang=say.lang)


def proof(say: Tongue, csrf: str, asked: Mapping[str, str], *, second_factor: bool, said: str = "") -> str:
    """The password again; what was asked for comes along, and is done then."""
    fields = [field(say("Password", "密码"), "password", "password", autocomplete="current-password", required=True)]
    if second_factor:
        label = say("Code of your authenticator, or a recovery code", "验证器的验证码，或恢复码")
        fields.append(field(label, "proof", "text", autocomplete="one-time-code", required=True))
    fields += [hidden(name, value) for name, value in asked.items()]
    fields.append(hidden("csrf", csrf))
    told = say("This needs a fresh proof of who you are.", "此操作需要重新验证您的身份。")
    title = say("Is it you?", "请验证身份")
    return page(title, f"<p>{told}</p>\n{form(PATH, fields, say('Go on', '继续'))}", said=said, lang=say.lang)


def _title(say: Tongue) -> str:
    return say("Sign-in and security", "登录与安全")


def _sessions(say: Tongue, state: State) -> str:
    heads = (say("Signed in", "登录时间"), say("Last used", "最近使用"), say("From", "来源"), say("With", "客户端"), "")
    rows = []
    for one in state.sessions:
        last = (
            f"<strong>{say('this one', '当前会话')}</strong>"
            if one.current
            else _button("end_session", say("End", "结束"), state.csrf, id=one.id)
        )
        cells = (_time(one.created_at), _time(one.seen_at), escape(one.source), escape(one.client))
        rows.append((*cells, last))
    others = _button("end_others", say("End all others", "结束其他所有会话"), state.csrf)
    more = others if len(state.sessions) > 1 else ""
    return f"<h2>{say('Sessions', '会话')}</h2>\n{_table(heads, rows)}\n{more}"


def _second_factor(say: Tongue, state: State) -> str:
    head = f"<h2>{say('Second factor', '第二因素')}</h2>\n"
    if state.since is None:
        told = say("None yet: the password alone lets you in.", "尚未设置：仅凭密码即可登录。")
        return f"{head}<p>{told}</p>\n{_button('totp_start', say('Set one up', '设置'), state.csrf)}"
    since, left = _time(state.since), state.recovery_left
    told = say(f"On since {since}; {left} recovery codes are left.", f"自 {since} 起启用；剩余恢复码 {left} 个。")
    buttons = (
        _button("totp_renew", say("New recovery codes", "生成新的恢复码"), state.csrf),
        _button("totp_start", say("Move it to another app", "更换验证器"), state.csrf),
        _button("totp_remove", say("Remove it", "移除"), state.csrf),
    )
    return f"{head}<p>{told}</p>\n{''.join(buttons)}"


def _tokens(say: Tongue, state: State) -> str:
    heads = (
        *(say("Name", "名称"), say("Holds until", "有效期至"), say("Last used", "最近使用")),
        *(say("Ends with", "随之失效"), ""),
    )
    rows = [
        (
            *(escape(one.name), _time(one.expires_at), _time(one.used_at), escape(one.made_with or "")),
            _button("token_revoke", say("Revoke", "撤销"), state.csrf, id=one.id),
        )
        for one in state.tokens
    ]
    fields = [
        field(say("What it is for", "用途"), "name", "text", autocomplete="off", required=True),
        field(say("Days, 366 at most", "有效天数，最多 366"), "days", "text", autocomplete="off"),
        *_hidden("token_create", state.csrf),
    ]
    told = say(
        "For programs. It may do all that you may do, and outlives this session. `mcm token create` makes one that may "
        "do less.",
        "供程序使用，权限与您相同，不随本次会话失效。如需限制权限，请使用 mcm token create。",
    )
    made = form(PATH, fields, say("Make a token", "创建令牌"))
    return f"<h2>{say('API tokens', 'API 令牌')}</h2>\n{_table(heads, rows)}\n<p>{told}</p>\n{made}"


def _button(action: str, label: str, csrf: str, **more: str) -> str:
    inside = "".join([*_hidden(action, csrf), *(hidden(name, value) for name, value in more.items())])
    return f'<form method="post" action="{PATH}">{inside}<button>{escape(label)}</button></form>'


def _hidden(action: str, csrf: str) -> list[str]:
    return [hidden("action", action), hidden("csrf", csrf)]


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Cells are HTML."""
    if not rows:
        return ""
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    body = "\n".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"


def _time(at: datetime | None) -> str:
    return clock.to_text(at)[:16].replace("T", " ") + " UTC" if at else "-"
