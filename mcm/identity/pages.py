"""The plain pages for signing in, until there is a console: no script, no style, everything escaped."""

from collections.abc import Sequence
from html import escape
from typing import Any

from mcm.identity.schemas import DeviceItem
from mcm.kit import clock

# As every answer's, but that a form may come back to this server.
POLICY = "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
_SHELL = """<!doctype html>
<html lang="{lang}">
<head><meta charset="utf-8"><title>{title} · mcm</title><meta name="viewport" content="width=device-width"></head>
<body>
<h1>{title}</h1>
{said}{body}
</body>
</html>
"""


def page(title: str, body: str, *, said: str = "", lang: str = "en") -> str:
    """said: a sentence on top, such as why it did not work. body: HTML made here; title and said: any text."""
    shown = f'<p role="alert"><strong>{escape(said)}</strong></p>\n' if said else ""
    return _SHELL.format(title=escape(title), said=shown, body=body, lang=lang)


def login_form(forward: str, elsewhere: Sequence[tuple[str, str]] = (), *, said: str = "") -> str:
    """elsewhere: (title, address) of the identity providers one may sign in with instead."""
    fields = [
        field("Name", "name", "text", autocomplete="username", required=True),
        field("Password", "password", "password", autocomplete="current-password", required=True),
        field("Code of your authenticator, or a recovery code, if you have one", "code", "text",
               autocomplete="one-time-code"),
        hidden("next", forward),
    ]  # fmt: skip
    links = [f'<li><a href="{escape(address)}">{escape(title)}</a></li>' for title, address in elsewhere]
    others = "\n<p>Or sign in with</p>\n<ul>\n" + "\n".join(links) + "\n</ul>" if links else ""
    return page("Sign in", form("/login", fields, "Sign in") + others, said=said)


def password_form(csrf: str, forward: str, *, said: str = "") -> str:
    fields = [
        field("Old password", "old", "password", autocomplete="current-password", required=True),
        field("New password, 12 to 128 characters; several words are best", "new", "password",
               autocomplete="new-password", required=True),
        hidden("csrf", csrf),
        hidden("next", forward),
    ]  # fmt: skip
    return page("Choose a password", form("/password", fields, "Change it"), said=said)


def device_form(*, said: str = "") -> str:
    fields = [field("Code that the command line shows", "code", "text", autocomplete="off", required=True)]
    return page("Sign a command line in", form("/device", fields, "Go on", method="get"), said=said)


def device_question(user: str, code: str, asked: DeviceItem, csrf: str) -> str:
    rows = [
        ("Code", code), ("It calls itself", asked.client), ("It asked from", asked.source),
        ("It asked at", clock.to_text(asked.created_at)), ("It will be signed in as", user),
        ("For", f"{asked.hours} hours"),
    ]  # fmt: skip
    table = "\n".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in rows)
    buttons = (
        '<button name="answer" value="yes">Yes, I started this</button> <button name="answer" value="no">No</button>'
    )
    body = (
        f"<table>\n{table}\n</table>\n<p>Say yes only if you started <code>mcm login</code> there yourself and it "
        f"shows this code: it may then do all that you may do.</p>\n"
        f'<form method="post" action="/device">{hidden("code", code)}{hidden("csrf", csrf)}{buttons}</form>'
    )
    return page("Is this you?", body)


def setup_form(token: str, *, said: str = "") -> str:
    fields = [
        field("Your user name", "name", "text", autocomplete="username", required=True),
        field("A password of your own, 12 to 128 characters; several words are best", "password", "password",
               autocomplete="new-password", required=True),
        '<p><label><input type="checkbox" name="separate" value="yes"> Separate duties (三员分立): nobody holds two of '
        "system administrator, security administrator and auditor. You will be security administrator "
        "only.</label></p>",
        hidden("token", token),
    ]  # fmt: skip
    return page("Make the first administrator", form("/setup", fields, "Make it"), said=said)


def setup_done(name: str, separate: bool) -> str:
    after = (
        "<p>Duties are separated. Make the other two administrators now, for two other people:</p>\n"
        "<pre>mcm login --server …\nmcm user create NAME --role system_admin\nmcm user create NAME --role auditor</pre>"
        if separate
        else "<p>Make users for the others:</p>\n<pre>mcm login --server …\nmcm user create NAME --role operator</pre>"
    )
    return page("mcm is set up", f"<p>You are signed in as <strong>{escape(name)}</strong>.</p>\n{after}")


def form(action: str, fields: list[str], button: str, *, method: str = "post") -> str:
    inside = "\n".join(fields)
    return f'<form method="{method}" action="{action}">\n{inside}\n<p><button>{escape(button)}</button></p>\n</form>'


def field(label: str, name: str, kind: str, *, autocomplete: str, required: bool = False) -> str:
    more = " required" if required else ""
    return (
        f'<p><label>{escape(label)}<br><input type="{kind}" name="{name}" autocomplete="{autocomplete}"'
        f' maxlength="1000"{more}></label></p>'
    )


def hidden(name: str, value: Any) -> str:
    return f'<input type="hidden" name="{name}" value="{escape(str(value), quote=True)}">'
