"""The pages people need to sign in: /login, /password, /device and /setup, as plain forms."""

from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError

from mcm.auth import sessions, tokens
from mcm.edge.confirmation import require_confirmed
from mcm.edge.cookies import write_session
from mcm.edge.dependencies import PresentedDep, RuntimeDep
from mcm.edge.runtime import Runtime
from mcm.edge.tongue import Tongue, TongueDep
from mcm.errors import McmError
from mcm.identity import devices, login, own, page_texts, pages, setup
from mcm.identity.form_parameters import FormDep, inside, require_form, shown, signed_in, to_login, unit_of
from mcm.identity.parameters import VisitDep
from mcm.identity.schemas import UserCreate
from mcm.oidc import service as oidc
from mcm.system.said import message, next_step

router = APIRouter(include_in_schema=False, tags=["identity"])


def _login_form(runtime: Runtime, say: Tongue, forward: str, *, said: str = "", status: int = 200) -> Response:
    following = f"?next={quote(forward, safe='')}"
    with runtime.database.reading() as session:
        elsewhere = [(each.title, f"{each.start}{following}") for each in oidc.choices(session)]
    return shown(runtime, say, pages.login_form(say.at(f"/login{following}"), forward, elsewhere, said=said), status)


@router.get("/login")
def show_login(runtime: RuntimeDep, say: TongueDep, next: str = "/") -> Response:
    return _login_form(runtime, say, inside(next))


@router.post("/login")
def submit_login(form: FormDep, runtime: RuntimeDep, visit: VisitDep, say: TongueDep) -> Response:
    forward = inside(form.get("next", "/"))
    try:
        opened = login.sign_in(
            runtime,
            visit,
            form.get("name", "")[:200],
            form.get("password", "")[:1000],
            form.get("code", "")[:40] or None,
        )
    except McmError as error:
        return _login_form(runtime, say, forward, said=message(say.language, error), status=error.status)
    with runtime.database.reading() as session:
        found = sessions.find(session, opened.cookie)
    must_change = found is not None and found[2].must_change
    answer = RedirectResponse(f"/password?next={quote(forward, safe='')}" if must_change else forward, 303)
    write_session(answer, runtime.settings, opened)
    return answer


@router.get("/password")
def show_password(runtime: RuntimeDep, presented: PresentedDep, say: TongueDep, next: str = "/") -> Response:
    caller = signed_in(runtime, presented)
    if caller is None:
        return to_login("/password")
    return shown(runtime, say, pages.password_form(say, tokens.csrf_token(presented.cookie), inside(next)))


@router.post("/password")
def submit_password(
    form: FormDep, runtime: RuntimeDep, presented: PresentedDep, _: VisitDep, say: TongueDep
) -> Response:
    caller = signed_in(runtime, presented)
    if caller is None:
        return to_login("/password")
    forward = inside(form.get("next", "/"))
    csrf = tokens.csrf_token(presented.cookie)
    try:
        require_form(form, csrf)
        unit = unit_of(runtime, caller)
        opened = own.change_password(runtime, unit, caller, form.get("old", "")[:1000], form.get("new", "")[:1000])
    except McmError as error:
        say = say.at(f"/password?next={quote(forward, safe='')}")
        return shown(
            runtime, say, pages.password_form(say, csrf, forward, said=message(say.language, error)), error.status
        )
    answer = RedirectResponse(forward, 303)
    if opened is not None:
        write_session(answer, runtime.settings, opened)
    return answer


@router.get("/device")
def show_device(runtime: RuntimeDep, presented: PresentedDep, say: TongueDep, code: str = "") -> Response:
    caller = signed_in(runtime, presented)
    if caller is None:
        return to_login(f"/device?code={quote(code[:40])}" if code else "/device")
    if not code:
        return shown(runtime, say, pages.device_form(say))
    try:
        asked = devices.asked(unit_of(runtime, caller), caller, code[:40])
    except McmError as error:
        return shown(
            runtime, say, pages.device_form(say.at("/device"), said=message(say.language, error)), error.status
        )
    csrf = tokens.csrf_token(presented.cookie)
    return shown(runtime, say, pages.device_question(say, caller.name, code[:40], asked, csrf))


@router.post("/device")
def submit_device(form: FormDep, runtime: RuntimeDep, presented: PresentedDep, _: VisitDep, say: TongueDep) -> Response:
    caller = signed_in(runtime, presented)
    if caller is None:
        return to_login("/device")
    approve = form.get("answer") == "yes"
    try:
        require_form(form, tokens.csrf_token(presented.cookie))
        require_confirmed(caller)
        unit = unit_of(runtime, caller)
        devices.asked(unit, caller, form.get("code", ""))
        with unit.writing() as session:
            devices.decide(session, caller, form.get("code", ""), approve)
    except McmError as error:
        if error.code == "confirmation_needed":
            return to_login(f"/device?code={quote(form.get('code', '')[:40])}")
        return shown(
            runtime, say, pages.device_form(say.at("/device"), said=message(say.language, error)), error.status
        )
    return shown(runtime, say, pages.device_done(say.at(""), allowed=approve))


@router.get("/setup")
def show_setup(runtime: RuntimeDep, say: TongueDep, token: str = "") -> Response:
    try:
        with runtime.database.reading() as session:
            setup.require_open(session, token)
    except McmError as error:
        return _setup_refused(runtime, say, error)
    return shown(runtime, say, pages.setup_form(say, token))


@router.post("/setup")
def submit_setup(form: FormDep, runtime: RuntimeDep, visit: VisitDep, say: TongueDep) -> Response:
    token, separate = form.get("token", ""), form.get("separate") == "yes"
    say = say.at(f"/setup?token={quote(token, safe='')}")
    held = setup.SEPARATED_FIRST if separate else setup.ADMINISTRATOR
    try:
        wanted = UserCreate(
            name=form.get("name", ""), password=form.get("password", ""), roles=list(held), must_change=False
        )
        opened = setup.complete(runtime, visit, token, wanted, separate=separate)
    except ValidationError:
        return shown(runtime, say, pages.setup_form(say, token, said=say(page_texts.SET_UP_NAME)), 422)
    except McmError as error:
        if error.status == 422:
            return shown(runtime, say, pages.setup_form(say, token, said=message(say.language, error)), 422)
        return _setup_refused(runtime, say, error)
    answer = shown(runtime, say, pages.setup_done(say.at(""), wanted.name, separate))
    write_session(answer, runtime.settings, opened)
    return answer


def _setup_refused(runtime: Runtime, say: Tongue, error: McmError) -> Response:
    said = f"{message(say.language, error)} {next_step(say.language, error)}"
    return shown(runtime, say, pages.setup_refused(say, said), error.status)
