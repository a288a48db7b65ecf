"""Whether the master key at hand opens what is stored, for `mcm doctor` and after a restore."""

from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from mcm.keys import repository
from mcm.vault import Vault, VaultError, sealed

_MOST = 5


@dataclass
class Health:
    """problems: (what is wrong, what to do). detail and next_step: when there are none."""

    detail: str = ""
    next_step: str = ""
    problems: list[tuple[str, str]] = field(default_factory=list)


def examine(session: Session, vault: Vault) -> Health:
    """Opens one value of each key and kind; makes no key."""
    health, counts = Health(), repository.counts(session)
    if not counts:
        health.detail = f"no secrets are stored yet; their key is at {vault.source.where}"
        return health
    lost = {key.id for key in repository.known(session) if key.retired_at is not None}
    tried: set[tuple[str, str]] = set()
    for column in sealed.COLUMNS:
        for row in repository.values(session, column):
            if (column.table, row.key_id) in tried or row.key_id in lost:
                continue
            tried.add((column.table, row.key_id))
            try:
                vault.open(row.value, column.place(row))
            except VaultError as error:
                problem = (error.message, error.next_step)
                if problem not in health.problems and len(health.problems) < _MOST:
                    health.problems.append(problem)
    if not health.problems:
        health.detail = f"key {vault.key_id} of {vault.source.where} opens the stored secrets"
        if set(counts) - lost - {vault.key_id} or vault.source.unfinished():
            health.detail = "a rotation of the master key was interrupted; everything opens"
            health.next_step = "run `mcm keys rotate` again: it finishes it"
    return health
