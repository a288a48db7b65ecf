"""The rules of stored workloads: one name, many versions, each kept as it was written. Never commits."""

import hashlib
from dataclasses import dataclass

import orjson
from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth.permissions import Permission
from mcm.auth.service import Caller
from mcm.errors import InvalidInput, PreconditionFailed
from mcm.kit import clock
from mcm.kit.ids import new_id
from mcm.models import WorkloadRow, WorkloadVersion
from mcm.tenancy import service as tenancy
from mcm.tenancy import sight
from mcm.workloads import reading, repository
from mcm.workloads.documents import Workload
from mcm.workloads.errors import WorkloadExists, WorkloadNotFound, WorkloadVersionNotFound
from mcm.workloads.reading import found_in, parsed

__all__ = [
    "Stored",
    "apply",
    "as_json",
    "at_version",
    "etag",
    "found_in",
    "get",
    "parsed",
    "preview",
    "remove",
    "stored",
]


@dataclass(frozen=True, slots=True)
class Stored:
    """A workload as it is kept. document: read anew with the shapes of today."""

    id: str
    name: str
    tenant_id: str
    version: int
    hash: str
    document: Workload
    text: str


def get(session: Session, name: str) -> Stored:
    """The newest version. Raises WorkloadNotFound, also for what the session may not see."""
    return stored(row(session, name))


def at_version(session: Session, name: str, number: int) -> Stored:
    """Raises WorkloadNotFound, WorkloadVersionNotFound."""
    found = row(session, name)
    kept = repository.version(session, found.id, number)
    if kept is None:
        raise WorkloadVersionNotFound(
            f"workload '{name}' has no version {number}", next_step=f"its newest is {found.version}"
        )
    return Stored(
        found.id, name, found.tenant_id, kept.version, kept.hash, Workload.model_validate(kept.data), kept.text
    )


def stored(found: WorkloadRow) -> Stored:
    document = Workload.model_validate(found.data)
    return Stored(found.id, found.name, found.tenant_id, found.version, found.hash, document, found.text)


def row(session: Session, name: str) -> WorkloadRow:
    found = None if "\0" in name else repository.find(session, name)
    if found is None:
        raise WorkloadNotFound(f"there is no workload '{name}'", next_step="`mcm workload list` shows all")
    return found


def apply(
    session: Session, caller: Caller, text: str, *, name: str | None = None, if_match: str | None = None
) -> Stored:
    """Makes the workload of a text, or writes its next version; a text that says the same makes none.

    name: what it must be called. Raises InvalidDocument, WorkloadExists, PreconditionFailed, Forbidden."""
    document = parsed(text)
    _require_name(document, name)
    found = repository.anywhere(session, document.name)
    if found is not None:
        _require_held(session, caller, found)
        _require_version(found, if_match)
    now, data = clock.now(), as_json(document)
    made = found is None
    if found is None:
        home = tenancy.home(session, caller, document.tenant)
        found = WorkloadRow(id=new_id("wkl"), name=document.name, tenant_id=home, version=0, created_at=now)
        session.add(found)
    elif document.tenant is not None:
        found.tenant_id = tenancy.home(session, caller, document.tenant)
    digest = _hash(data)
    if found.version and (found.hash, found.text) == (digest, text):
        # Nothing is new, and that it was asked for is still on record.
        _told(session, caller, found, "workload.update", unchanged=True)
        return stored(found)
    found.version, found.hash, found.text, found.data, found.changed_at = found.version + 1, digest, text, data, now
    session.flush()
    session.add(
        WorkloadVersion(
            id=new_id("wkv"), workload_id=found.id, version=found.version, hash=digest, text=text, data=data,
            principal_id=caller.principal_id, created_at=now,
        )
    )  # fmt: skip
    session.flush()
    _told(session, caller, found, "workload.create" if made else "workload.update")
    return stored(found)


def preview(session: Session, caller: Caller, text: str, *, name: str | None = None) -> tuple[Workload, str]:
    """The workload of a text and what `apply` would do: create, replace or none. Raises what `apply` raises."""
    document = parsed(text)
    _require_name(document, name)
    found = repository.anywhere(session, document.name)
    if found is None:
        tenancy.home(session, caller, document.tenant)
        return document, "create"
    _require_held(session, caller, found)
    return document, "none" if (found.hash, found.text) == (_hash(as_json(document)), text) else "replace"


def remove(session: Session, caller: Caller, name: str, if_match: str | None) -> int:
    """With all its versions; estimates keep what they were made of. Returns how many versions."""
    found = to_change(session, caller, name)
    _require_version(found, if_match)
    number = found.version
    _told(session, caller, found, "workload.remove")
    session.delete(found)
    session.flush()
    return number


def to_change(session: Session, caller: Caller, name: str) -> WorkloadRow:
    return sight.changeable(session, caller, Permission.WORKLOAD_READ, lambda: row(session, name))


def etag(found: WorkloadRow | Stored) -> str:
    return f'"{found.version}"'


def as_json(document: Workload) -> dict[str, object]:
    found: dict[str, object] = document.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return {"apiVersion": document.api_version, "kind": document.kind} | found


def findings(text: str) -> list[dict[str, object]]:
    return [reading.told(one) for one in found_in(text)[1]]


def _hash(data: dict[str, object]) -> str:
    return hashlib.sha256(orjson.dumps(data, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _require_name(document: Workload, name: str | None) -> None:
    if name is not None and document.name != name:
        raise InvalidInput(
            f"the document is called '{document.name}', and the address says '{name}'", next_step="make them agree"
        )


def _require_held(session: Session, caller: Caller, found: WorkloadRow) -> None:
    if repository.find(session, found.name) is not None:
        return
    try:
        # Forbidden where the caller may read it.
        to_change(session, caller, found.name)
    except WorkloadNotFound:
        raise WorkloadExists(f"the name '{found.name}' is taken", next_step="choose another name") from None


def _require_version(found: WorkloadRow, if_match: str | None) -> None:
    if if_match is not None and if_match.strip() not in ("*", etag(found)):
        raise PreconditionFailed(
            f"the workload was changed in the meantime (it is at version {found.version})",
            next_step="read it again and repeat the change",
        )


def _told(session: Session, caller: Caller, found: WorkloadRow, action: str, **more: object) -> None:
    details = {"name": found.name, "version": found.version, "hash": found.hash, "tenant": found.tenant_id} | more
    audit.record(session, caller, action, "workload", found.id, details=details)
