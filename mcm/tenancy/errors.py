"""What the tenancy room refuses."""

from mcm.errors import Conflict, NotFound


class TenantNotFound(NotFound):
    code = "tenant_not_found"


class TenantExists(Conflict):
    """Another child of the same parent has the name."""

    code = "tenant_exists"


class TenantNotEmpty(Conflict):
    """details.holds: what is still in it, by name."""

    code = "tenant_not_empty"


class QuotaExceeded(Conflict):
    """details: resource, limit, used, reserved and asked, and the tenant whose limit it is."""

    code = "quota_exceeded"


class QuotaUnpriced(Conflict):
    """A limit of money per month holds, and what is asked for has no price. details.reasons: why."""

    code = "quota_unpriced"


class ReservationNotFound(NotFound):
    code = "reservation_not_found"


class ReservationEnded(Conflict):
    """It was released, or its time is over: what it held may have been given to others."""

    code = "reservation_ended"
