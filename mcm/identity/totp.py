"""Time-based one-time passwords and the recovery codes for the day the phone is gone.

https://www.rfc-editor.org/rfc/rfc6238 with SHA-1, 30 s and six digits: what every authenticator app can do.
"""

import base64
import hmac
import secrets
from urllib.parse import quote

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from mcm.auth.tokens import digest, same
from mcm.db.session import Database
from mcm.identity import repository, sealing
from mcm.kit import clock
from mcm.models import IdentitySecret, RecoveryCode, User
from mcm.vault import Vault
from mcm.vault.prepared import Prepared

STEP_S, DIGITS, WINDOW = 30, 6, 1
RECOVERY_CODES = 10
_KEY = "totp"


def code_at(secret: str, step: int) -> str:
    """The code of one 30-second step; `secret` in base32."""
    mac = hmac.new(base64.b32decode(secret), step.to_bytes(8, "big"), "sha1").digest()
    start = mac[-1] & 15
    number = int.from_bytes(mac[start : start + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def step_now() -> int:
    return int(clock.now().timestamp()) // STEP_S


def accepted_step(secret: str, code: str, last: int | None) -> int | None:
    """The step whose code this is: now, one before or one after, and newer than the last one that was taken."""
    now = step_now()
    found = None
    for step in range(now - WINDOW, now + WINDOW + 1):
        # All are compared, so that the time tells nothing.
        if same(code_at(secret, step), code) and (last is None or step > last):
            found = step
    return found


def new_secret() -> str:
    return base64.b32encode(secrets.token_bytes(20)).decode()


def sealed_ahead(vault: Vault, user: User, secret: str) -> Prepared:
    """What `start` needs, so that it asks for the master key outside of its transaction. Raises VaultError."""
    ready = Prepared(vault)
    ready.seal_ahead(secret, sealing.place(user.principal_id, _waiting(user)))
    return ready


def start(session: Session, vault: Vault, user: User, secret: str) -> None:
    """A new secret, which counts when a code of it has come back; until then an older one goes on."""
    _keep(session, vault, user.principal_id, _waiting(user), secret)


def confirm(session: Session, vault: Vault, user: User, code: str) -> bool:
    """True: the second factor is on from now on."""
    row = repository.sealed(session, user.principal_id, _waiting(user))
    if row is None:
        return False
    secret = sealing.opened(vault, row)
    step = accepted_step(secret, code, None)
    if step is None:
        return False
    _keep(session, vault, user.principal_id, _KEY, secret)
    session.execute(
        delete(IdentitySecret).where(IdentitySecret.owner == user.principal_id, IdentitySecret.key == f"{_KEY}.new")
    )
    user.totp_since, user.totp_step = clock.now(), step
    return True


def confirmed_ahead(vault: Vault, user: User, row: IdentitySecret | None) -> Prepared:
    """The same for `confirm`; row: of `waiting`. Raises VaultError."""
    ready = Prepared(vault)
    if row is not None:
        sealing.open_ahead(ready, row)
        ready.seal_ahead(sealing.opened(ready, row), sealing.place(user.principal_id, _KEY))
    return ready


def waiting(session: Session, user: User) -> IdentitySecret | None:
    """The secret that was shown last and of which no code has come back."""
    return repository.sealed(session, user.principal_id, _waiting(user))


def _waiting(user: User) -> str:
    return _KEY if user.totp_since is None else f"{_KEY}.new"


def prepared(database: Database, vault: Vault, principal_id: str) -> Vault:
    """What `check` needs, so that it asks for the master key outside of its transaction."""
    ready = Prepared(vault)
    with database.reading() as session:
        row = repository.sealed(session, principal_id, _KEY)
    if row is not None:
        sealing.open_ahead(ready, row)
    return ready


def check(session: Session, vault: Vault, user: User, code: str) -> str:
    """`code` or `recovery`, whichever was right, and neither is right again; "" when it is wrong.

    The user's row must be locked: two requests with one code must not both pass."""
    typed = "".join(code.split())
    if len(typed) == DIGITS and typed.isdigit():
        row = repository.sealed(session, user.principal_id, _KEY)
        if row is None:
            # Lost with a master key. It is asked for all the same, and a recovery code is an answer.
            return ""
        step = accepted_step(sealing.opened(vault, row), typed, user.totp_step)
        if step is None:
            return ""
        user.totp_step = step
        return "code"
    spent = session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.principal_id == user.principal_id,
            RecoveryCode.code_hash == digest(_bare(typed)),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=clock.now())
        .returning(RecoveryCode.code_hash)
    ).first()
    return "recovery" if spent is not None else ""


def new_recovery_codes(session: Session, user: User) -> list[str]:
    """Instead of all earlier ones. 80 random bits each."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.principal_id == user.principal_id))
    codes = [base64.b32encode(secrets.token_bytes(10)).decode().lower() for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(principal_id=user.principal_id, code_hash=digest(code)) for code in codes)
    return ["-".join(code[at : at + 4] for at in range(0, 16, 4)) for code in codes]


def recovery_left(session: Session, user: User) -> int:
    query = select(func.count()).where(RecoveryCode.principal_id == user.principal_id, RecoveryCode.used_at.is_(None))
    return session.scalar(query) or 0


def remove(session: Session, user: User) -> None:
    session.execute(
        delete(IdentitySecret).where(
            IdentitySecret.owner == user.principal_id, IdentitySecret.key.in_((_KEY, f"{_KEY}.new"))
        )
    )
    session.execute(delete(RecoveryCode).where(RecoveryCode.principal_id == user.principal_id))
    user.totp_since = user.totp_step = None


def uri(secret: str, name: str) -> str:
    """What authenticator apps read: https://github.com/google/google-authenticator/wiki/Key-Uri-Format"""
    return f"otpauth://totp/mcm:{quote(name)}?secret={secret}&issuer=mcm&digits={DIGITS}&period={STEP_S}"


def locked(session: Session, principal_id: str) -> User | None:
    """The user's row, held until the transaction ends."""
    return session.scalars(select(User).where(User.principal_id == principal_id).with_for_update()).first()


def _keep(session: Session, vault: Vault, owner: str, key: str, secret: str) -> None:
    row = repository.sealed(session, owner, key)
    if row is None:
        row = IdentitySecret(owner=owner, key=key)
        session.add(row)
    sealing.seal(vault, row, secret)


def _bare(code: str) -> str:
    return code.replace("-", "").casefold()
