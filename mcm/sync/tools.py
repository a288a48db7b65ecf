"""What every run uses."""

from dataclasses import dataclass

from mcm.db.session import Database
from mcm.gateway import Gateway
from mcm.registry import Registry
from mcm.settings import Settings


@dataclass
class Tools:
    """Settings, database, adapters and the way to the clouds, as the composition root made them."""

    settings: Settings
    database: Database
    registry: Registry
    gateway: Gateway
