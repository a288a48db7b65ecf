"""The changing routes about users, their doors and their roles: one call of each."""

from collections.abc import Callable
from datetime import timedelta

from mcm.auth import sessions
from mcm.auth.roles import Role
from mcm.auth.service import Caller
from mcm.identity import api_tokens, devices, own, roles, totp
from mcm.identity.schemas import DeviceStart, HeldIn
from mcm.identity.service import Visit
from mcm.kit import clock
from mcm.models import ApiToken
from tests.architecture.calls import Call
from tests.lab import CALLER, Lab
from tests.rooms.identity.people import user

_VISIT = Visit("test", "test", "rq_test")


def _owner(lab: Lab) -> dict[str, str]:
    """Once there is a user, the owner of the data directory must say so."""
    return {"Authorization": f"Bearer {lab.runtime.door.owner_token}"}


def _anna(lab: Lab) -> Caller:
    return Caller(user(lab, "anna"), CALLER.tenant_id, "anna", "test", "rq_test", "session")


def _session(lab: Lab, anna: Caller) -> tuple[str, dict[str, str]]:
    with lab.runtime.database.writing() as session:
        opened = sessions.open_session(session, anna.principal_id, method="password", source="test", client="test")
    return opened.session_id, {"Cookie": f"mcm_session={opened.cookie}", "X-CSRF-Token": opened.csrf_token}


def _token(lab: Lab, anna: Caller) -> tuple[str, dict[str, str]]:
    """Used just now, so that its use is not noted again."""
    with lab.runtime.database.writing() as session:
        made = api_tokens.issue(session, anna, "test", None, clock.now() + timedelta(days=1))
        row = session.get(ApiToken, made.id)
        assert row is not None
        row.used_at = clock.now() + timedelta(minutes=10)
    return made.id, {"Authorization": f"Bearer {made.token}"}


def _mine(lab: Lab, url: str, *actions: str, body: object = None, once: tuple[str, ...] = ()) -> Call:
    anna = _anna(lab)
    return Call(url, list(actions), body, _session(lab, anna)[1], anna.principal_id, once)


def _create(lab: Lab) -> Call:
    body = {"name": "ben", "password": "a row of several words", "roles": ["viewer"]}
    return Call("/users", ["user.create"], body, _owner(lab))


def _of_anna(lab: Lab, path: str, action: str, body: object = None) -> Call:
    user(lab, "anna")
    return Call(f"/users/anna{path}", [action], body, _owner(lab))


def _separation(lab: Lab) -> Call:
    return Call("/roles/separation", ["separation.on"], {"on": True})


def _bind(lab: Lab) -> Call:
    user(lab, "anna")
    body = {"user": "anna", "role": "viewer", "tenant": "default"}
    return Call("/role-bindings", ["role.bind"], body, _owner(lab))


def _unbind(lab: Lab) -> Call:
    user(lab, "anna")
    with lab.runtime.database.writing() as session:
        made = roles.bind(session, CALLER, "anna", Role.VIEWER, HeldIn())
    return Call(f"/role-bindings/{made.id}", ["role.unbind"], None, _owner(lab))


def _totp_confirm(lab: Lab) -> Call:
    anna = _anna(lab)
    with lab.runtime.database.writing() as session:
        secret = totp.new_secret()
        own.start_totp(session, lab.runtime.vault, anna, secret)
    body = {"code": totp.code_at(secret, totp.step_now())}
    headers = _session(lab, anna)[1]
    return Call("/auth/totp/confirm", ["totp.confirm"], body, headers, anna.principal_id, ("recovery_codes",))


def _recovery(lab: Lab) -> Call:
    call = _totp_confirm(lab)
    anna = Caller(call.principal_id, CALLER.tenant_id, "anna", "test", "rq_test", "session")
    with lab.runtime.database.writing() as session:
        own.confirm_totp(session, lab.runtime.vault, anna, call.body["code"])
    headers = _session(lab, anna)[1]
    return Call("/auth/totp/recovery-codes", ["totp.recovery_codes"], None, headers, anna.principal_id, call.once)


def _end_session(lab: Lab) -> Call:
    anna = _anna(lab)
    other, _ = _session(lab, anna)
    return Call(f"/auth/sessions/{other}", ["session.end"], None, _session(lab, anna)[1], anna.principal_id)


def _end_sessions(lab: Lab) -> Call:
    anna = _anna(lab)
    _session(lab, anna)
    return Call("/auth/sessions", ["session.end_all"], None, _token(lab, anna)[1], anna.principal_id)


def _revoke(lab: Lab) -> Call:
    anna = _anna(lab)
    token, _ = _token(lab, anna)
    return Call(f"/tokens/{token}", ["token.revoke"], None, _session(lab, anna)[1], anna.principal_id)


def _revoke_others(lab: Lab) -> Call:
    token, _ = _token(lab, _anna(lab))
    return Call(f"/users/-/tokens/{token}", ["token.revoke"], None, _owner(lab))


def _device(lab: Lab) -> Call:
    anna = _anna(lab)
    with lab.runtime.database.writing() as session:
        started = devices.start(session, _VISIT, DeviceStart(client="laptop"), "http://127.0.0.1/device")
    body = {"user_code": started.user_code, "approve": True}
    return Call("/auth/device/decision", ["device.approve"], body, _session(lab, anna)[1], anna.principal_id)


_P = "/api/v1"
CALLS: dict[tuple[str, str], Callable[[Lab], Call]] = {
    ("POST", f"{_P}/users"): _create,
    ("PATCH", f"{_P}/users/{{name}}"): lambda lab: _of_anna(lab, "", "user.update", {"email": "anna@example.org"}),
    ("DELETE", f"{_P}/users/{{name}}"): lambda lab: _of_anna(lab, "", "user.remove"),
    ("POST", f"{_P}/users/{{name}}/disable"): lambda lab: _of_anna(lab, "/disable", "user.disable"),
    ("POST", f"{_P}/users/{{name}}/enable"): lambda lab: _of_anna(lab, "/enable", "user.enable"),
    ("DELETE", f"{_P}/users/{{name}}/totp"): lambda lab: _of_anna(lab, "/totp", "user.reset_totp"),
    ("PUT", f"{_P}/roles/separation"): _separation,
    ("POST", f"{_P}/role-bindings"): _bind,
    ("DELETE", f"{_P}/role-bindings/{{binding_id}}"): _unbind,
    ("POST", f"{_P}/auth/totp"): lambda lab: _mine(lab, "/auth/totp", "totp.enrol", once=("key", "uri")),
    ("POST", f"{_P}/auth/totp/confirm"): _totp_confirm,
    ("POST", f"{_P}/auth/totp/recovery-codes"): _recovery,
    ("DELETE", f"{_P}/auth/totp"): lambda lab: _mine(lab, "/auth/totp", "totp.remove"),
    ("DELETE", f"{_P}/auth/sessions/{{session_id}}"): _end_session,
    ("DELETE", f"{_P}/auth/sessions"): _end_sessions,
    ("POST", f"{_P}/tokens"): lambda lab: _mine(lab, "/tokens", "token.create", body={"name": "x"}, once=("token",)),
    ("DELETE", f"{_P}/tokens/{{token_id}}"): _revoke,
    ("DELETE", f"{_P}/users/-/tokens/{{token_id}}"): _revoke_others,
    ("POST", f"{_P}/auth/device/decision"): _device,
}
