"""Sealed values of every kind, stored as mcm stores them, and what they must open to."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from mcm.kit import clock
from mcm.models import Account, AuditSegment, Base, IdentitySecret, OidcProvider, Secret, VaultKey
from mcm.vault import Vault, sealed
from mcm.vault.sealed import SealedColumn
from tests.lab import Lab

_OIDC: dict[str, Any] = {
    "title": "t", "issuer": "https://id.example", "client_id": "c", "scopes": [], "ca_pem": "", "domains": [],
    "groups_claim": "", "mappings": [], "userinfo": False, "sign_up": False, "enabled": True, "version": 1,
}  # fmt: skip


@dataclass
class Filled:
    """texts: what each value that this test stored opens to, by its place."""

    lab: Lab
    texts: dict[str, str] = field(default_factory=dict)

    @property
    def vault(self) -> Vault:
        return self.lab.runtime.vault

    def fill(self, number: int = 3) -> None:
        """`number` rows of each table that holds sealed values; the audit trail's come by themselves."""
        with self.lab.runtime.database.reading() as session:
            account = session.scalars(select(Account.id)).first() or ""
        for index in range(number):
            self.store(Secret(account_id=account, key=f"k{index}"))
            self.store(IdentitySecret(owner=f"o{index}", key="totp"))
            provider = OidcProvider(id=f"p{index}", name=f"n{index}", created_at=clock.now(), **_OIDC)
            self.store(provider)

    def store(self, row: Base) -> str:
        """Seals a random text into the row and stores it; its place."""
        column = next(column for column in sealed.COLUMNS if isinstance(row, column.model))
        text = f"value-{secrets.token_hex(12)}"
        place = column.place(row)
        setattr(row, column.column, self.vault.seal(text, place))
        with self.lab.runtime.database.writing() as session:
            session.merge(row)
        self.texts[place] = text
        return place

    def opened(self, vault: Vault | None = None) -> dict[str, str]:
        """Every stored value by its place, the audit trail's too; raises VaultError for one that does not open."""
        with self.lab.runtime.database.reading() as session:
            return all_opened(session, vault or self.vault)

    def key_ids(self) -> set[str]:
        with self.lab.runtime.database.reading() as session:
            return {row.key_id for _, row in everything(session)}

    def known(self) -> set[str]:
        with self.lab.runtime.database.reading() as session:
            return set(session.scalars(select(VaultKey.id)))


def everything(session: Session) -> list[tuple[SealedColumn, Any]]:
    return [(column, row) for column in sealed.COLUMNS for row in sealed.rows(session.connection(), column)]


def all_opened(session: Session, vault: Vault) -> dict[str, str]:
    return {column.place(row): vault.open(row.value, column.place(row)) for column, row in everything(session)}


def stray_key(session: Session, key_id: str) -> None:
    session.execute(insert(VaultKey).values(id=key_id, created_at=clock.now()))


__all__ = ["AuditSegment", "Filled", "all_opened", "everything", "stray_key"]
