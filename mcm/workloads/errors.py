"""What can be wrong with a workload."""

from mcm.errors import Conflict, InvalidInput, NotFound


class WorkloadNotFound(NotFound):
    code = "workload_not_found"


class WorkloadVersionNotFound(NotFound):
    code = "workload_version_not_found"


class WorkloadExists(Conflict):
    """The name belongs to a workload that the caller must not know of."""

    code = "workload_exists"


class InvalidDocument(InvalidInput):
    """details.findings: line, column, path, message, suggestion of each."""

    code = "invalid_document"
