"""Optional abilities of a provider, and the reasons for which one is missing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Capability(StrEnum):
    """One member for each optional Protocol in `provider.py`."""

    INVENTORY = "inventory"
    CHANGE_FEED = "change_feed"
    ACTIONS = "actions"
    PRICES = "prices"
    METRICS = "metrics"
    IMAGE_EXPORT = "image_export"
    IMAGE_IMPORT = "image_import"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is absent: a code of the provider's message catalogue and the values its sentence needs."""

    code: str
    params: Mapping[str, str] = field(default_factory=dict)
