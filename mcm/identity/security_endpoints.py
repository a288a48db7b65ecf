"""What the page /security does: sessions, second factor and tokens of whoever is signed in, without a script."""

from collections.abc import Callable

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError
from sqlalchemy.orm import Session

from mcm.auth import tokens
from mcm.auth.service import Caller
from mcm.auth.sessions import Opened
from mcm.edge.confirmation import ConfirmationNeeded, require_confirmed
from mcm.edge.cookies import write_session
from mcm.edge.dependencies import PresentedDep, RuntimeDep, Unit
from mcm.edge.runtime import Runtime
from mcm.edge.tongue import Tongue, TongueDep
from mcm.errors import InvalidInput, McmError
from mcm.identity import api_tokens, login, own, page_texts, totp
from mcm.identity import security_page as html
from mcm.identity.form_parameters import FormDep, require_form, shown, signed_in, to_login, unit_of
from mcm.identity.parameters import VisitDep
from mcm.identity.schemas import TokenCreate
from mcm.identity.security_page import PATH, State
from mcm.identity.service import Visit
from mcm.kit import clock
from mcm.system.said import message
from mcm.vault import StaleKey

router = APIRouter(include_in_schema=False, tags=["identity"])
_KEPT = ("action", "id", "name", "days", "code")


@router.get(PATH)
def show_security(runtime: RuntimeDep, presented: PresentedDep, say: TongueDep) -> Response:
    caller = signed_in(runtime, presented)
    if caller is None:
        return to_login(PATH)
    state = _state(runtime, caller, tokens.csrf_token(presented.cookie))
    return shown(runtime, say, html.whole(say, state))


@router.post(PATH)
def submit_security(
    form: FormDep, runtime: RuntimeDep, presented: PresentedDep, visit: VisitDep, say: TongueDep
) -> Response:
    caller = signed_in(runtime, presented)
    if caller is None:
        return to_login(PATH)
    csrf = tokens.csrf_token(presented.cookie)
    opened: Opened | None = None
    try:
        require_form(form, csrf)
        if form.get("password"):
            caller, opened = _proved(runtime, caller, visit, form)
            csrf = opened.csrf_token
        answer = _Change(runtime, caller, say, csrf, form).done()
    except ConfirmationNeeded:
        answer = _ask(runtime, caller, say, csrf, form)
    except McmError as error:
        if form.get("password") and opened is None:
            answer = _ask(runtime, caller, say, csrf, form, error)
        else:
            state = _state(runtime, caller, csrf)
            answer = shown(runtime, say, html.whole(say, state, said=message(say.language, error)), error.status)
    if opened is not None:
        write_session(answer, runtime.settings, opened)
    return answer


class _Change:
    """One of the page's forms. Raises ConfirmationNeeded before what opens a door, or changes the second factor."""

    def __init__(self, runtime: Runtime, caller: Caller, say: Tongue, csrf: str, form: dict[str, str]) -> None:
        self._runtime, self._caller, self._say, self._csrf, self._form = runtime, caller, say, csrf, form
        self._unit: Unit = unit_of(runtime, caller)

    def done(self) -> Response:
        freely: dict[str, Callable[[], Response]] = {
            "end_session": self._end_session,
            "end_others": self._end_others,
            "token_revoke": self._revoke,
        }
        proved: dict[str, Callable[[], Response]] = {
            "totp_start": self._start,
            "totp_confirm": self._confirm,
            "totp_renew": self._renew,
            "totp_remove": self._remove,
            "token_create": self._create,
        }
        action = self._form.get("action", "")
        if action in freely:
            return freely[action]()
        if action not in proved:
            raise InvalidInput(
                "this page has no such form", next_step="load it again", message_zh="此页面没有该表单，请重新加载"
            )
        require_confirmed(self._caller)
        try:
            return proved[action]()
        except StaleKey:
            # The master key was rotated in between.
            return proved[action]()

    def _end_session(self) -> Response:
        return self._written(lambda session: own.end_session(session, self._caller, self._form.get("id", "")[:100]))

    def _end_others(self) -> Response:
        return self._written(lambda session: own.end_other_sessions(session, self._caller))

    def _revoke(self) -> Response:
        return self._written(lambda session: api_tokens.revoke_own(session, self._caller, self._form.get("id", "")))

    def _remove(self) -> Response:
        return self._written(lambda session: own.remove_totp(session, self._caller))

    def _start(self) -> Response:
        secret, vault = own.new_totp(self._unit, self._runtime.vault, self._caller)
        with self._unit.writing() as session:
            uri = own.start_totp(session, vault, self._caller, secret)
        return self._shown(html.enrolment(self._say, self._csrf, secret, uri))

    def _confirm(self) -> Response:
        vault = own.confirming_totp(self._unit, self._runtime.vault, self._caller)
        try:
            with self._unit.writing() as session:
                codes = own.confirm_totp(session, vault, self._caller, self._form.get("code", "")[:40])
        except InvalidInput as error:
            said = message(self._say.language, error)
            return shown(self._runtime, self._say, html.again(self._say, self._csrf, said), error.status)
        return self._codes(codes)

    def _renew(self) -> Response:
        with self._unit.writing() as session:
            codes = own.renew_recovery(session, self._caller)
        return self._codes(codes)

    def _create(self) -> Response:
        days = self._form.get("days", "").strip() or "90"
        try:
            wanted = TokenCreate.model_validate({"name": self._form.get("name", ""), "days": days})
        except ValidationError as error:
            raise InvalidInput(
                "a token needs a name of up to 100 characters, and holds 1 to 366 days",
                message_zh="令牌需要一个不超过 100 个字符的名称，有效期为 1 至 366 天",
            ) from error
        with self._unit.writing() as session:
            made = api_tokens.create(session, self._caller, wanted)
        token = [made.token or ""]
        return self._shown(html.once(self._say, page_texts.THE_TOKEN, page_texts.TOKEN_ONCE, token))

    def _codes(self, codes: list[str]) -> Response:
        return self._shown(html.once(self._say, page_texts.RECOVERY_CODES, page_texts.CODES_ONCE, codes))

    def _shown(self, page: str) -> Response:
        return shown(self._runtime, self._say, page)

    def _written(self, change: Callable[[Session], object]) -> Response:
        with self._unit.writing() as session:
            change(session)
        return RedirectResponse(PATH, 303)


def _proved(runtime: Runtime, caller: Caller, visit: Visit, form: dict[str, str]) -> tuple[Caller, Opened]:
    """The session goes on under a new id. Raises LoginFailed, CodeNeeded, TooManyAttempts."""
    code = form.get("proof", "")[:40] or None
    opened = login.confirm(runtime, caller, visit, form["password"][:1000], code)
    return caller.proved(clock.now()), opened


def _ask(
    runtime: Runtime, caller: Caller, say: Tongue, csrf: str, form: dict[str, str], error: McmError | None = None
) -> Response:
    state = _state(runtime, caller, csrf)
    if not _has_password(runtime, caller):
        # They prove it where they sign in.
        return to_login(PATH)
    asked = {name: form[name][:200] for name in _KEPT if name in form}
    said = message(say.language, error) if error else ""
    page = html.proof(say, csrf, asked, second_factor=state.since is not None, said=said)
    return shown(runtime, say, page, error.status if error else 403)


def _has_password(runtime: Runtime, caller: Caller) -> bool:
    with runtime.database.reading() as session:
        return own.yourself(session, caller)[1].password_hash is not None


def _state(runtime: Runtime, caller: Caller, csrf: str) -> State:
    with unit_of(runtime, caller).reading() as session:
        _, user = own.yourself(session, caller)
        return State(
            name=caller.name, csrf=csrf, sessions=own.own_sessions(session, caller),
            tokens=api_tokens.own(session, caller), since=user.totp_since,
            recovery_left=totp.recovery_left(session, user),
        )  # fmt: skip
