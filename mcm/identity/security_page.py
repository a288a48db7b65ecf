"""The page /security: one's own sessions, second factor and tokens, as plain forms, in English or Chinese."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from mcm.edge.html import field, form, hidden, page, rich, table
from mcm.edge.tongue import Text, Tongue
from mcm.identity import page_texts as texts
from mcm.identity.schemas import SessionItem, TokenItem
from mcm.kit import clock

PATH = "/security"


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
    link = f'<a href="/password">{say(texts.CHANGE_PASSWORD)}</a>'
    parts = [f"<p>{say(texts.YOU_ARE)} <strong>{escape(state.name)}</strong> · {link}</p>"]
    parts += [_sessions(say, state), _second_factor(say, state), _tokens(say, state)]
    return page(say, say(texts.SECURITY), "\n".join(parts), said=said, wide=True)


def enrolment(say: Tongue, csrf: str, secret: str, uri: str) -> str:
    """The secret in groups of four, for typing, and as a link that opens an authenticator on the same device."""
    groups = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    body = (
        f"<p>{say(texts.ENROL_HOW)}</p>\n<p><code>{escape(groups)}</code></p>\n"
        f'<p><a href="{escape(uri)}">{say(texts.OPEN_AUTHENTICATOR)}</a>:<br><code>{escape(uri)}</code></p>\n'
        f"{code_form(say, csrf)}"
    )
    return page(say.at(""), say(texts.ENROL), body)


def again(say: Tongue, csrf: str, said: str) -> str:
    """After a wrong code: the secret is in the app, and another code of it may follow."""
    return page(say.at(""), say(texts.ENROL), f"{code_form(say, csrf)}\n{_back(say)}", said=said)


def code_form(say: Tongue, csrf: str) -> str:
    label = say(texts.CODE_NOW)
    fields = [field(label, "code", "text", autocomplete="one-time-code", required=True), *_hidden("totp_confirm", csrf)]
    return form(PATH, fields, say(texts.CONFIRM))


def once(say: Tongue, title: Text, told: Text, lines: Sequence[str]) -> str:
    """What is shown this one time."""
    shown = "\n".join(escape(line) for line in lines)
    return page(say.at(""), say(title), f"<p>{say(told)}</p>\n<pre>{shown}</pre>\n{_back(say)}")


def proof(say: Tongue, csrf: str, asked: Mapping[str, str], *, second_factor: bool, said: str = "") -> str:
    """The password again; what was asked for comes along, and is done then."""
    fields = [field(say(texts.PASSWORD), "password", "password", autocomplete="current-password", required=True)]
    if second_factor:
        fields.append(field(say(texts.PROOF_CODE), "proof", "text", autocomplete="one-time-code", required=True))
    fields += [hidden(name, value) for name, value in asked.items()]
    fields.append(hidden("csrf", csrf))
    body = f"<p>{say(texts.FRESH_PROOF)}</p>\n{form(PATH, fields, say(texts.GO_ON))}"
    return page(say.at(""), say(texts.IS_IT_YOU), body, said=said)


def _back(say: Tongue) -> str:
    return f'<p><a href="{PATH}">{say(texts.BACK_TO_SECURITY)}</a></p>'


def _sessions(say: Tongue, state: State) -> str:
    heads = [say(texts.SESSION_SINCE), say(texts.LAST_USED), say(texts.SESSION_FROM), say(texts.SESSION_WITH), ""]
    rows = []
    for one in state.sessions:
        last = (
            f"<strong>{say(texts.THIS_ONE)}</strong>"
            if one.current
            else _button("end_session", say(texts.END), state.csrf, id=one.id)
        )
        cells = (_time(one.created_at), _time(one.seen_at), escape(one.source), escape(one.client))
        rows.append((*cells, last))
    others = _button("end_others", say(texts.END_OTHERS), state.csrf)
    more = f'<div class="buttons">{others}</div>' if len(state.sessions) > 1 else ""
    return f"<h2>{say(texts.SESSIONS)}</h2>\n{table(heads, rows)}\n{more}"


def _second_factor(say: Tongue, state: State) -> str:
    head = f"<h2>{say(texts.SECOND_FACTOR)}</h2>\n"
    if state.since is None:
        return f"{head}<p>{say(texts.NO_FACTOR)}</p>\n{_button('totp_start', say(texts.SET_FACTOR_UP), state.csrf)}"
    told = say(texts.FACTOR_SINCE, since=_time(state.since), left=state.recovery_left)
    buttons = (
        _button("totp_renew", say(texts.NEW_CODES), state.csrf),
        _button("totp_start", say(texts.MOVE_FACTOR), state.csrf),
        _button("totp_remove", say(texts.REMOVE_FACTOR), state.csrf),
    )
    return f'{head}<p>{told}</p>\n<div class="buttons">{"".join(buttons)}</div>'


def _tokens(say: Tongue, state: State) -> str:
    heads = [
        *(say(texts.TOKEN_NAME), say(texts.TOKEN_UNTIL), say(texts.LAST_USED)),
        *(say(texts.TOKEN_ENDS_WITH), ""),
    ]
    rows = [
        (
            *(escape(one.name), _time(one.expires_at), _time(one.used_at), escape(one.made_with or "")),
            _button("token_revoke", say(texts.REVOKE), state.csrf, id=one.id),
        )
        for one in state.tokens
    ]
    fields = [
        field(say(texts.TOKEN_FOR), "name", "text", autocomplete="off", required=True),
        field(say(texts.TOKEN_DAYS), "days", "text", autocomplete="off"),
        *_hidden("token_create", state.csrf),
    ]
    made = form(PATH, fields, say(texts.MAKE_TOKEN))
    told = rich(say(texts.TOKEN_WHAT))
    return f"<h2>{say(texts.TOKENS)}</h2>\n{table(heads, rows)}\n<p>{told}</p>\n{made}"


def _button(action: str, label: str, csrf: str, **more: str) -> str:
    inside = "".join([*_hidden(action, csrf), *(hidden(name, value) for name, value in more.items())])
    return f'<form method="post" action="{PATH}">{inside}<button class="other">{escape(label)}</button></form>'


def _hidden(action: str, csrf: str) -> list[str]:
    return [hidden("action", action), hidden("csrf", csrf)]


def _time(at: datetime | None) -> str:
    return clock.to_text(at)[:16].replace("T", " ") + " UTC" if at else "-"
