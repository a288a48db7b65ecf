"""Action → what is sent and how its outcome is told."""

from mcm_providers.openstack.actions import imaging, networking, servers, volumes
from mcm_providers.openstack.actions.deed import Deed

DEEDS: dict[str, Deed] = {**servers.DEEDS, **imaging.DEEDS, **volumes.DEEDS, **networking.DEEDS}
