"""CloudStack's words for states. libcloud's are not used: it takes Error for terminated and Stopping for pending, and
a single instance in Unknown makes its whole listing fail.

Sources, under https://github.com/apache/cloudstack/tree/main/api/src/main/java: com/cloud/vm/VirtualMachine.java,
com/cloud/storage/Volume.java, com/cloud/storage/Snapshot.java, com/cloud/vm/snapshot/VMSnapshot.java,
com/cloud/network/{Network,IpAddress}.java, com/cloud/host/Status.java, com/cloud/storage/StoragePoolStatus.java.
"""

from mcm.contract.states import CommonState as C
from mcm.contract.states import InstanceState as I
from mcm.contract.states import VolumeState as V

INSTANCE = {
    "Starting": I.STARTING,
    "Running": I.RUNNING,
    "Stopping": I.STOPPING,
    "Stopped": I.STOPPED,
    # From inside the guest.
    "Shutdown": I.STOPPED,
    "Migrating": I.MIGRATING,
    # From a backup; ends as stopped.
    "Restoring": I.STOPPED,
    # Can be recovered until it is expunged.
    "Destroyed": I.TERMINATED,
    "Expunging": I.TERMINATED,
    "Error": I.ERROR,
    "Unknown": I.UNKNOWN,
}
INSTANCE_TASK = {word: word.lower() for word in ("Starting", "Stopping", "Migrating", "Restoring", "Expunging")}

# What is available here is in use once it is attached; the task says what is being done to it.
VOLUME = {
    "Allocated": V.AVAILABLE,
    "Ready": V.AVAILABLE,
    "Migrating": V.AVAILABLE,
    "Snapshotting": V.AVAILABLE,
    "RevertSnapshotting": V.AVAILABLE,
    "Resizing": V.AVAILABLE,
    "Copying": V.AVAILABLE,
    "Restoring": V.AVAILABLE,
    "Consolidating": V.AVAILABLE,
    "Uploaded": V.AVAILABLE,
    "Attaching": V.ATTACHING,
    "Creating": V.CREATING,
    "UploadOp": V.CREATING,
    "NotUploaded": V.CREATING,
    "UploadNotStarted": V.CREATING,
    "UploadInProgress": V.CREATING,
    "Uploading": V.CREATING,
    "Destroy": V.DELETING,
    "Destroying": V.DELETING,
    "Expunging": V.DELETING,
    "Expunged": V.DELETING,
    "UploadError": V.ERROR,
    "UploadAbandoned": V.ERROR,
}
_VOLUME_IN_FLIGHT = {
    *("Migrating", "Snapshotting", "RevertSnapshotting", "Resizing", "Copying", "Restoring", "Consolidating"),
    *("Attaching", "Creating", "UploadOp", "UploadInProgress", "Uploading", "Destroying", "Expunging"),
}
VOLUME_TASK = {word: word.lower() for word in _VOLUME_IN_FLIGHT}

SNAPSHOT = {
    "Allocated": C.PENDING,
    "Creating": C.PENDING,
    "CreatedOnPrimary": C.PENDING,
    "BackingUp": C.PENDING,
    "BackedUp": C.AVAILABLE,
    "Copying": C.AVAILABLE,
    "Hidden": C.UNAVAILABLE,
    "Destroying": C.DELETING,
    "Destroyed": C.DELETING,
    "Error": C.ERROR,
}
INSTANCE_SNAPSHOT = {
    "Allocated": C.PENDING,
    "Creating": C.PENDING,
    "Ready": C.AVAILABLE,
    "Reverting": C.AVAILABLE,
    "Expunging": C.DELETING,
    "Removed": C.DELETING,
    "Error": C.ERROR,
}
NETWORK = {
    # Without a router yet: it gets one with its first instance.
    "Allocated": C.AVAILABLE,
    "Setup": C.AVAILABLE,
    "Implemented": C.AVAILABLE,
    "Implementing": C.PENDING,
    "Shutdown": C.UNAVAILABLE,
    "Destroy": C.DELETING,
}
VPC = {"Enabled": C.AVAILABLE, "Inactive": C.UNAVAILABLE}
PUBLIC_IP = {
    "Free": C.AVAILABLE,
    "Reserved": C.AVAILABLE,
    "Allocated": C.AVAILABLE,
    "Allocating": C.PENDING,
    "Releasing": C.DELETING,
}
# Zones, clusters, offerings, projects and accounts.
SWITCHED = {
    "Enabled": C.AVAILABLE,
    "enabled": C.AVAILABLE,
    "Active": C.AVAILABLE,
    "Disabled": C.UNAVAILABLE,
    "disabled": C.UNAVAILABLE,
    "Inactive": C.UNAVAILABLE,
    "Suspended": C.UNAVAILABLE,
    "locked": C.UNAVAILABLE,
}
HOST = {
    "Creating": C.PENDING,
    "Connecting": C.PENDING,
    "Up": C.AVAILABLE,
    "Rebalancing": C.AVAILABLE,
    "Down": C.UNAVAILABLE,
    "Disconnected": C.UNAVAILABLE,
    "Alert": C.UNAVAILABLE,
    "Removed": C.DELETING,
    "Error": C.ERROR,
}
DATASTORE = {
    "Initial": C.PENDING,
    "Initialized": C.PENDING,
    "Creating": C.PENDING,
    "Attaching": C.PENDING,
    "Up": C.AVAILABLE,
    "PrepareForMaintenance": C.UNAVAILABLE,
    "Maintenance": C.UNAVAILABLE,
    "CancelMaintenance": C.UNAVAILABLE,
    "Disabled": C.UNAVAILABLE,
    "Expunging": C.DELETING,
    "Removed": C.DELETING,
    "ErrorInMaintenance": C.ERROR,
}
