"""Takes signed heads out of the database's reach: to a file that is only appended to, and to syslog (RFC 5424)."""

import fcntl
import logging.handlers
import os
import platform
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from mcm.audit import heads
from mcm.audit.heads import Head
from mcm.audit.keys import SegmentKeys
from mcm.audit.verify import Report
from mcm.db.session import Database
from mcm.errors import InvalidInput, Unavailable
from mcm.kit import clock
from mcm.settings import Settings

_TAIL = 4096
_AUTHPRIV = logging.handlers.SysLogHandler.LOG_AUTHPRIV


class HeadBroken(Unavailable):
    """What was exported last is not in the trail."""

    code = "audit_head_broken"


class HeadExport:
    """One for each process that has periodic work; several may append to one file."""

    def __init__(self, settings: Settings, database: Database, keys: SegmentKeys) -> None:
        self._file, self._database, self._keys = settings.audit_head_file, database, keys
        self._syslog = settings.audit_syslog
        self._sent: bytes | None = None

    def run(self) -> None:
        """Exports the head if it has moved. Raises HeadBroken, and Unavailable where it cannot be written."""
        if self._file is not None:
            try:
                self._append(self._file.expanduser())
            except OSError as error:
                said = f"the head of the audit trail cannot be written to {self._file}: {error.strerror or error}"
                raise Unavailable(said, next_step="make room there, or correct MCM_AUDIT_HEAD_FILE") from error
        if self._syslog:
            head = self._head()
            if head is not None and head.mac != self._sent:
                _send(syslog_address(self._syslog), head)
                self._sent = head.mac

    def _head(self) -> Head | None:
        with self._database.reading() as session:
            return heads.current(session.connection(), self._keys)

    def _append(self, path: Path) -> None:
        new = not path.exists()
        with os.fdopen(os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600), "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            torn, last = _last(file)
            # Read while the file is ours, so that its lines stand in the trail's order.
            head = self._head()
            if head is None and last is None:
                return
            if last is not None:
                self._must_contain(last, path)
            if head is None or (last is not None and (last.segment, last.mac) == (head.segment, head.mac)):
                return
            file.write((b"\n" if torn else b"") + head.line().encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        if new:
            folder = os.open(path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def _must_contain(self, last: Head, path: Path) -> None:
        """Nothing is appended to a file that proves a loss: who reads it must find its last line missing."""
        report = Report()
        with self._database.reading() as session:
            heads.Heads(session.connection(), self._keys).compare([last.line()], report)
        if report.finding is not None:
            raise HeadBroken(
                f"the audit trail is not the one whose head stands in {path}: {report.finding.message}",
                next_step="find out who changed the database; after restoring a backup, keep that file and name a new "
                "one in MCM_AUDIT_HEAD_FILE",
            )


def lines_of(path: Path) -> Iterator[str]:
    """Raises Unavailable when the file cannot be read."""
    try:
        with path.expanduser().open(encoding="utf-8", errors="replace") as file:
            yield from file
    except OSError as error:
        raise Unavailable(f"the file of exported heads {path} cannot be read: {error.strerror or error}") from error


def syslog_address(text: str) -> tuple[str, int] | str:
    """udp://host:port, or the path of a Unix socket (unix:///dev/log, /dev/log)."""
    scheme, found, rest = text.partition("://")
    host, _, port = rest.rpartition(":")
    if scheme == "udp" and host and port.isdigit() and 0 < int(port) < 65_536:
        return host.strip("[]"), int(port)
    path = rest if found and scheme == "unix" else text
    if path.startswith("/"):
        return path
    raise InvalidInput(
        f"MCM_AUDIT_SYSLOG is '{text}', which is no address", next_step="write udp://host:514, or unix:///dev/log"
    )


def _last(file: IO[bytes]) -> tuple[bool, Head | None]:
    """Whether the last line is cut short, and the last head."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(size - _TAIL, 0))
    tail = file.read()
    found = (heads.parse(line.decode(errors="replace")) for line in reversed(tail.split(b"\n")))
    return bool(tail) and not tail.endswith(b"\n"), next((head for head in found if head is not None), None)


class _Syslog(logging.handlers.SysLogHandler):
    append_nul = False
    failed: BaseException | None = None

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802 - a name of the base class
        import sys

        self.failed = sys.exc_info()[1]


def _send(address: tuple[str, int] | str, head: Head) -> None:
    # RFC 5424: version, time, host, application, process, message id, no structured data, message.
    text = f"1 {clock.to_text(clock.now())} {platform.node() or '-'} mcm {os.getpid()} audit-head - {head.line()}"
    try:
        handler = _Syslog(address, facility=_AUTHPRIV)
    except OSError as error:
        raise Unavailable(f"syslog at {address} cannot be reached: {error}") from error
    try:
        handler.emit(logging.LogRecord("mcm.audit", logging.INFO, "", 0, text, None, None))
    finally:
        handler.close()
    if handler.failed is not None:
        raise Unavailable(f"syslog at {address} cannot be reached: {handler.failed}") from handler.failed
