"""`mcm` commands as processes of their own without the seconds that importing takes: forked from one that has imported.

    python -m tests.acceptance.forking FD

What a command does is all its own: environment, folder, standard streams, database, exit status. Only the import of its
modules was done before. Ends with whoever holds the other end of FD.
"""

import atexit
import contextlib
import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

_MOST_BYTES = 1 << 17
_ROOT = Path(__file__).parents[2]
_INHERITED = ("PATH", "HOME", "TMPDIR")


class Forked:
    """A command that runs, like a subprocess.Popen of texts. stdout, stderr: None where they go to a file."""

    def __init__(self, argv: Sequence[str], told: socket.socket, out: TextIO | None, err: TextIO | None) -> None:
        self.args, self.stdout, self.stderr = list(argv), out, err
        self.returncode: int | None = None
        self._told = told
        self.pid = int(self._line())

    def poll(self) -> int | None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0.0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            if not select.select([self._told], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(self.args, timeout or 0.0)
            self.returncode = int(self._line())
            self._told.close()
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """What is left of both outputs, which has to fit into a pipe, once it has ended."""
        self.wait(timeout)
        left = ["", ""]
        for number, file in enumerate((self.stdout, self.stderr)):
            if file is not None and not file.closed:
                left[number] = file.read()
                file.close()
        return left[0], left[1]

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _line(self) -> str:
        """Byte by byte: what is read ahead would be no reason to wake."""
        read = bytearray()
        while not read.endswith(b"\n"):
            byte = self._told.recv(1)
            assert byte, f"{self.args}: whoever saw to it is gone"
            read += byte
        return read.decode()


class Commands:
    """Runs commands in forks of one process, which starts with the first one. Any thread may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._control: socket.socket | None = None

    def run(
        self, argv: Sequence[str], environment: Mapping[str, str], typed: str, timeout_s: float
    ) -> "subprocess.CompletedProcess[str]":
        """Like subprocess.run with texts captured. Raises TimeoutExpired once the command was killed."""
        with contextlib.ExitStack() as stack:
            given, out, err = (stack.enter_context(tempfile.TemporaryFile()) for _ in range(3))
            given.write(typed.encode())
            given.seek(0)
            command = Forked(
                argv, self._ask(argv, environment, [file.fileno() for file in (given, out, err)]), None, None
            )
            try:
                status = command.wait(timeout_s)
            except subprocess.TimeoutExpired:
                command.kill()
                raise
            return subprocess.CompletedProcess(list(argv), status, _text(out), _text(err))

    def start(self, argv: Sequence[str], environment: Mapping[str, str], errors: Path | None = None) -> Forked:
        """With nothing to read and its output to be read. errors: the file that stderr goes to, instead of a pipe."""
        with contextlib.ExitStack() as ours, contextlib.ExitStack() as theirs:
            given = theirs.enter_context(Path(os.devnull).open("rb"))
            read, write = _pipe(ours, theirs)
            err, err_fd = None, -1
            if errors is None:
                err, err_fd = _pipe(ours, theirs)
            else:
                err_fd = theirs.enter_context(errors.open("wb")).fileno()
            told = self._ask(argv, environment, [given.fileno(), write, err_fd])
            ours.pop_all()
        return Forked(argv, told, read, err)

    def _ask(self, argv: Sequence[str], environment: Mapping[str, str], files: list[int]) -> socket.socket:
        """The socket that tells the command's process id and, in the end, its exit status."""
        request = json.dumps({"argv": list(argv), "environment": dict(environment), "folder": os.getcwd()}).encode()
        ours, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(self._started(), [request], [theirs.fileno(), *files])
        return ours

    def _started(self) -> socket.socket:
        with self._lock:
            if self._control is None:
                ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
                kept = {name: os.environ[name] for name in _INHERITED if name in os.environ}
                with theirs:
                    forking = subprocess.Popen(
                        [sys.executable, "-m", __name__, str(theirs.fileno())],
                        env={**kept, "LANG": "C.UTF-8", "PYTHONHASHSEED": os.environ.get("PYTHONHASHSEED", "random")},
                        cwd=_ROOT, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                    )  # fmt: skip
                self._control = ours
                atexit.register(_end, ours, forking)
                assert ours.recv(1) == b"+"
            return self._control


def _end(control: socket.socket, forking: "subprocess.Popen[bytes]") -> None:
    control.close()
    forking.wait()


def _pipe(ours: contextlib.ExitStack, theirs: contextlib.ExitStack) -> tuple[TextIO, int]:
    """Its end to read from, and the number of the other one."""
    read, write = os.pipe()
    theirs.callback(os.close, write)
    return ours.enter_context(os.fdopen(read, encoding="utf-8", errors="replace")), write


commands = Commands()


def _text(file: Any) -> str:
    file.seek(0)
    return str(file.read().decode()).replace("\r\n", "\n")


def main(handle: int) -> None:
    control = socket.socket(fileno=handle)
    _import()
    control.send(b"+")
    while True:
        request, files, _, _ = socket.recv_fds(control, _MOST_BYTES, 4)
        if not request:
            break
        if os.fork() == 0:
            control.close()
            _see_to(json.loads(request), files)
        for file in files:
            os.close(file)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG) != (0, 0):
                pass
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()


def _import() -> None:
    """All of mcm, and nothing but import: nothing is set up, no thread runs and nothing is open when it forks."""
    import psycopg

    import mcm
    import mcm_providers.simulated.adapter

    assert psycopg
    assert mcm_providers.simulated.adapter
    for found in pkgutil.walk_packages(mcm.__path__, "mcm."):
        # The steps of the migrations are loaded by their own tool.
        if not found.name.endswith("__main__") and not found.name.startswith("mcm.db.migrations."):
            importlib.import_module(found.name)
    importlib.import_module("anyio._backends._asyncio")
    gc.collect()
    gc.freeze()


def _see_to(request: dict[str, Any], files: list[int]) -> None:
    """Forks the command, tells its process id and then its exit status."""
    status = 1
    try:
        command = os.fork()
        if command == 0:
            os.close(files[0])
            _be(request, files[1:])
        with socket.socket(fileno=files[0]) as told:
            told.sendall(f"{command}\n".encode())
            told.sendall(f"{os.waitstatus_to_exitcode(os.waitpid(command, 0)[1])}\n".encode())
        status = 0
    finally:
        os._exit(status)


def _be(request: dict[str, Any], files: list[int]) -> None:
    status = 1
    try:
        for number, file in enumerate(files):
            os.dup2(file, number)
            os.close(file)
        # Not those of before, which remember what they were made for.
        sys.stdin = os.fdopen(0, encoding="utf-8", errors="surrogateescape", closefd=False)
        sys.stdout = os.fdopen(1, "w", encoding="utf-8", errors="surrogateescape", closefd=False)
        sys.stderr = os.fdopen(2, "w", 1, encoding="utf-8", errors="backslashreplace", closefd=False)
        os.chdir(request["folder"])
        os.environ.clear()
        os.environ.update(request["environment"])
        sys.argv = request["argv"]
        status = _ran()
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        sys.stdout.flush()
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def _ran() -> int:
    """The exit status that Python would end with."""
    from mcm.cli.entry import run

    try:
        run()
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        sys.stderr.write(f"{end.code}\n")
        return 1
    return 0


if __name__ == "__main__":
    main(int(sys.argv[1]))
