"""Builds the vault that the settings ask for."""

from sqlalchemy import func, select

from mcm.db.session import Database
from mcm.errors import InvalidInput
from mcm.models import VaultKey
from mcm.settings import Settings
from mcm.vault.local import EnvironmentKeys, FileKeys
from mcm.vault.source import KeySource
from mcm.vault.vault import Vault


def open_vault(settings: Settings, database: Database) -> Vault:
    """Reads no key and asks no key server yet. Raises InvalidInput when there are two places for the key."""
    old = settings.master_key_old.get_secret_value()
    return Vault(_source(settings, database), EnvironmentKeys(old, "MCM_MASTER_KEY_OLD") if old else None)


def _source(settings: Settings, database: Database) -> KeySource:
    current = settings.master_key.get_secret_value()
    named = [
        name
        for name, given in (
            ("MCM_MASTER_KEY_FILE", settings.master_key_file is not None),
            ("MCM_MASTER_KEY", bool(current)),
            ("MCM_TRANSIT_URL", bool(settings.transit_url)),
        )
        if given
    ]
    if len(named) > 1:
        raise InvalidInput(
            f"the master key has more than one place: {' and '.join(named)} are set", next_step="keep one of them"
        )
    if settings.transit_url:
        # Here, as its HTTP client is a large import that nobody else needs.
        from mcm.vault.transit import TransitKeys

        return TransitKeys.from_settings(settings)
    if current:
        return EnvironmentKeys(current)
    return FileKeys(settings.key_file, may_create=lambda: not _keys_known(database))


def _keys_known(database: Database) -> int:
    with database.reading() as session:
        return int(session.scalar(select(func.count()).select_from(VaultKey)) or 0)
