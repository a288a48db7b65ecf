"""`mcm demo` as its user runs it, on a free port, and what it leaves behind."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.acceptance.shell import Serving, Shell, end


@contextmanager
def demonstrating(directory: Path, *words: str) -> Iterator[Serving]:
    """Ready, and told to end behind the block."""
    with starting(directory, *words) as serving:
        stdout = serving.process.stdout
        assert stdout is not None
        serving.url = next((line.split()[1] for line in stdout if line.startswith("ready ")), "")
        assert serving.url.startswith("http://127.0.0.1:"), serving.errors
        yield serving


@contextmanager
def starting(directory: Path, *words: str) -> Iterator[Serving]:
    """Not there yet, without a URL; all it writes is below `directory`."""
    (directory / "tmp").mkdir(parents=True)
    shell, log = Shell(directory / "data", TMPDIR=str(directory / "tmp")), directory / "demo.log"
    process = shell.start("demo", "--listen", "127.0.0.1:0", *words, errors=log)
    try:
        yield Serving(process, "", log)
    finally:
        end(process)
    assert "Traceback" not in log.read_text()
