"""What everybody does with their own: session, password, second factor. Never commits, but for the password's hash."""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth import sessions, tokens
from mcm.auth.permissions import Permission
from mcm.auth.service import Caller, allowed
from mcm.auth.sessions import Opened
from mcm.errors import InvalidInput
from mcm.identity import api_tokens, login, passwords, repository, totp
from mcm.identity.errors import LoginFailed, NoUser, SessionNotFound
from mcm.identity.repository import Pair
from mcm.identity.schemas import SessionAnswer, SessionItem
from mcm.kit import clock
from mcm.models import ApiToken, LoginSession, User
from mcm.vault import Vault

if TYPE_CHECKING:
    from mcm.edge.dependencies import Unit
    from mcm.edge.runtime import Runtime


def describe(session: Session, caller: Caller, cookie: str, *, login_required: bool) -> SessionAnswer:
    found = None if caller.unlimited else repository.by_id(session, caller.principal_id)
    by_session = caller.method == "session"
    return SessionAnswer(
        user=caller.name,
        user_id=caller.principal_id,
        method=caller.method,
        roles=sorted({grant.role for grant in caller.grants}),
        permissions=sorted(permission for permission in Permission if allowed(caller, permission)),
        must_change=bool(found and found[1].must_change),
        second_factor=bool(found and found[1].totp_since),
        csrf_token=tokens.csrf_token(cookie) if by_session else None,
        confirmed_at=caller.confirmed_at,
        expires_at=_expiry(session, caller),
        login_required=login_required,
    )


def leave(session: Session, caller: Caller) -> None:
    """Signs out: what the caller came in with opens nothing any more."""
    what: dict[str, object] = {"session": caller.session_id} if caller.session_id else {"token": caller.token_id}
    if caller.method == "session":
        sessions.end(session, caller.principal_id, caller.session_id)
    elif (row := session.get(ApiToken, caller.token_id)) is not None:
        what["made_with_it"] = api_tokens.end(session, row)
    audit.record(session, caller, "session.logout", "user", caller.principal_id, details=what)


def change_password(runtime: "Runtime", unit: "Unit", caller: Caller, old: str, new: str) -> Opened | None:
    """All other sessions end; the own one goes on under a new id (None when it has ended meanwhile).

    Raises LoginFailed for a wrong old password, PasswordRefused for a bad new one."""
    with unit.reading() as session:
        _, user = yourself(session, caller)
        if user.password_hash is None:
            raise NoUser(
                "you sign in elsewhere and have no password here",
                next_step="change it at your identity provider",
                message_zh="您通过其他系统登录，在此没有密码；请在您的身份提供方处修改",
            )
    passwords.require_good(new, name=caller.name, others=(user.email or "", user.full_name or ""))
    if old == new:
        raise InvalidInput(
            "the new password is the old one", next_step="choose another", message_zh="新密码与原密码相同，请另选一个"
        )
    if not login.right_password(runtime, caller, old):
        raise LoginFailed(
            "the old password is not right",
            next_step="try again, or ask an administrator for a new one",
            message_zh="原密码不正确",
            next_step_zh="请重试，或请管理员重设密码",
        )
    fresh = passwords.hashed(new)
    with unit.writing() as session:
        _, user = yourself(session, caller)
        set_password(user, fresh, must_change=False)
        sessions.end_all(session, caller.principal_id, but=caller.session_id)
        audit.record(session, caller, "password.change", "user", caller.principal_id)
        return sessions.confirm(session, caller.session_id)


def set_password(user: User, fresh: str, *, must_change: bool) -> None:
    user.password_hash, user.password_at, user.must_change = fresh, clock.now(), must_change
    user.version += 1


def new_totp(unit: "Unit", vault: Vault, caller: Caller) -> tuple[str, Vault]:
    """A secret, and a vault for `start_totp` that has sealed it already: the master key may be on a server."""
    with unit.reading() as session:
        _, user = yourself(session, caller)
    secret = totp.new_secret()
    return secret, totp.sealed_ahead(vault, user, secret)


def start_totp(session: Session, vault: Vault, caller: Caller, secret: str) -> str:
    """Returns the secret's URI for authenticator apps; it counts from `confirm_totp` on."""
    _, user = yourself(session, caller)
    totp.start(session, vault, user, secret)
    audit.record(session, caller, "totp.enrol", "user", caller.principal_id)
    return totp.uri(secret, caller.name)


def confirming_totp(unit: "Unit", vault: Vault, caller: Caller) -> Vault:
    """For `confirm_totp`, as `new_totp` for `start_totp`."""
    with unit.reading() as session:
        _, user = yourself(session, caller)
        row = totp.waiting(session, user)
    return totp.confirmed_ahead(vault, user, row)


def confirm_totp(session: Session, vault: Vault, caller: Caller, code: str) -> list[str]:
    """Returns the recovery codes. All other sessions end: they were opened without it."""
    user = totp.locked(session, caller.principal_id)
    if user is None or not totp.confirm(session, vault, user, "".join(code.split())):
        raise InvalidInput(
            "this is not a code of the secret that was shown last",
            next_step="compare the clocks of the phone and the server; codes hold for 30 seconds",
            message_zh="这不是最近显示的密钥所生成的验证码",
            next_step_zh="请核对手机与服务器的时钟；验证码有效期为 30 秒",
        )
    codes = totp.new_recovery_codes(session, user)
    user.version += 1
    sessions.end_all(session, caller.principal_id, but=caller.session_id)
    audit.record(session, caller, "totp.confirm", "user", caller.principal_id)
    return codes


def renew_recovery(session: Session, caller: Caller) -> list[str]:
    _, user = yourself(session, caller)
    if user.totp_since is None:
        raise InvalidInput(
            "there is no second factor yet", next_step="enrol one first", message_zh="尚未设置第二因素，请先设置"
        )
    audit.record(session, caller, "totp.recovery_codes", "user", caller.principal_id)
    return totp.new_recovery_codes(session, user)


def remove_totp(session: Session, caller: Caller) -> None:
    _, user = yourself(session, caller)
    totp.remove(session, user)
    user.version += 1
    audit.record(session, caller, "totp.remove", "user", caller.principal_id)


def own_sessions(session: Session, caller: Caller) -> list[SessionItem]:
    return [_item(row, caller) for row in sessions.list_of(session, caller.principal_id)]


def end_session(session: Session, caller: Caller, session_id: str) -> None:
    if not sessions.end(session, caller.principal_id, session_id):
        raise SessionNotFound(f"you have no session '{session_id}'", next_step="list your sessions")
    audit.record(session, caller, "session.end", "user", caller.principal_id, details={"session": session_id})


def end_other_sessions(session: Session, caller: Caller) -> int:
    """All of one's own but this one."""
    number = sessions.end_all(session, caller.principal_id, but=caller.session_id)
    said = {"sessions": number, "but": caller.session_id}
    audit.record(session, caller, "session.end_all", "user", caller.principal_id, details=said)
    return number


def end_sessions(session: Session, caller: Caller) -> int:
    """All of one's own, this one too."""
    number = sessions.end_all(session, caller.principal_id)
    audit.record(session, caller, "session.end_all", "user", caller.principal_id, details={"sessions": number})
    return number


def yourself(session: Session, caller: Caller) -> Pair:
    found = repository.by_id(session, caller.principal_id)
    if found is None:
        raise NoUser("you are not a user, or were just removed", next_step="sign in again")
    return found


def _expiry(session: Session, caller: Caller) -> datetime | None:
    row = session.get(LoginSession, caller.session_id) or session.get(ApiToken, caller.token_id)
    return row.expires_at if row else None


def _item(row: LoginSession, caller: Caller) -> SessionItem:
    return SessionItem(
        id=row.id, current=row.id == caller.session_id, method=row.method, source=row.source, client=row.client,
        created_at=row.created_at, seen_at=row.seen_at, expires_at=row.expires_at,
    )  # fmt: skip
