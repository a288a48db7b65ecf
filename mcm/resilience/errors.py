"""What can be wrong with a question about availability."""

from mcm.errors import NotFound


class ApplicationNotFound(NotFound):
    code = "application_not_found"
