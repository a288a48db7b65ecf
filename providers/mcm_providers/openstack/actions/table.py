"""Action → what is sent and how its outcome is told."""

from mcm_providers.openstack.actions import networking, servers, volumes
from mcm_providers.openstack.actions.deed import Deed

DEEDS: dict[str, Deed] = {**servers.DEEDS, **volumes.DEEDS, **networking.DEEDS}
