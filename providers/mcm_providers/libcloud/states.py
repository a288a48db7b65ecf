"""libcloud's own words for states, as far as they are believed; for drivers without a table of their own.

Proven drivers do not come here: theirs stand in `drivers/<driver>/states.py`, by the cloud's own words. libcloud's are
believed only where they cannot hide another: its drivers fold errors, deletion and words they do not know into
"terminated" and "pending".
"""

from mcm.contract.states import InstanceState as I
from mcm.contract.states import VolumeState as V

INSTANCE = {
    "starting": I.STARTING,
    "running": I.RUNNING,
    "rebooting": I.REBOOTING,
    "stopping": I.STOPPING,
    "stopped": I.STOPPED,
    "suspended": I.SUSPENDED,
    "paused": I.PAUSED,
    "migrating": I.MIGRATING,
    "error": I.ERROR,
}
VOLUME = {
    "available": V.AVAILABLE,
    "inuse": V.IN_USE,
    "creating": V.CREATING,
    "attaching": V.ATTACHING,
    "deleting": V.DELETING,
    "error": V.ERROR,
}
