"""What an exception means to whoever typed the command: no class names, no advice to debug what they can change."""

from typing import Any

from mcm.cli.failures import USAGE, Failure

_ELSEWHERE = ": see the server's log for its own words"
_CHECK_DATABASE = "check MCM_DATABASE_URL, that the database runs, and that mcm may write there"


def understood(error: Exception) -> Failure:
    if type(error).__name__ == "ValidationError" and getattr(error, "title", "") == "Settings":
        return _settings(error)
    from mcm.cli.system import remedy

    code = str(getattr(error, "code", "") or "")
    if hasattr(error, "message") and hasattr(error, "next_step"):
        cause = getattr(error.__cause__, "orig", None)
        if cause is not None:
            said = str(error.message).removesuffix(_ELSEWHERE)
            return Failure(
                f"{said} ({_database()}: {_first_line(cause)})", next_step=error.next_step or _CHECK_DATABASE, code=code
            )
        # Everything may be one of these: the sentence says more than an explanation could.
        shown = "" if code == "invalid_input" else code
        return Failure(error.message, next_step=error.next_step or remedy(code), code=shown)
    if isinstance(error, UnicodeEncodeError):
        return Failure(
            "an argument holds bytes that are no UTF-8 text", next_step="check the terminal's encoding", exit_code=USAGE
        )
    if isinstance(error, OSError) and error.strerror:
        place = f"{error.filename}: " if error.filename is not None else ""
        return Failure(f"{place}{error.strerror}", next_step="check MCM_DATA_DIR, the path and who may write there")
    if type(error).__module__.startswith("sqlalchemy.") and type(error).__name__ == "ArgumentError":
        return Failure(
            "MCM_DATABASE_URL is not a database's URL",
            next_step="write sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/NAME",
            exit_code=USAGE,
        )
    return Failure(f"{type(error).__name__}: {error}", next_step="set MCM_DEBUG=1 to see where, and report it")


def _settings(error: Any) -> Failure:
    """pydantic's list of faults as one sentence; each names the variable."""
    faults = [
        f"MCM_{'_'.join(map(str, fault['loc'])).upper()} is '{fault['input']}': {_said(fault)}"
        for fault in error.errors()
    ]
    return Failure("; ".join(faults), next_step="change the variable, or unset it for the default", exit_code=USAGE)


def _said(fault: dict[str, Any]) -> str:
    return str(fault["msg"]).removeprefix("Value error, ").removeprefix("Input ").rstrip(".")


def _database() -> str:
    from mcm.db.engine import shown
    from mcm.settings import Settings

    return shown(Settings().database)


def _first_line(cause: object) -> str:
    """The driver's own words. They may name host, port and role, never a password."""
    return next(iter(str(cause).strip().splitlines()), "")[:300]
