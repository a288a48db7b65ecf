"""What can be wrong with a saved view."""

from mcm.errors import Conflict, InvalidInput, NotFound


class ViewNotFound(NotFound):
    """Also for what is somebody else's and not shared with the caller."""

    code = "view_not_found"


class ViewExists(Conflict):
    code = "view_exists"


class TooManyViews(Conflict):
    code = "too_many_views"


class InvalidView(InvalidInput):
    code = "invalid_view"
