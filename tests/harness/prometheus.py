"""Starts Debian's Prometheus on samples of the past, written as blocks by promtool: nobody has to wait for them.

It asks for a login, scrapes nothing and listens on a loopback port.
"""

import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.harness import HarnessUnavailable
from tests.harness.packages import ensure_debian_packages
from tests.harness.ports import free_port
from tests.harness.processes import Process, run_to_end

_PACKAGES = ["prometheus"]
USER = "reader"
# bcrypt of the password, as its configuration wants it, at the lowest cost.
PASSWORD = "read-the-meters"
_HASH = "$2b$04$0fzdbmqXAAadSRL8I7ka2eTEAvABZQRoDzUe.Rp.R99AOLk7dHUoy"


@dataclass(frozen=True)
class PrometheusServer:
    url: str
    user: str = USER
    password: str = field(default=PASSWORD, repr=False)
    _process: Process | None = field(default=None, repr=False, compare=False)

    def stop(self) -> None:
        if self._process is not None:
            self._process.stop()


def install() -> None:
    """Raises HarnessUnavailable when the package cannot be had."""
    if reason := ensure_debian_packages(_PACKAGES):
        raise HarnessUnavailable(reason)


def start(openmetrics: Iterable[str]) -> PrometheusServer:
    """openmetrics: lines of the text format, each with its time in seconds, without the closing `# EOF`."""
    install()
    process = Process("prometheus")
    try:
        data, samples = process.folder / "data", process.folder / "samples.om"
        samples.write_text("\n".join([*openmetrics, "# EOF", ""]))
        run_to_end(
            [_program("promtool"), "tsdb", "create-blocks-from", "openmetrics", "-q", str(samples), str(data)],
            cwd=process.folder,
        )
        samples.unlink()
        config, web = process.folder / "prometheus.yml", process.folder / "web.yml"
        config.write_text("{}\n")
        web.write_text(f"basic_auth_users:\n  {USER}: {_HASH}\n")
        port = free_port()
        process.start(
            [
                _program("prometheus"), f"--config.file={config}", f"--web.config.file={web}",
                f"--storage.tsdb.path={data}", f"--web.listen-address=127.0.0.1:{port}", "--log.level=info",
            ]
        )  # fmt: skip
        process.wait_for_line("Server is ready to receive web requests")
    except BaseException:
        process.stop()
        raise
    return PrometheusServer(f"http://127.0.0.1:{port}", _process=process)


def _program(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/bin")
    if found is None:
        raise HarnessUnavailable(f"The package prometheus is installed, but there is no {name}.")
    return found
