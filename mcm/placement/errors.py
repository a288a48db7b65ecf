"""What can be wrong with a placement, a place or what is held of one."""

from mcm.errors import Conflict, InvalidInput, NotFound


class LocationNotFound(NotFound):
    code = "location_not_found"


class PlacementNotFound(NotFound):
    code = "placement_not_found"


class CapacityReservationNotFound(NotFound):
    code = "capacity_reservation_not_found"


class LatencyNotFound(NotFound):
    code = "latency_not_found"


class Contradiction(InvalidInput):
    """What a workload asks for excludes itself. details.members: the tiers that are in it."""

    code = "placement_contradiction"


class InvalidPlacement(InvalidInput):
    code = "invalid_placement"


class PlacementNotOpen(Conflict):
    """It has ended, or is not at the point where this can be done."""

    code = "placement_not_open"


class PlacementNeedsApproval(Conflict):
    code = "placement_needs_approval"


class OwnPlacement(Conflict):
    """Whoever asked for it cannot be the one who approves."""

    code = "own_placement"


class PlacementHashDiffers(Conflict):
    """What is approved is not what was decided."""

    code = "placement_hash_differs"


class NoCandidateLeft(Conflict):
    """Every candidate was taken, or may not be used any more. details.tried: why, by location."""

    code = "no_candidate_left"


class PolicyDenies(Conflict):
    """A hard policy does not allow it there. details: policy, version, location, values."""

    code = "policy_denies"
