"""The installation's own key for the states of logins, the same in all its processes; sealed by the vault at rest."""

import secrets
from threading import Lock

from sqlalchemy.exc import IntegrityError

from mcm.db.session import Database
from mcm.identity import repository
from mcm.identity.sealing import opened, seal
from mcm.models import IdentitySecret
from mcm.vault import Vault

_OWNER, _KEY = "mcm", "oidc_state"


class StateKey:
    """Made at the first use, and kept. Raises VaultError when the vault does not open it."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database, self._vault = database, vault
        self._value = b""
        self._making = Lock()

    def get(self) -> bytes:
        with self._making:
            if not self._value:
                self._value = self._load() or self._make()
            return self._value

    def _load(self) -> bytes:
        with self._database.reading() as session:
            row = repository.sealed(session, _OWNER, _KEY)
            return bytes.fromhex(opened(self._vault, row)) if row is not None else b""

    def _make(self) -> bytes:
        value = secrets.token_bytes(32)
        row = IdentitySecret(owner=_OWNER, key=_KEY)
        seal(self._vault, row, value.hex())
        try:
            with self._database.writing() as session:
                session.add(row)
        except IntegrityError:
            # Another process was faster.
            return self._load()
        return value
