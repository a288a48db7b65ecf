"""What the composition root built, as endpoints see it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mcm.db.session import Database
from mcm.settings import Settings

if TYPE_CHECKING:
    from mcm.auth.door import Door
    from mcm.events.hub import Hub
    from mcm.gateway import Gateway
    from mcm.identity.pepper import Pepper
    from mcm.jobs.worker import Worker
    from mcm.operations.executor import OperationExecutor
    from mcm.registry import Registry
    from mcm.sync.executor import SyncExecutor
    from mcm.vault import Vault


@dataclass
class Runtime:
    """One for each process. Endpoints only tell `executor` and `operations` to look.

    worker: the process that does what they are told; None: this one does. demonstration: nothing here is real."""

    settings: Settings
    database: Database
    door: "Door"
    registry: "Registry"
    vault: "Vault"
    gateway: "Gateway"
    executor: "SyncExecutor"
    pepper: "Pepper"
    operations: "OperationExecutor"
    events: "Hub"
    worker: "Worker | None" = None
    demonstration: bool = False
