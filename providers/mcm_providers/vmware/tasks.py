"""What became of a vSphere task. vCenter forgets tasks some time after they have ended; then the objects have to tell.

https://developer.broadcom.com/xapis/vsphere-web-services-api/latest/vim.TaskInfo.html
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from mcm_providers.vmware.content import Ref, dig, integer, nested, short
from mcm_providers.vmware.property_collector import filter_spec, retrieve
from mcm_providers.vmware.session import Session

_PATHS = ("info.descriptionId", "info.state", "info.progress", "info.error", "info.result")


class Task(NamedTuple):
    """verb: what is done, in lower case ("poweron"), as vCenter calls it. result: what the task has made, if anything.
    message: vCenter's sentence for a task that failed."""

    key: str
    verb: str
    state: str
    percent: int | None
    message: str
    result: Ref | None

    @property
    def underway(self) -> bool:
        return self.state in ("queued", "running")

    @property
    def failed(self) -> bool:
        return self.state == "error"

    @property
    def succeeded(self) -> bool:
        return self.state == "success"


def read_tasks(session: Session, keys: Sequence[str]) -> list[Task]:
    """Those of the tasks that vCenter still knows."""
    if not keys:
        return []
    specification = filter_spec("specSet", {"Task": _PATHS}, [("Task", key) for key in keys], lenient=True)
    return [_task(one.value, one.properties) for one in retrieve(session, specification, nested)]


def read_task(session: Session, key: str) -> Task | None:
    """None: vCenter does not know it any more."""
    return next(iter(read_tasks(session, [key])), None) if key else None


def one_underway(tasks: Iterable[Task], verbs: Sequence[str]) -> Task | None:
    return next((task for task in tasks if task.underway and task.verb in verbs), None)


def _task(key: str, found: dict[str, Any]) -> Task:
    result = found.get("info.result")
    return Task(
        key=key,
        verb=str(found.get("info.descriptionId") or "").rpartition(".")[2].lower(),
        state=str(found.get("info.state") or ""),
        percent=integer(found.get("info.progress")),
        message=_message(found.get("info.error")),
        result=result if isinstance(result, Ref) else None,
    )


def _message(error: Any) -> str:
    return short(dig(error, "localizedMessage")) or short(dig(error, "fault", "@type"))
