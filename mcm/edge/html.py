"""The shell of the server's own pages: one small style inside, no script, everything escaped, both languages."""

import base64
import hashlib
import re
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from mcm.edge.tongue import LANGUAGES, Text, Tongue

_STYLE = Path(__file__).with_name("page.css").read_text("utf-8")
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
# As every answer's, but that a form may come back to this server, and that this one style counts.
POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
_SHELL = """<!doctype html>
<html lang="{lang}">
<head><meta charset="utf-8"><title>{title} · mcm</title>\
<meta name="viewport" content="width=device-width, initial-scale=1">\
<meta name="color-scheme" content="light dark"><style>{style}</style></head>
<body>
<header><span class="brand">mcm</span>{languages}</header>
<main{wide}>
<h1>{title}</h1>
{said}{body}
</main>
</body>
</html>
"""
_LANGUAGE = Text("Language", "语言")
_CODE = re.compile(r"`([^`]+)`")


def page(say: Tongue, title: str, body: str, *, said: str = "", wide: bool = False) -> str:
    """said: a sentence on top, such as why it did not work. body: HTML made here; title and said: any text."""
    # It has the focus: what stands there when a page is opened is read out by few programs otherwise.
    shown = f'<p class="said" role="alert" tabindex="-1" autofocus>{rich(said)}</p>\n' if said else ""
    return _SHELL.format(
        lang=say.language, title=escape(title), style=_STYLE, languages=_languages(say), said=shown, body=body,
        wide=' class="wide"' if wide else "",
    )  # fmt: skip


def rich(text: str) -> str:
    """Escaped; what stands between backticks is code."""
    return _CODE.sub(r"<code>\1</code>", escape(text))


def form(action: str, fields: Sequence[str], button: str, *, method: str = "post") -> str:
    inside = "\n".join(fields)
    return (
        f'<form method="{method}" action="{action}">\n{inside}\n'
        f'<p class="buttons"><button>{escape(button)}</button></p>\n</form>'
    )


def field(label: str, name: str, kind: str, *, autocomplete: str, required: bool = False, hint: str = "") -> str:
    more = " required" if required else ""
    about = f' <span class="hint">{escape(hint)}</span>' if hint else ""
    return (
        f'<p><label>{escape(label)}{about}<input type="{kind}" name="{name}" autocomplete="{autocomplete}"'
        f' maxlength="1000"{more}></label></p>'
    )


def hidden(name: str, value: Any) -> str:
    return f'<input type="hidden" name="{name}" value="{escape(str(value), quote=True)}">'


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Cells are HTML, heads any text. Where there is little room each row stands below the other, with its names."""
    if not rows:
        return ""
    head = "".join(f'<th scope="col" role="columnheader">{escape(name)}</th>' for name in heads)
    body = "\n".join(
        '<tr role="row">' + "".join(_cell(name, cell) for name, cell in zip(heads, row, strict=True)) + "</tr>"
        for row in rows
    )
    # With roles, as what is not laid out as a table any more is none to some programs.
    return (
        f'<table class="listed" role="table">\n<thead role="rowgroup"><tr role="row">{head}</tr></thead>\n'
        f'<tbody role="rowgroup">\n{body}\n</tbody>\n</table>'
    )


def _cell(name: str, cell: str) -> str:
    named = f' data-name="{escape(name)}"' if name and cell else ""
    return f'<td role="cell"{named}>{cell}</td>'


def _languages(say: Tongue) -> str:
    if not say.here:
        return ""
    links = [
        f'<span lang="{language}" aria-current="true">{name}</span>'
        if language == say.language
        else f'<a href="{escape(say.link(language))}" lang="{language}" hreflang="{language}">{name}</a>'
        for language, name in LANGUAGES.items()
    ]
    return f'<nav aria-label="{say(_LANGUAGE)}">{"".join(links)}</nav>'
