"""EC2's, ELB's and RDS's words for states, and the canonical ones. A word in no table is `unknown`."""

from collections.abc import Mapping

from mcm.contract import InstanceState, VolumeState
from mcm.contract.states import CommonState

# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html
# shutting-down is on its way to terminated, not to stopped: its task state says so.
INSTANCE: Mapping[str, str] = {
    "pending": InstanceState.PENDING,
    "running": InstanceState.RUNNING,
    "shutting-down": InstanceState.STOPPING,
    "stopping": InstanceState.STOPPING,
    "stopped": InstanceState.STOPPED,
    "terminated": InstanceState.TERMINATED,
}
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StateReason.html
HIBERNATED = "Client.UserInitiatedHibernate"
INSTANCE_TASK: Mapping[str, str] = {"shutting-down": "terminating"}

VOLUME: Mapping[str, str] = {
    "creating": VolumeState.CREATING,
    "available": VolumeState.AVAILABLE,
    "in-use": VolumeState.IN_USE,
    "deleting": VolumeState.DELETING,
    "deleted": VolumeState.DELETING,
    "error": VolumeState.ERROR,
}

SNAPSHOT: Mapping[str, str] = {
    "pending": CommonState.PENDING,
    "completed": CommonState.AVAILABLE,
    "error": CommonState.ERROR,
    "recoverable": CommonState.UNAVAILABLE,
    "recovering": CommonState.PENDING,
}

IMAGE: Mapping[str, str] = {
    "pending": CommonState.PENDING,
    "available": CommonState.AVAILABLE,
    "invalid": CommonState.ERROR,
    "deregistered": CommonState.DELETING,
    "transient": CommonState.PENDING,
    "failed": CommonState.ERROR,
    "error": CommonState.ERROR,
    "disabled": CommonState.UNAVAILABLE,
}

NETWORK: Mapping[str, str] = {
    "pending": CommonState.PENDING,
    "available": CommonState.AVAILABLE,
    "unavailable": CommonState.UNAVAILABLE,
    "failed": CommonState.ERROR,
    "failed-insufficient-capacity": CommonState.ERROR,
}

PORT: Mapping[str, str] = {
    "available": CommonState.AVAILABLE,
    "associated": CommonState.AVAILABLE,
    "in-use": CommonState.AVAILABLE,
    "attaching": CommonState.PENDING,
    "pending": CommonState.PENDING,
    "detaching": CommonState.PENDING,
}

ZONE: Mapping[str, str] = {
    "available": CommonState.AVAILABLE,
    "information": CommonState.AVAILABLE,
    "impaired": CommonState.UNAVAILABLE,
    "constrained": CommonState.UNAVAILABLE,
    "unavailable": CommonState.UNAVAILABLE,
}

LOAD_BALANCER: Mapping[str, str] = {
    "active": CommonState.AVAILABLE,
    "provisioning": CommonState.PENDING,
    "active_impaired": CommonState.AVAILABLE,
    "failed": CommonState.ERROR,
}

# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html
# Only what is not one of these sets is `unknown`; the words of the middle one are also the task state.
_DATABASE_UP = ("available", "insufficient-capacity")
_DATABASE_UP_BUSY = (
    "backing-up",
    "configuring-activity-stream",
    "configuring-associated-roles",
    "configuring-enhanced-monitoring",
    "configuring-iam-database-auth",
    "configuring-log-exports",
    "converting-to-vpc",
    "delete-precheck",
    "maintenance",
    "modifying",
    "moving-to-vpc",
    "rebooting",
    "renaming",
    "resetting-master-credentials",
    "storage-config-upgrade",
    "storage-initialization",
    "storage-optimization",
    "upgrading",
)
_DATABASE_DOWN = ("stopped", "inaccessible-encryption-credentials-recoverable")
_DATABASE_ERROR = (
    "failed",
    "inaccessible-encryption-credentials",
    "incompatible-create",
    "incompatible-network",
    "incompatible-option-group",
    "incompatible-parameters",
    "incompatible-restore",
    "restore-error",
    "storage-full",
)
DATABASE: Mapping[str, str] = {
    **dict.fromkeys(_DATABASE_UP, CommonState.AVAILABLE),
    **dict.fromkeys(_DATABASE_UP_BUSY, CommonState.AVAILABLE),
    **dict.fromkeys(_DATABASE_DOWN, CommonState.UNAVAILABLE),
    **dict.fromkeys(_DATABASE_ERROR, CommonState.ERROR),
    "creating": CommonState.PENDING,
    "starting": CommonState.PENDING,
    "stopping": CommonState.UNAVAILABLE,
    "deleting": CommonState.DELETING,
}
DATABASE_TASK: Mapping[str, str] = {
    word: word for word in (*_DATABASE_UP_BUSY, "creating", "starting", "stopping", "deleting")
}
