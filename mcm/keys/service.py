"""Which master keys there are, where they come from, and whether the one at hand opens what is stored."""

from sqlalchemy.orm import Session

from mcm.keys import repository
from mcm.keys.schemas import KeyItem, KeyList
from mcm.vault import Vault, VaultError, sealed


def overview(session: Session, vault: Vault) -> KeyList:
    """Makes no key, and does not fail when there is none."""
    counts, known = repository.counts(session), {key.id: key for key in repository.known(session)}
    current, problem, unfinished = None, "", False
    try:
        current, unfinished = vault.key_id, vault.source.unfinished()
    except VaultError as error:
        problem = error.message if known else ""
    items = []
    for key_id in sorted({*known, *counts, *([current] if current else [])}, key=lambda one: (one != current, one)):
        key = known.get(key_id)
        items.append(
            KeyItem(
                id=key_id,
                state="current" if key_id == current else "unknown" if key is None else "lost" if key.retired_at else
                "former",
                at_hand=problem == "" and vault.has(key_id),
                values=counts[key_id],
                created_at=key.created_at if key else None,
            )
        )  # fmt: skip
    others = any(item.values for item in items if item.state == "former")
    return KeyList(
        items=items, source=vault.source.kind, where=vault.source.where, current=current,
        unfinished=unfinished or others, problem=problem,
    )  # fmt: skip


def damaged(session: Session, vault: Vault, limit: int = 10) -> list[str]:
    """Sentences about stored values that do not open, at most `limit`; reads every value. Empty: all is well."""
    found: list[str] = []
    for column in sealed.COLUMNS:
        for row in repository.values(session, column):
            try:
                vault.open(row.value, column.place(row))
            except VaultError as error:
                found.append(f"{column.place(row)}: {error.message}")
                if len(found) >= limit:
                    return found
    return found
