"""What can be chosen for something new, over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query

from mcm.auth.permissions import Permission
from mcm.edge.dependencies import CallerDep, ReadSession, RuntimeDep, authorize
from mcm.edge.paging import Cursor, Limit
from mcm.operations.choices import service as choices
from mcm.operations.choices.schemas import ChoicesAnswer
from mcm.operations.choices.service import Question

router = APIRouter(tags=["operations"])
Text = Annotated[str | None, Query(max_length=255)]


@router.get("/accounts/{name}/choices", dependencies=[authorize(Permission.OPERATION_READ)])
def list_choices(
    name: str,
    session: ReadSession,
    runtime: RuntimeDep,
    caller: CallerDep,
    action: Annotated[str, Query(max_length=60, description="one that makes something new")] = "instance.create",
    region: Annotated[str | None, Query(max_length=200, description="needed where the account has several")] = None,
    project: Annotated[str | None, Query(max_length=255, description="name or native id of the account's own")] = None,
    flavor: Annotated[
        str | None, Query(max_length=255, description="chosen already: images that do not fit say so")
    ] = None,
    image: Annotated[
        str | None, Query(max_length=255, description="chosen already: flavors that are too small say so")
    ] = None,
    search: Annotated[str | None, Query(description="a part of name or native id, in every list")] = None,
    only: Annotated[list[str] | None, Query(description="only the lists of these parameters")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> ChoicesAnswer:
    """Everything that a form for something new needs: what may be given for each parameter in this account and region,
    whether each can be used and why not, what the quota leaves, and how old all this is. Nothing is asked of the cloud.

    `limit` holds for each list; `search` and `cursor` find the rest. What is usable here, POST /operations accepts."""
    asked = Question(action, region, project, flavor, image, search, tuple(only or ()), limit, cursor)
    return choices.choices(session, runtime.registry, caller, name, asked)
