"""Requests that the routes of saved views accept."""

from collections.abc import Callable

from mcm.views import service
from mcm.views.schemas import ViewWrite
from tests.architecture.calls import Call
from tests.lab import CALLER, Lab

_BODY = {"name": "running", "query": {"filter": 'state = "running"', "columns": "kind,state"}, "shared": "everyone"}


def _view(lab: Lab) -> str:
    with lab.runtime.database.writing() as session:
        return f"/views/{service.create(session, CALLER, ViewWrite.model_validate(_BODY)).id}"


def _create(lab: Lab) -> Call:
    return Call("/views", ["view.create"], _BODY)


def _replace(lab: Lab) -> Call:
    return Call(_view(lab), ["view.update"], _BODY | {"name": "on"}, {"If-Match": '"1"'})


def _remove(lab: Lab) -> Call:
    return Call(_view(lab), ["view.remove"])


CALLS: dict[tuple[str, str], Callable[[Lab], Call]] = {
    ("POST", "/api/v1/views"): _create,
    ("PUT", "/api/v1/views/{view_id}"): _replace,
    ("DELETE", "/api/v1/views/{view_id}"): _remove,
}
