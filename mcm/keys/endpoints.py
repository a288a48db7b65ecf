"""The master key: which one is in use, and its rotation. Over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth.permissions import Permission
from mcm.edge.confirmation import recently_confirmed
from mcm.edge.dependencies import ReadSession, RuntimeDep, UnitDep, authorize
from mcm.edge.mutation import MutationDep
from mcm.errors import Unavailable
from mcm.keys import service
from mcm.keys.rotation import Rotation
from mcm.keys.schemas import KeyList, RotationAnswer
from mcm.vault import VaultError

router = APIRouter(prefix="/keys", tags=["keys"])
DryRun = Annotated[bool, Query(description="say how many values would be sealed anew; change nothing")]
_TRIES = 3


@router.get("", dependencies=[authorize(Permission.KEY_READ)])
def list_keys(session: ReadSession, runtime: RuntimeDep) -> KeyList:
    """Which master keys there are and how many values each has sealed; never a key itself."""
    return service.overview(session, runtime.vault)


@router.post(
    "/rotation", dependencies=[authorize(Permission.KEY_WRITE), recently_confirmed], response_model=RotationAnswer
)
def rotate_key(runtime: RuntimeDep, unit: UnitDep, mutation: MutationDep, dry_run: DryRun = False) -> Any:
    """Seals every stored value under a new master key, or finishes a rotation that was interrupted."""
    rotation = Rotation(runtime.database, runtime.vault)
    if dry_run:
        with unit.reading() as session:
            return rotation.preview(session)
    if saved := mutation.earlier():
        return saved

    def change(session: Session) -> RotationAnswer:
        told = rotation.reseal(session)
        details = told.model_dump(mode="json", include={"former", "values", "source", "resumed"})
        audit.record(session, mutation.caller, "keys.rotate", "vault_key", told.key_id, details=details)
        return told

    with rotation.prepared():
        answer = _patient(lambda: mutation.run(change))
        rotation.finish()
    return answer


def _patient(run: Any) -> Response:
    """PostgreSQL may choose us of two that wait for each other: everything is as before, and it is tried again."""
    for _ in range(_TRIES - 1):
        try:
            answer: Response = run()
            return answer
        except VaultError:
            raise
        except Unavailable:
            continue
    last: Response = run()
    return last
