"""The executors of a process that leaves reading and acting to its worker: they pass on what they are told."""

from mcm.jobs.worker import Worker
from mcm.operations.executor import OperationExecutor
from mcm.sync.executor import SyncExecutor
from mcm.sync.plan import Progress
from mcm.sync.tools import Tools
from mcm.vault import Vault

DISPATCH, CANCEL, RETRY, FORGET, OPERATIONS = "dispatch", "cancel", "retry", "forget", "operations"


class AwayReads(SyncExecutor):
    """Reads nothing unless `dispatch` or `claim_and_run` are called for themselves."""

    def __init__(self, tools: Tools, vault: Vault, worker: Worker) -> None:
        super().__init__(tools, vault)
        self._worker = worker

    def dispatch_soon(self) -> None:
        self._worker.tell(DISPATCH)

    def cancel_account(self, account_id: str) -> None:
        self._worker.tell(CANCEL, account_id)

    def retry(self, account_id: str) -> None:
        super().retry(account_id)
        self._worker.tell(RETRY, account_id)

    def forget(self, account_id: str) -> None:
        super().forget(account_id)
        self._worker.tell(FORGET, account_id)

    def progress(self, run_id: str) -> Progress | None:
        told = self._worker.report.runs.get(run_id)
        return None if told is None else Progress(*told)

    def rates(self) -> dict[tuple[str, str, str], float]:
        return super().rates() | self._worker.report.rates

    @property
    def running(self) -> int:
        return len(self._worker.report.runs)

    @property
    def works(self) -> bool:
        return self._worker.up


class AwayOperations(OperationExecutor):
    def __init__(self, tools: Tools, vault: Vault, worker: Worker) -> None:
        super().__init__(tools, vault)
        self._worker = worker

    def wake(self) -> None:
        self._worker.tell(OPERATIONS)
