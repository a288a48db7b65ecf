"""Action → how it is done."""

from mcm_providers.vmware.actions import cloning, console, deleting, labelling, power, settings, snapshots
from mcm_providers.vmware.actions.desk import Deed

DEEDS: dict[str, Deed] = {
    **power.DEEDS,
    **cloning.DEEDS,
    **deleting.DEEDS,
    **settings.DEEDS,
    **labelling.DEEDS,
    **snapshots.DEEDS,
    **console.DEEDS,
}
