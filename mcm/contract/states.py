"""Canonical states. A native string that no table knows becomes `unknown`; it is never guessed."""

from enum import StrEnum


class InstanceState(StrEnum):
    PENDING = "pending"
    STARTING = "starting"
    RUNNING = "running"
    REBOOTING = "rebooting"
    STOPPING = "stopping"
    STOPPED = "stopped"
    SUSPENDED = "suspended"
    PAUSED = "paused"
    SHELVED = "shelved"
    MIGRATING = "migrating"
    TERMINATED = "terminated"
    ERROR = "error"
    UNKNOWN = "unknown"


class VolumeState(StrEnum):
    CREATING = "creating"
    AVAILABLE = "available"
    ATTACHING = "attaching"
    IN_USE = "in_use"
    DETACHING = "detaching"
    DELETING = "deleting"
    ERROR = "error"
    UNKNOWN = "unknown"


class CommonState(StrEnum):
    """The states of every other kind."""

    PENDING = "pending"
    AVAILABLE = "available"
    UNAVAILABLE = "unavailable"
    DELETING = "deleting"
    ERROR = "error"
    UNKNOWN = "unknown"
