"""A descriptor's module that imports the adapter, and with it everything the adapter needs."""

from mcm_providers.simulated.adapter import SimulatedProvider
from mcm_providers.simulated.descriptor import DESCRIPTOR

__all__ = ["DESCRIPTOR", "SimulatedProvider"]
