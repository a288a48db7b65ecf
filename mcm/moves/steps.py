"""The steps of a move: what each does, and what takes it back. The table is at the end.

A step returns True when it is done, False when it has to be looked at again; what it raises ends the move, unless time
may help. Everything may be called again at any time: what was done already is found and not done twice.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from mcm.auth.service import Caller
from mcm.db.session import after_commit
from mcm.models import Operation, ResourceRow
from mcm.moves import repository, staging, transfers
from mcm.moves.disks import disk_of, kind_of
from mcm.moves.errors import StepFailed
from mcm.moves.following import CREATE
from mcm.moves.noting import note
from mcm.moves.planning import ATTACH, IMAGE, STOP, VOLUME, image_params
from mcm.moves.proving import source_state, verify
from mcm.moves.work import Work
from mcm.operations import deciding
from mcm.operations import service as operations
from mcm.operations.schemas import OperationCreate
from mcm.plans import belts, recycling
from mcm.plans.errors import RecycleFirst

_ENDED_BADLY = ("failed", "cancelled")
Ask = Callable[[Session, Caller], OperationCreate]


class Step(NamedTuple):
    do: Callable[[Work, int], bool]
    undo: Callable[[Work, int], bool] | None = None


def _operate(work: Work, number: int, ask: Ask, *, undoing: bool = False) -> Operation | None:
    """Asks once, and from then on looks. None: not over yet. Raises StepFailed, and what stands in the way of it."""
    with work.locked(number) as (session, _, step):
        ident = step.undo_operation_id if undoing else step.operation_id
        if ident is None:
            caller = work.caller(session)
            runtime = work.runtime
            found = operations.wanted(session, runtime.registry, caller, ask(session, caller))
            made = operations.create(session, runtime.vault, caller, found)
            if undoing:
                step.undo_operation_id = made.id
            else:
                step.operation_id = made.id
            after_commit(session, runtime.operations.wake)
            return None
        row = session.get(Operation, ident)
        if row is None:
            raise StepFailed(f"operation {ident} is not there any more")
        session.expunge(row)
    _say(work, number, row)
    if row.status in _ENDED_BADLY:
        raise StepFailed(
            f"{row.action} ended as {row.status}: {row.error_message or 'somebody cancelled it'}",
            next_step=row.next_step or f"mcm operation show {row.id}",
        )
    return row if row.status == "succeeded" else None


def _say(work: Work, number: int, row: Operation) -> None:
    said = "step_in_doubt" if row.status == "in_doubt" else ""
    if (work.steps[number].told or {}).get("code", "") != said:
        with work.locked(number) as (_, _row, step):
            note(step, said, operation=row.id)


def _stop(work: Work, number: int) -> bool:
    asked = OperationCreate(action=STOP, resource=work.row.resource_id)
    return _operate(work, number, lambda *_: asked) is not None


def _start(work: Work, number: int) -> bool:
    """Only what this move has stopped."""
    step = work.steps[number]
    if step.operation_id is None:
        return True
    if not _over(work, number):
        return _called_off(work, number)
    stopped = _ended(work, number)
    if stopped is None or stopped.sent_at is None:
        return True
    if step.undo_operation_id is None and source_state(work) != "stopped":
        # Somebody was faster.
        return True
    return _operate_start(work, number)


def _operate_start(work: Work, number: int) -> bool:
    asked = OperationCreate(action="instance.start", resource=work.row.resource_id)
    return _operate(work, number, lambda *_: asked, undoing=True) is not None


def _image(work: Work, number: int) -> bool:
    disk = work.disk(number)
    name = f"mcm-move-{work.row.id.removeprefix('mov_')[:12]}{f'-{disk}' if disk else ''}"
    params = image_params(name, work.row.wanted["disks"][disk]["volume"] if disk else work.row.wanted.get("root"))
    asked = OperationCreate(action=IMAGE, resource=work.row.resource_id, params=params)
    made = _operate(work, number, lambda *_: asked)
    if made is None:
        return False
    if made.made is None:
        raise StepFailed("the cloud made an image and does not say which")
    work.keep(number, image=made.made, image_token=made.token, image_name=name)
    return True


def _no_image(work: Work, number: int) -> bool:
    if work.steps[number].operation_id is None:
        return True
    if not _over(work, number):
        return _called_off(work, number)
    with work.runtime.database.reading() as session:
        made = session.get(Operation, work.steps[number].operation_id)
        facts: dict[str, Any] = {"image_token": made.token, "image": made.made} if made is not None else {}
    work.keep(number, **facts)
    transfers.remove(work, number, work.disk(number), at_source=True)
    return True


def _download(work: Work, number: int) -> bool:
    found, wanted = transfers.describe(work, work.disk(number))
    work.keep(
        number, source_format=found.disk_format, format=wanted, checksum=found.checksum,
        min_disk_gib=found.min_disk_gib, min_memory_mib=found.min_memory_mib, properties=dict(found.properties),
        source_bytes=found.size_bytes,
    )  # fmt: skip
    file = transfers.download(work, number, found)
    work.keep(number, staged=file.name)
    return True


def _here(work: Work, number: int) -> bool:
    """Whether the copy is in this process' data directory. Where another machine has made it, it is made once more."""
    disk = work.disk(number)
    if transfers.staged(work, disk).exists():
        return True
    with work.locked(number) as (session, row, _):
        for step in repository.steps(session, row.id):
            if kind_of(step.name) in ("download", "convert") and disk_of(step.name) == disk:
                step.status, step.finished_at = "new", None
    return False


def _convert(work: Work, number: int) -> bool:
    if not _here(work, number):
        return False
    facts = work.facts(work.disk(number))
    if facts["source_format"] != facts["format"]:
        transfers.convert(work, number)
        return True
    with work.locked(number) as (_, _row, step):
        step.status = "skipped"
    return True


def _no_files(work: Work, number: int) -> bool:  # noqa: ARG001
    staging.drop(work.runtime.settings, work.row.id)
    return True


def _upload(work: Work, number: int) -> bool:
    if not _here(work, number):
        return False
    transfers.upload(work, number)
    return True


def _no_upload(work: Work, number: int) -> bool:
    transfers.remove(work, number, work.disk(number), at_source=False)
    return True


def _create(work: Work, number: int) -> bool:
    row = work.row
    params = row.params | {"image": row.facts["target_image"]["native_id"]}
    asked = OperationCreate(action=CREATE, account=row.target_account_id, region=row.target_region, params=params)
    made = _operate(work, number, lambda *_: asked)
    if made is None:
        return False
    if made.made is None:
        raise StepFailed("the cloud made an instance and does not say which")
    with work.locked(number) as (_, row, _step):
        row.facts = {**row.facts, "instance": made.made}
        row.made_id = made.made_id
    return True


def _volume(work: Work, number: int) -> bool:
    row, disk = work.row, work.disk(number)
    wanted, image = row.wanted["disks"][disk], work.facts(disk)["target_image"]["native_id"]
    params = {"name": wanted["name"], "size_gib": wanted["size_gib"], "image": image, "tags": wanted["tags"]}
    asked = OperationCreate(action=VOLUME, account=row.target_account_id, region=row.target_region, params=params)
    made = _operate(work, number, lambda *_: asked)
    if made is None:
        return False
    if made.made is None:
        raise StepFailed("the cloud made a volume and does not say which")
    work.keep(number, volume=made.made, volume_id=made.made_id)
    return True


def _no_volume(work: Work, number: int) -> bool:
    return _unmade(work, number, "volume.delete")


def _attach(work: Work, number: int) -> bool:
    params = {"instance": work.row.facts["instance"]["native_id"]}
    asked = OperationCreate(action=ATTACH, resource=work.facts(work.disk(number))["volume_id"], params=params)
    return _operate(work, number, lambda *_: asked) is not None


def _detach(work: Work, number: int) -> bool:
    if work.steps[number].operation_id is None:
        return True
    if not _over(work, number):
        return _called_off(work, number)
    if _ended(work, number) is None and work.steps[number].undo_operation_id is None:
        return True
    asked = OperationCreate(action="volume.detach", resource=work.facts(work.disk(number))["volume_id"])
    return _operate(work, number, lambda *_: asked, undoing=True) is not None


def _no_instance(work: Work, number: int) -> bool:
    try:
        return _unmade(work, number, "instance.delete")
    except RecycleFirst:
        return _into_the_bin(work, number, str(work.row.made_id))


def _unmade(work: Work, number: int, action: str) -> bool:
    """Deletes what this step has made, and nothing else."""
    step = work.steps[number]
    if step.operation_id is None:
        return True
    if not _over(work, number):
        return _called_off(work, number)
    with work.locked(number) as (session, row, step):
        made = session.get(Operation, step.operation_id)
        ident = made.made_id if made is not None else None
        if step.undo_operation_id is None:
            known = session.get(ResourceRow, ident) if ident else None
            if made is None or (made.made is None and made.sent_at is None) or (known and known.presence == "gone"):
                return True
            if made.made is None and made.status == "failed":
                return True
            if known is None:
                native = (made.made or {}).get("native_id", "")
                raise StepFailed(f"{native} is at the target, and not in the inventory yet")
            if action == "instance.delete":
                row.made_id = known.id
    asked = OperationCreate(action=action, resource=ident)
    return _operate(work, number, lambda *_: asked, undoing=True) is not None


def _into_the_bin(work: Work, number: int, resource_id: str) -> bool:
    with work.locked(number) as (session, row, step):
        caller, runtime = work.caller(session), work.runtime
        found = recycling.wanted(session, runtime.registry, caller, resource_id)
        days = belts.kept_days(session, found.account.id) or int(row.wanted["days"])
        made = recycling.put(session, runtime, caller, found, days, f"move {row.id} was undone")
        note(step, "step_in_bin", bin=made.id)
    return True


def _retire(work: Work, number: int) -> bool:
    """Into the recycle bin: stopped now, deleted in days, and only if nobody has started it by then."""
    if work.row.facts.get("recycled"):
        return True
    with work.locked(number) as (session, row, step):
        caller, runtime = work.caller(session), work.runtime
        found = recycling.wanted(session, runtime.registry, caller, row.resource_id)
        why = f"moved to {row.target_account_name} ({row.id})"
        made = recycling.put(session, runtime, caller, found, int(row.wanted["days"]), why)
        row.facts = {**row.facts, "recycled": made.id}
        note(step, "step_retired", bin=made.id)
    return True


def _clean(work: Work, number: int) -> bool:
    """The images at the target stay: clouds rebuild and evacuate an instance from the image it was made of, and may
    keep a volume as what differs from its image."""
    staging.drop(work.runtime.settings, work.row.id)
    for disk in ("", *work.row.wanted.get("disks", {})):
        transfers.remove(work, number, disk, at_source=True)
    return True


def _ended(work: Work, number: int) -> Operation | None:
    """The operation of a step, when it succeeded."""
    ident = work.steps[number].operation_id
    if ident is None:
        return None
    with work.runtime.database.reading() as session:
        row = session.get(Operation, ident)
        return row if row is not None and row.status == "succeeded" else None


def _over(work: Work, number: int) -> bool:
    with work.runtime.database.reading() as session:
        row = session.get(Operation, work.steps[number].operation_id)
        return row is None or row.status in ("succeeded", *_ENDED_BADLY)


def _called_off(work: Work, number: int) -> bool:
    """An operation that was not sent yet is cancelled; one that was is waited for. True: there is nothing to undo."""
    with work.locked(number) as (session, _, step):
        row = session.get(Operation, step.operation_id)
        if row is None or row.status in _ENDED_BADLY:
            return True
        if row.status == "queued" and row.cancel_at is None:
            deciding.cancel(session, work.caller(session), row)
            after_commit(session, work.runtime.operations.wake)
    return False


# Of a step for one further volume the name is followed by a colon and which one that is.
TABLE: dict[str, Step] = {
    "stop": Step(_stop, _start),
    "image": Step(_image, _no_image),
    "download": Step(_download, _no_files),
    "convert": Step(_convert, _no_files),
    "upload": Step(_upload, _no_upload),
    "volume": Step(_volume, _no_volume),
    "create": Step(_create, _no_instance),
    "attach": Step(_attach, _detach),
    "verify": Step(verify),
    "retire": Step(_retire),
    "clean": Step(_clean),
}
# From here on nothing is undone: the instance at the target is good.
NO_WAY_BACK = "verify"
