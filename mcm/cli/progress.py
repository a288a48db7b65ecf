"""Progress of a sync on stderr: a bar for each scope on a terminal, a plain line for each finished scope otherwise."""

from typing import Any

from mcm.cli.escaping import escaped
from mcm.cli.output import note

_DONE = ("complete", "failed", "quarantined", "unsupported", "abandoned")


def counted(scope: dict[str, Any]) -> str:
    """A change feed lists what changed: 0 of it is no empty cloud."""
    return f"{scope['listed']} {'told by its change feed' if scope.get('mode') == 'changes' else 'listed'}"


class Lines:
    def __init__(self) -> None:
        self._told: set[int] = set()

    def update(self, answer: dict[str, Any]) -> None:
        for scope in answer["scopes"]:
            if scope["outcome"] in _DONE and scope["scope_id"] not in self._told and scope["outcome"] != "unsupported":
                self._told.add(scope["scope_id"])
                place = " ".join(part for part in (scope["account"], scope["region"], scope["kind"]) if part)
                said = scope["error_message"] or scope["error_code"] or counted(scope)
                note(f"{place}: {scope['outcome']}, {said}")

    def close(self) -> None:
        return


class Bars:
    """How many a cloud will list is not known beforehand, so a bar pulses while it counts."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        self._progress = Progress(
            # Names come from clouds: they are no markup.
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=20),
            TextColumn("{task.fields[listed]:>8} {task.fields[outcome]}", markup=False),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._tasks: dict[int, Any] = {}
        self._overall = self._progress.add_task("all scopes", total=None, listed="", outcome="")
        self._progress.start()

    def update(self, answer: dict[str, Any]) -> None:
        scopes = [scope for scope in answer["scopes"] if scope["outcome"] != "unsupported"]
        done = sum(scope["outcome"] in _DONE for scope in scopes)
        self._progress.update(self._overall, total=len(scopes) or None, completed=done, listed=f"{done}/{len(scopes)}")
        for scope in scopes:
            task = self._tasks.get(scope["scope_id"])
            if scope["outcome"] == "running" and task is None:
                label = escaped(f"{scope['account']} {scope['region']} {scope['kind']}")
                task = self._progress.add_task(label, total=None, listed=0, outcome="")
                self._tasks[scope["scope_id"]] = task
            if task is not None:
                self._progress.update(task, listed=scope["listed"], visible=scope["outcome"] == "running")

    def close(self) -> None:
        self._progress.stop()
