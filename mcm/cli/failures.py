"""Failures on the command line: a sentence, the next step and the request id on stderr, and an exit code."""

import os
import sys
from collections.abc import Callable

OK, FAILED, USAGE, NEEDS_LOGIN, PARTLY_FAILED = 0, 1, 2, 4, 5


class Failure(Exception):
    """What went wrong, for people. `exit_code`: 1 failed, 2 usage, 4 needs login, 5 partly failed."""

    def __init__(self, message: str, *, next_step: str = "", request_id: str = "", exit_code: int = FAILED) -> None:
        super().__init__(message)
        self.message, self.next_step, self.request_id, self.exit_code = message, next_step, request_id, exit_code


def guarded(command: Callable[[], object]) -> int:
    """Runs the command line; no traceback reaches the user unless MCM_DEBUG is set."""
    try:
        command()
    except Failure as failure:
        tell(failure)
        return failure.exit_code
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader of a pipe went away (`| head`); not an error.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except Exception as error:
        if os.environ.get("MCM_DEBUG"):
            raise
        next_step = getattr(error, "next_step", "") or "set MCM_DEBUG=1 to see where, and report it"
        tell(Failure(str(getattr(error, "message", "") or f"{type(error).__name__}: {error}"), next_step=next_step))
        return FAILED
    return OK


def tell(failure: Failure) -> None:
    from mcm.cli.output import escaped

    print(f"error: {escaped(failure.message)}", file=sys.stderr)
    if failure.next_step:
        print(f"  next: {escaped(failure.next_step)}", file=sys.stderr)
    if failure.request_id:
        print(f"  request: {failure.request_id}", file=sys.stderr)
