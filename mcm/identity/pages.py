"""The pages for signing in: plain forms that need no script, in English or Chinese."""

from collections.abc import Sequence
from html import escape

from mcm.edge.html import field, form, hidden, page, rich
from mcm.edge.tongue import Tongue
from mcm.identity import page_texts as texts
from mcm.identity.schemas import DeviceItem
from mcm.kit import clock

_OTHER_TWO = "mcm login --server …\nmcm user create NAME --role system_admin\nmcm user create NAME --role auditor"
_OTHERS = "mcm login --server …\nmcm user create NAME --role operator"


def login_form(say: Tongue, forward: str, elsewhere: Sequence[tuple[str, str]] = (), *, said: str = "") -> str:
    """elsewhere: (title, address) of the identity providers one may sign in with instead."""
    hint = say(texts.LOGIN_CODE_HINT)
    fields = [
        field(say(texts.NAME), "name", "text", autocomplete="username", required=True),
        field(say(texts.PASSWORD), "password", "password", autocomplete="current-password", required=True),
        field(say(texts.LOGIN_CODE), "code", "text", autocomplete="one-time-code", hint=hint),
        hidden("next", forward),
    ]
    links = [f'<li><a href="{escape(address)}">{escape(title)}</a></li>' for title, address in elsewhere]
    others = f"\n<h2>{say(texts.OR_SIGN_IN_WITH)}</h2>\n<ul>\n" + "\n".join(links) + "\n</ul>" if links else ""
    title = say(texts.SIGN_IN)
    return page(say, title, form("/login", fields, title) + others, said=said)


def password_form(say: Tongue, csrf: str, forward: str, *, said: str = "") -> str:
    old, new, hint = say(texts.OLD_PASSWORD), say(texts.NEW_PASSWORD), say(texts.PASSWORD_HINT)
    fields = [
        field(old, "old", "password", autocomplete="current-password", required=True),
        field(new, "new", "password", autocomplete="new-password", required=True, hint=hint),
        hidden("csrf", csrf),
        hidden("next", forward),
    ]
    return page(say, say(texts.CHOOSE_PASSWORD), form("/password", fields, say(texts.CHANGE_IT)), said=said)


def device_form(say: Tongue, *, said: str = "") -> str:
    fields = [field(say(texts.DEVICE_CODE), "code", "text", autocomplete="off", required=True)]
    return page(say, say(texts.DEVICE), form("/device", fields, say(texts.GO_ON), method="get"), said=said)


def device_question(say: Tongue, user: str, code: str, asked: DeviceItem, csrf: str) -> str:
    rows = [
        (texts.CODE, code), (texts.CALLS_ITSELF, asked.client), (texts.ASKED_FROM, asked.source),
        (texts.ASKED_AT, clock.to_text(asked.created_at)), (texts.SIGNED_IN_AS, user),
        (texts.FOR, say(texts.HOURS, n=asked.hours)),
    ]  # fmt: skip
    table = "\n".join(f'<tr><th scope="row">{say(name)}</th><td>{escape(value)}</td></tr>' for name, value in rows)
    buttons = (
        f'<p class="buttons"><button name="answer" value="yes">{say(texts.YES)}</button> '
        f'<button class="other" name="answer" value="no">{say(texts.NO)}</button></p>'
    )
    body = (
        f"<table>\n{table}\n</table>\n<p>{rich(say(texts.DEVICE_CARE))}</p>\n"
        f'<form method="post" action="/device">{hidden("code", code)}{hidden("csrf", csrf)}{buttons}</form>'
    )
    return page(say, say(texts.DEVICE_QUESTION), body)


def device_done(say: Tongue, *, allowed: bool) -> str:
    said = say(texts.DEVICE_ALLOWED if allowed else texts.DEVICE_REFUSED)
    return page(say, say(texts.DONE), f"<p>{said}</p>")


def setup_form(say: Tongue, token: str, *, said: str = "") -> str:
    own, hint = say(texts.OWN_PASSWORD), say(texts.PASSWORD_HINT)
    fields = [
        field(say(texts.YOUR_NAME), "name", "text", autocomplete="username", required=True),
        field(own, "password", "password", autocomplete="new-password", required=True, hint=hint),
        f'<p><label class="check"><input type="checkbox" name="separate" value="yes"><span>{say(texts.SEPARATE)}</span>'
        f"</label></p>",
        hidden("token", token),
    ]
    return page(say, say(texts.FIRST_ADMINISTRATOR), form("/setup", fields, say(texts.MAKE_IT)), said=said)


def setup_refused(say: Tongue, said: str) -> str:
    return page(say, say(texts.SET_UP), "", said=said)


def setup_done(say: Tongue, name: str, separate: bool) -> str:
    after, commands = (texts.THE_OTHER_TWO, _OTHER_TWO) if separate else (texts.THE_OTHERS, _OTHERS)
    body = (
        f"<p>{say(texts.SIGNED_IN_NOW)} <strong>{escape(name)}</strong></p>\n<p>{say(after)}</p>\n"
        f'<pre>{escape(commands)}</pre>\n<p><a href="/">{say(texts.TO_THE_CONSOLE)}</a></p>'
    )
    return page(say, say(texts.IS_SET_UP), body)
