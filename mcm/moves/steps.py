"""The steps of a move: what each does, and what takes it back. The table is at the end.

A step returns True when it is done, False when it has to be looked at again; what it raises ends the move, unless time
may help. Everything may be called again at any time: what was done already is found and not done twice.
"""

from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy.orm import Session

from mcm.auth.service import Caller
from mcm.db.session import after_commit
from mcm.models import Operation, ResourceRow
from mcm.moves import repository, staging, transfers
from mcm.moves.errors import NotVerified, StepFailed
from mcm.moves.noting import note
from mcm.moves.planning import CREATE, IMAGE, STOP, image_params
from mcm.moves.work import Work
from mcm.operations import deciding
from mcm.operations import service as operations
from mcm.operations.orders import unpacked
from mcm.operations.schemas import OperationCreate
from mcm.plans import belts, recycling
from mcm.plans.errors import RecycleFirst
from mcm.registry import reader

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
    code = "step_in_doubt" if row.status == "in_doubt" else ""
    if (work.steps[number].told or {}).get("code", "") != code:
        with work.locked(number) as (_, _row, step):
            note(step, code, operation=row.id)


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
    if step.undo_operation_id is None and _state(work) != "stopped":
        # Somebody was faster.
        return True
    return _operate_start(work, number)


def _operate_start(work: Work, number: int) -> bool:
    asked = OperationCreate(action="instance.start", resource=work.row.resource_id)
    return _operate(work, number, lambda *_: asked, undoing=True) is not None


def _image(work: Work, number: int) -> bool:
    name = f"mcm-move-{work.row.id.removeprefix('mov_')[:12]}"
    params = image_params(name, work.row.wanted.get("root"))
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
    with work.locked(number) as (session, row, step):
        made = session.get(Operation, step.operation_id)
        if made is not None:
            row.facts = {**row.facts, "image_token": made.token} | ({"image": made.made} if made.made else {})
    transfers.remove(work, number, at_source=True)
    return True


def _download(work: Work, number: int) -> bool:
    found, wanted = transfers.describe(work)
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
    if transfers.staged(work).exists():
        return True
    with work.locked(number) as (session, row, _):
        for step in repository.steps(session, row.id):
            if step.name in ("download", "convert"):
                step.status, step.finished_at = "new", None
    return False


def _convert(work: Work, number: int) -> bool:
    if not _here(work, number):
        return False
    if work.row.facts["source_format"] != work.row.facts["format"]:
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
    transfers.remove(work, number, at_source=False)
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


def _no_instance(work: Work, number: int) -> bool:
    """Only what this move has made."""
    step = work.steps[number]
    if step.operation_id is None:
        return True
    if not _over(work, number):
        return _called_off(work, number)
    if step.undo_operation_id is None:
        with work.locked(number) as (session, row, step):
            made = session.get(Operation, step.operation_id)
            ident = made.made_id if made is not None else None
            known = session.get(ResourceRow, ident) if ident else None
            if made is None or (made.made is None and made.sent_at is None) or (known and known.presence == "gone"):
                return True
            if made.made is None and made.status == "failed":
                return True
            if known is None:
                native = (made.made or {}).get("native_id", "")
                raise StepFailed(f"instance {native} is at the target, and not in the inventory yet")
            row.made_id = known.id
    asked = OperationCreate(action="instance.delete", resource=work.row.made_id)
    try:
        return _operate(work, number, lambda *_: asked, undoing=True) is not None
    except RecycleFirst:
        return _into_the_bin(work, number, str(work.row.made_id))


def _into_the_bin(work: Work, number: int, resource_id: str) -> bool:
    with work.locked(number) as (session, row, step):
        caller, runtime = work.caller(session), work.runtime
        found = recycling.wanted(session, runtime.registry, caller, resource_id)
        days = belts.kept_days(session, found.account.id) or int(row.wanted["days"])
        made = recycling.put(session, runtime, caller, found, days, f"move {row.id} was undone")
        note(step, "step_in_bin", bin=made.id)
    return True


def _verify(work: Work, number: int) -> bool:
    """At the target: the instance runs and is what was asked for, and its image is what was sent there."""
    row, facts = work.row, work.row.facts
    image, instance = unpacked(facts["target_image"]), unpacked(facts["instance"])
    assert image is not None
    assert instance is not None
    if row.wanted["stop"] and _state(work) == "running":
        raise NotVerified(
            "the source was started again since it was stopped: what was written there since is not in the image",
            next_step="look who uses it; then `mcm move retry` makes a new image",
        )
    with transfers.lease(work, row.target_account_id) as found:
        shown = transfers.importer(found).image_file(image)
        there = reader(found.provider).observe([instance])[instance]
    wrong = [] if there is not None and there.state == "running" else ["the instance does not run"]
    if there is not None:
        lost = {key for key, value in row.params.get("tags", {}).items() if (there.tags or {}).get(key) != value}
        wrong += [f"tags are missing: {', '.join(sorted(lost))}"] if lost else []
        wrong += [] if there.name == row.params["name"] else ["the instance has another name"]
    wrong += [] if shown.disk_format == facts["format"] else [f"the image's format is {shown.disk_format}"]
    wrong += [] if shown.size_bytes == facts["uploaded"]["bytes"] else [f"the image has {shown.size_bytes} bytes"]
    same = _comparable(work, number, shown.checksum)
    wrong += [] if shown.checksum == same else ["the image has another checksum"]
    wrong += [f"the image's {name} is {shown.properties.get(name)}"
              for name, value in facts["properties"].items() if shown.properties.get(name) != value]  # fmt: skip
    if (shown.min_disk_gib, shown.min_memory_mib) != (facts["min_disk_gib"], facts["min_memory_mib"]):
        wrong.append("the image's smallest disk or memory is not the same")
    if wrong:
        raise NotVerified(f"what is at the target is not what was sent: {'; '.join(wrong)}")
    work.keep(number, verified={"checksum": shown.checksum, "bytes": shown.size_bytes, "format": shown.disk_format})
    return True


def _comparable(work: Work, number: int, shown: str) -> str:
    """The staged file's checksum by the algorithm of the target."""
    known: str = work.row.facts["uploaded"]["checksum"]
    algorithm = shown.partition(":")[0]
    if not shown or known.startswith(f"{algorithm}:"):
        return known if shown else ""
    return staging.checksum_of(transfers.staged(work), algorithm, lambda _: work.beat(number))


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
    """The image at the target stays: clouds rebuild and evacuate an instance from the image it was made of."""
    staging.drop(work.runtime.settings, work.row.id)
    transfers.remove(work, number, at_source=True)
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


def _state(work: Work) -> str:
    with work.runtime.database.reading() as session:
        row = session.get(ResourceRow, work.row.resource_id)
        return row.state if row is not None else ""


TABLE: dict[str, Step] = {
    "stop": Step(_stop, _start),
    "image": Step(_image, _no_image),
    "download": Step(_download, _no_files),
    "convert": Step(_convert, _no_files),
    "upload": Step(_upload, _no_upload),
    "create": Step(_create, _no_instance),
    "verify": Step(_verify),
    "retire": Step(_retire),
    "clean": Step(_clean),
}
# From here on nothing is undone: the instance at the target is good.
NO_WAY_BACK = "verify"
