"""The device-style sign-in over HTTP: the command line's two routes, and the two of whoever answers."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from mcm.auth.permissions import Permission
from mcm.edge.confirmation import recently_confirmed
from mcm.edge.dependencies import CallerDep, RuntimeDep, UnitDep, authorize
from mcm.edge.mutation import MutationDep
from mcm.errors import McmError
from mcm.identity import devices
from mcm.identity.parameters import VisitDep, require_session
from mcm.identity.schemas import DeviceAnswer, DeviceDecision, DeviceItem, DevicePoll, DeviceStart, DeviceToken

router = APIRouter(prefix="/auth/device", tags=["auth"])


@router.post("", status_code=201)
def start_device(body: DeviceStart, runtime: RuntimeDep, visit: VisitDep, request: Request) -> DeviceAnswer:
    """A short code to show, and a secret one to ask with."""
    base = runtime.settings.public_url.rstrip("/") or str(request.base_url).rstrip("/")
    with runtime.database.writing(durable=False) as session:
        return devices.start(session, visit, body, f"{base}/device")


@router.post("/token")
def poll_device(body: DevicePoll, runtime: RuntimeDep, visit: VisitDep) -> DeviceToken:
    """400: device_pending, device_slow_down (wait details.interval_s from now on), device_denied, device_expired."""
    with runtime.database.writing() as session:
        answer = devices.poll(session, visit, body.device_code)
    if isinstance(answer, McmError):
        raise answer
    return answer


@router.get("/request", dependencies=[authorize(Permission.OWN_READ)])
def show_device_request(
    caller: CallerDep, unit: UnitDep, user_code: Annotated[str, Query(max_length=40)]
) -> DeviceItem:
    """What waits behind a short code, and from where. Guesses are slowed down."""
    return devices.asked(unit, caller, user_code)


@router.post("/decision", dependencies=[authorize(Permission.OWN_WRITE), recently_confirmed], response_model=DeviceItem)
def decide_device(body: DeviceDecision, mutation: MutationDep, unit: UnitDep) -> Any:
    """Approving gives that command line an API token with all that the caller may do."""
    require_session(mutation.caller)
    if saved := mutation.earlier():
        return saved
    devices.asked(unit, mutation.caller, body.user_code)
    return mutation.run(lambda session: devices.decide(session, mutation.caller, body.user_code, body.approve))
