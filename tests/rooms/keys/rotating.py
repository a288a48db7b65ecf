"""One rotation without HTTP."""

from mcm.db.session import Database
from mcm.keys.rotation import Rotation
from mcm.vault import Vault


def rotate_once(database: Database, vault: Vault) -> Rotation:
    made = Rotation(database, vault)
    with made.prepared():
        with database.writing() as session:
            made.reseal(session)
        made.finish()
    return made
