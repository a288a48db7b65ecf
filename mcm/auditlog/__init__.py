"""Reading the audit trail: list, verify, export, retention."""
