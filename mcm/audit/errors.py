"""What the audit trail refuses."""

from mcm.errors import Unavailable


class AuditFailed(Unavailable):
    """The record of a change cannot be written, so the change is not made."""

    code = "audit_failed"
