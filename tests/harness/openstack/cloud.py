"""Starts, finds and stops whole clouds: the interface of this package for tests.

cloud = start()                    # HarnessUnavailable when this machine does not allow it
cloud.connect("demo").compute.servers()
cloud.stop()
"""

import atexit
import os
import shutil
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.harness import HarnessUnavailable
from tests.harness.leftovers import ProcessIdentity
from tests.harness.openstack import bootstrap, config, install, paths, procfs, services
from tests.harness.openstack.processes import ProcessTable
from tests.harness.openstack.settings import PAGE_LIMIT, REGION, CloudSettings, free_ports, process

_READY = "ready"
_GRACE_S = 3
_DATABASE_GRACE_S = 60
_NEEDED_MEMORY_MIB = 2_500  # 1,600 when it is up, and 6 for each instance


class OpenStackCloud:
    """A cloud that is up, unless it has been stopped."""

    def __init__(self, settings: CloudSettings) -> None:
        self.settings = settings
        self.processes = ProcessTable(settings.folder)
        self._stopping = threading.Lock()

    @property
    def clouds_yaml(self) -> Path:
        """Names the clouds `admin` (sees all projects), `demo` and `second` (see their own)."""
        return self.settings.folder / "clouds.yaml"

    @property
    def auth_url(self) -> str:
        return self.settings.keystone_url

    @property
    def regions(self) -> tuple[str, ...]:
        return (REGION,)

    @property
    def ports(self) -> Mapping[str, int]:
        return self.settings.ports

    @property
    def admin(self) -> dict[str, str]:
        return self.credentials("admin")

    @property
    def demo(self) -> dict[str, str]:
        return self.credentials("demo")

    def credentials(self, name: str) -> dict[str, str]:
        """The `auth` mapping of openstacksdk for `admin`, `demo` or `second`; user and project have the same name."""
        from tests.harness.openstack import client

        return client.credentials(self.settings, name)

    def connect(self, name: str = "admin") -> Any:
        """A new openstacksdk connection; the caller closes it."""
        from tests.harness.openstack import client

        return client.connect(self.settings, name)

    def memory_mib(self) -> int:
        return procfs.resident_mib(self.processes.members())

    def stop(self) -> None:
        """Ends every process of this cloud; may be repeated. Its data goes too, if the cloud has an owner."""
        with self._stopping:
            _stop(self.settings)

    close = stop

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start(
    *, computes: int = 2, name: str | None = None, owner_pid: int | None = None, page_limit: int = PAGE_LIMIT
) -> OpenStackCloud:
    """Starts a cloud with as many hypervisors, and returns when it takes requests of every kind.

    page_limit: the most servers that nova lists on one page; few, so that few servers make several pages.

    Without a name it is a new one, empty but for its first contents. With a name it is the one already up under that
    name, if any; it outlives this process, and keeps its data for the next start under that name.

    A cloud with an owner, by default this process if it has no name, is forgotten with its data when it is stopped or,
    by the next harness that looks, when the owner has ended.

    Raises HarnessUnavailable when this machine cannot run one, ServiceFailed when a service breaks.
    """
    installation = install.ensure_installed()
    remove_leftovers()
    data = bootstrap.ensure_initialised(installation)
    if name is None:
        folder = paths.clouds() / f"process-{os.getpid()}-{os.urandom(3).hex()}"
        owner = process(owner_pid or os.getpid())
        return _start_in(folder, data, installation, computes=computes, owner=owner, page_limit=page_limit)
    with paths.locked(f"cloud-{name}"):
        folder = paths.clouds() / name
        kept_by = process(owner_pid) if owner_pid else None
        return find(name) or _start_in(
            folder, data, installation, computes=computes, owner=kept_by, page_limit=page_limit
        )


def _start_in(
    folder: Path, data: Path, installation: Path, *, computes: int, owner: ProcessIdentity | None, page_limit: int
) -> OpenStackCloud:
    _require_memory()
    settings = _prepare(folder, data, installation, computes=computes, owner=owner)
    cloud = OpenStackCloud(replace(settings, page_limit=page_limit))
    if owner and owner.pid == os.getpid():
        atexit.register(_stop_at_exit, os.getpid(), cloud)
    try:
        config.write(cloud.settings)
        services.start_all(cloud.settings, cloud.processes)
        (cloud.settings.folder / _READY).touch()
    except BaseException:
        cloud.processes.kill()
        raise
    return cloud


def find(name: str) -> OpenStackCloud | None:
    """The cloud of that name when it is up and whole."""
    folder = paths.clouds() / name
    settings = CloudSettings.load(folder)
    if settings is None or settings.is_abandoned() or not (folder / _READY).exists():
        return None
    cloud = OpenStackCloud(settings)
    wanted = {*services.API_NAMES, "mariadb", "rabbitmq", *cloud.processes.names()}
    return cloud if all(cloud.processes.is_alive(service) for service in wanted) else None


def stop_named(name: str, *, purge: bool = False) -> None:
    """Stops the cloud of that name, however little of it runs, and leftovers; purge removes its data too."""
    remove_leftovers()
    folder = paths.clouds() / name
    if settings := CloudSettings.load(folder):
        _stop(settings)
    elif folder.exists():
        ProcessTable(folder).kill()
    if purge:
        shutil.rmtree(folder, ignore_errors=True)


def prune() -> None:
    """Removes the installations and initialised data of earlier versions of this package that no cloud uses."""
    settings = [found for folder in paths.clouds().iterdir() if (found := CloudSettings.load(folder))]
    used = {paths.installation(), paths.initialised_data(), *(found.installation for found in settings)}
    for pattern in ("install-*", "data-*"):
        for folder in paths.root().glob(pattern):
            if folder not in used:
                shutil.rmtree(folder, ignore_errors=True)


def remove_leftovers() -> None:
    """Stops and removes the clouds whose process has died, and nothing else."""
    with paths.locked("leftovers"):
        for folder in paths.clouds().iterdir():
            settings = CloudSettings.load(folder)
            if settings and settings.owner and settings.is_abandoned():
                _stop(settings)


def _prepare(
    folder: Path, data: Path, installation: Path, *, computes: int, owner: ProcessIdentity | None
) -> CloudSettings:
    """Copies the initialised data into the cloud's folder, or takes what it has already, and chooses new ports."""
    origin = folder / "data-origin"
    kept = CloudSettings.load(folder)
    reusable = kept is not None and origin.exists() and origin.read_text() == data.name
    if folder.exists():
        ProcessTable(folder).kill()
        if not reusable:
            shutil.rmtree(folder)
    folder.mkdir(mode=0o700, exist_ok=True)
    source = kept if reusable else CloudSettings.load(data)
    assert source is not None
    settings = replace(
        source,
        folder=folder,
        installation=installation,
        ports=free_ports(),
        computes=computes,
        owner=owner,
        boot_id=procfs.boot_id(),
    )
    # Before the first copy and the first process, so that whoever finds this folder knows whose it is.
    (folder / _READY).unlink(missing_ok=True)
    settings.save()
    if not reusable:
        for name in bootstrap.DATA:
            shutil.copytree(data / name, folder / name)
        origin.write_text(data.name)
    return settings


def _stop(settings: CloudSettings) -> None:
    processes = ProcessTable(settings.folder)
    if settings.owner:
        processes.kill()
        shutil.rmtree(settings.folder, ignore_errors=True)
        return
    # Its data is kept: services may finish what they do, and the database writes its pages.
    rest = [name for name in processes.names() if name not in ("mariadb", "rabbitmq", "epmd")]
    processes.stop(rest, grace_s=_GRACE_S)
    processes.kill(["rabbitmq", "epmd"])
    processes.stop(["mariadb"], grace_s=_DATABASE_GRACE_S)


def _stop_at_exit(pid: int, cloud: OpenStackCloud) -> None:
    # A forked child inherits the exit handlers of the process that owns the cloud.
    if os.getpid() == pid:
        cloud.stop()


def _require_memory() -> None:
    lines = Path("/proc/meminfo").read_text().splitlines()
    available_mib = next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable:")) // 1024
    if available_mib < _NEEDED_MEMORY_MIB:
        raise HarnessUnavailable(
            f"OpenStack needs {_NEEDED_MEMORY_MIB} MiB of free memory, and {available_mib} are left."
        )
