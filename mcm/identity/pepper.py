"""A key of the installation's own for hashes of what people typed: names nobody has may be mistyped passwords."""

import hmac
import secrets
from threading import Lock

from sqlalchemy.exc import IntegrityError

from mcm.db.session import Database
from mcm.identity import repository
from mcm.identity.sealing import opened, seal
from mcm.models import IdentitySecret
from mcm.vault import StaleKey, Vault

OWNER, KEY = "mcm", "pepper"


class Pepper:
    """One for each process; the key is made at the first use, and kept."""

    def __init__(self) -> None:
        self._key = b""
        self._making = Lock()

    def hash(self, database: Database, vault: Vault, text: str) -> str:
        with self._making:
            if not self._key:
                self._key = _load(database, vault) or _make(database, vault)
        return hmac.new(self._key, text.encode(), "sha256").hexdigest()


def _load(database: Database, vault: Vault) -> bytes:
    with database.reading() as session:
        row = repository.sealed(session, OWNER, KEY)
        return bytes.fromhex(opened(vault, row)) if row is not None else b""


def _make(database: Database, vault: Vault) -> bytes:
    key = secrets.token_bytes(32)
    try:
        _keep(database, vault, key)
    except IntegrityError:
        # Another process was faster.
        return _load(database, vault)
    except StaleKey:
        # The master key was rotated in between.
        _keep(database, vault, key)
    return key


def _keep(database: Database, vault: Vault, key: bytes) -> None:
    row = IdentitySecret(owner=OWNER, key=KEY)
    seal(vault, row, key.hex())
    with database.writing() as session:
        session.add(row)
