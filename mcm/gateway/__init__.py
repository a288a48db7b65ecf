"""The only way mcm reaches a cloud: guarded sockets, deadlines, rate governor, breaker, counters, one kind of error."""

from mcm.gateway.admission import Admission, AdmissionHook, Change
from mcm.gateway.gateway import AccountAccess, Gateway, Lease

__all__ = ["AccountAccess", "Admission", "AdmissionHook", "Change", "Gateway", "Lease"]
