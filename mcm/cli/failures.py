"""Failures on the command line: a sentence, the next step and the request id on stderr, and an exit code."""

import os
import sys
from collections.abc import Callable

OK, FAILED, USAGE, NEEDS_LOGIN, PARTLY_FAILED, IN_DOUBT, NEEDS_APPROVAL, INTERRUPTED = 0, 1, 2, 4, 5, 6, 7, 130


class Failure(Exception):
    """What went wrong, for people.

    exit_code: 1 failed, 2 usage, 4 needs login, 5 partly failed, 6 in doubt, 7 needs approval.
    code: what `mcm explain` explains. excerpt: lines that show the place, printed below the sentence.
    """

    def __init__(
        self,
        message: str,
        *,
        next_step: str = "",
        request_id: str = "",
        exit_code: int = FAILED,
        code: str = "",
        excerpt: str = "",
    ) -> None:
        super().__init__(message)
        self.message, self.next_step, self.request_id, self.exit_code = message, next_step, request_id, exit_code
        self.code, self.excerpt = code, excerpt


def guarded(command: Callable[[], int | None]) -> int:
    """Runs the command line; no traceback reaches the user unless MCM_DEBUG is set."""
    try:
        code = command() or OK
        sys.stdout.flush()
    except Failure as known:
        tell(known)
        return known.exit_code
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of a pipe went away (`| head`); not an error.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except Exception as error:
        if os.environ.get("MCM_DEBUG"):
            raise
        from mcm.cli.causes import understood

        failure = understood(error)
        tell(failure)
        return failure.exit_code
    return code


def tell(failure: Failure) -> None:
    from mcm.cli.escaping import escaped

    print(f"error: {escaped(failure.message)}", file=sys.stderr)
    for line in failure.excerpt.splitlines():
        print(f"    {escaped(line)}", file=sys.stderr)
    if failure.next_step:
        print(f"  next: {escaped(failure.next_step)}", file=sys.stderr)
    if failure.code and failure.exit_code != USAGE:
        print(f"  more: mcm explain {escaped(failure.code)}", file=sys.stderr)
    if failure.request_id:
        print(f"  request: {escaped(failure.request_id)}", file=sys.stderr)
