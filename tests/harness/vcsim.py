"""Builds govmomi's vCenter simulator once and starts it with as many datacenters, hosts and VMs as asked for.

Instances in all: datacenters * (clusters + standalone_hosts) * vms. What it does not simulate: maxObjects (no paging),
RebootGuest, MigrateVM, alarms, and anything under /api; tags are under /rest.
"""

import hashlib
import os
import platform
import secrets
import shutil
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGKILL

from tests.harness import HarnessUnavailable
from tests.harness.cache import cache_dir, locked
from tests.harness.packages import ensure_debian_packages
from tests.harness.processes import Process, run_to_end

_SOURCE = Path(__file__).parent / "vcsim" / "main.go"
_GO_LIBRARIES = Path("/usr/share/gocode")
_PACKAGES = ["golang-go", "golang-github-vmware-govmomi-dev", "golang-github-google-uuid-dev"]
_START_SECONDS = 180


@dataclass(frozen=True)
class VcsimServer:
    """A running simulator. It checks user name and password, both at /sdk and at /rest."""

    host: str
    port: int
    username: str
    password: str = field(repr=False)
    # The server's self-signed certificate as PEM, made anew at each start: what a client needs as CA file to trust it.
    # Valid for 127.0.0.1 and localhost.
    certificate_file: Path
    _process: Process = field(repr=False, compare=False)

    @property
    def pid(self) -> int:
        return self._process.pid

    def stop(self) -> None:
        self._process.stop()


def start(
    *,
    datacenters: int = 1,
    clusters: int = 1,
    hosts: int = 3,
    standalone_hosts: int = 1,
    vms: int = 2,
    pools: int = 0,
    folders: int = 0,
    datastores: int = 1,
    portgroups: int = 1,
    delay_ms: int = 0,
    powered_on: bool = True,
    username: str = "administrator@vsphere.local",
    password: str | None = None,
) -> VcsimServer:
    """Starts a simulator on a free port; raises HarnessUnavailable when it cannot be built here.

    clusters, standalone_hosts, datastores and portgroups count per datacenter, hosts and pools per cluster, vms per
    cluster and per standalone host. delay_ms is added to every answer. Without a password a random one is made.
    """
    binary = build()
    password = password or f"kanari7{secrets.token_urlsafe(16)}"
    # Killed, because it would spend seconds on tidying up what is deleted with its folder anyway.
    process = Process("vcsim", stop_signal=SIGKILL)
    sizes = {
        **{"datacenters": datacenters, "clusters": clusters, "hosts": hosts, "standalone-hosts": standalone_hosts},
        **{"vms": vms, "pools": pools, "folders": folders, "datastores": datastores, "portgroups": portgroups},
        "delay": delay_ms,
    }
    try:
        process.start(
            [
                str(binary),
                *(f"-{name}={size}" for name, size in sizes.items()),
                f"-autostart={str(powered_on).lower()}",
            ],
            # The simulator keeps its datastores as folders under TMPDIR.
            environment={"VCSIM_USERNAME": username, "VCSIM_PASSWORD": password, "TMPDIR": str(process.folder)},
        )
        listening = process.wait_for_line(r"^listening=([\d.]+):(\d+)$", timeout_seconds=_START_SECONDS)
        host, port = listening[1], int(listening[2])
        certificate_file = process.folder / "certificate.pem"
        certificate_file.write_text(ssl.get_server_certificate((host, port), timeout=30))
    except BaseException:
        process.stop()
        raise
    return VcsimServer(host, port, username, password, certificate_file, process)


def build() -> Path:
    """Returns the simulator's binary, compiled when its source has changed; the first time takes a minute."""
    source = hashlib.sha256(_SOURCE.read_bytes()).hexdigest()[:12]
    folder = cache_dir() / "vcsim"
    binary = folder / f"vcsim-{platform.machine()}-{source}"
    if binary.exists():
        return binary
    with locked("vcsim-build"):
        if not binary.exists():
            _compile(folder, binary)
    return binary


def _compile(folder: Path, binary: Path) -> None:
    reason = ensure_debian_packages(_PACKAGES)
    if reason is not None:
        raise HarnessUnavailable(reason)
    go_path = folder / "go"
    package = go_path / "src" / "mcm" / "vcsim"
    package.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(_SOURCE, package / _SOURCE.name)
    draft = binary.with_suffix(".new")
    run_to_end(
        [shutil.which("go") or "/usr/bin/go", "build", "-trimpath", "-o", str(draft), "mcm/vcsim"],
        # Debian ships Go libraries as a GOPATH; module mode would go and download them.
        environment={
            **{"GO111MODULE": "off", "GOENV": "off", "GOFLAGS": "", "GOTOOLCHAIN": "local"},
            "GOPATH": f"{go_path}{os.pathsep}{_GO_LIBRARIES}",
            "GOCACHE": str(folder / "cache"),
        },
        cwd=folder,
    )
    draft.rename(binary)
    # The compiler's cache is some 200 MB and of no use until the source changes.
    shutil.rmtree(folder / "cache", ignore_errors=True)
