"""Action → how it is done."""

from mcm_providers.aws.actions import (
    addresses,
    attaching,
    creating,
    imaging,
    instances,
    keypairs,
    power,
    rules,
    volumes,
)
from mcm_providers.aws.actions.desk import Deed

DEEDS: dict[str, Deed] = {
    **power.DEEDS,
    **creating.DEEDS,
    **instances.DEEDS,
    **imaging.DEEDS,
    **volumes.DEEDS,
    **attaching.DEEDS,
    **rules.DEEDS,
    **addresses.DEEDS,
    **keypairs.DEEDS,
}
