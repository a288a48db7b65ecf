"""What gets killed: python -m tests.rooms.auditlog.victim URL FOLDER [once].

Announces each change in a transaction of its own, "calls the cloud", records the result; for ever, or up to the call.
"""

import sys
import time
from pathlib import Path

from mcm.audit import segments
from mcm.audit import service as audit
from mcm.db.engine import build_engine
from mcm.db.session import Database
from mcm.vault import Vault
from tests.rooms.auditlog.world import CALLER


def main() -> None:
    url, folder, *once = sys.argv[1:]
    database = Database(build_engine(url))
    audit.install(database, Vault(Path(folder) / "master.key"))
    for count in range(1_000_000):
        with database.writing() as session:
            audit.record(session, CALLER, "thing.stop", "thing", f"t{count}", phase="intent", outcome="sent")
        print(count, flush=True)
        if once:
            time.sleep(60)
        with database.writing() as session:
            audit.record(session, CALLER, "thing.stop", "thing", f"t{count}")
        if count % 5 == 4:
            with database.writing() as session:
                segments.seal_due(session, most_rows=5)


if __name__ == "__main__":
    main()
