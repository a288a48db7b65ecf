"""Makes the initialised data every cloud starts from: schemas, keys, users, catalogue, and the first contents."""

import os
import secrets
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.harness.openstack import config, contents, database, paths, procfs, services
from tests.harness.openstack.processes import ProcessTable
from tests.harness.openstack.readiness import await_answers, await_ports
from tests.harness.openstack.settings import REGION, CloudSettings, free_ports, process

# What a copy of a cloud at rest needs; everything else is written anew.
DATA = ("mysql", "state")


def ensure_initialised(installation: Path) -> Path:
    """Returns the folder of an initialised cloud at rest, making it (half a minute) when it is not there yet."""
    target = paths.initialised_data()
    with paths.locked("data"):
        if not target.exists():
            unfinished = paths.clouds() / f"unfinished-{target.name}"
            if unfinished.exists():
                ProcessTable(unfinished).kill()
                shutil.rmtree(unfinished)
            _initialise(unfinished, installation)
            kept = paths.root() / f"{target.name}.new"
            shutil.rmtree(kept, ignore_errors=True)
            kept.mkdir(mode=0o700)
            for name in (*DATA, "cloud.json"):
                (unfinished / name).rename(kept / name)
            shutil.rmtree(unfinished)
            kept.rename(target)
    return target


def _initialise(folder: Path, installation: Path) -> None:
    folder.mkdir(mode=0o700)
    cloud = CloudSettings(
        folder=folder,
        installation=installation,
        ports=free_ports(),
        password=f"kanari7{secrets.token_urlsafe(18)}",
        computes=0,
        owner=process(os.getpid()),
        boot_id=procfs.boot_id(),
    )
    cloud.save()
    processes = ProcessTable(folder)
    try:
        config.write(cloud)
        database.create_data_folder(cloud, processes)
        services.start_base(cloud, processes, initialised=False)
        _in_parallel(_nova, _keystone, _neutron, _glance_cinder_placement, cloud=cloud, processes=processes)
        contents.create_first_contents(cloud)
        processes.stop(services.API_NAMES, grace_s=3)
        processes.stop(["mariadb"], grace_s=60)
    finally:
        processes.kill()


def _in_parallel(
    *steps: Callable[[CloudSettings, ProcessTable], None], cloud: CloudSettings, processes: ProcessTable
) -> None:
    with ThreadPoolExecutor(len(steps)) as pool:
        for future in [pool.submit(step, cloud, processes) for step in steps]:
            future.result()


def _keystone(cloud: CloudSettings, processes: ProcessTable) -> None:
    user, group = database.user_and_group()
    file = f"--config-file={cloud.folder / 'etc' / 'keystone' / 'keystone.conf'}"
    owner = [f"--keystone-user={user}", f"--keystone-group={group}"]
    manage = "keystone.cmd.manage"
    services.run_python(cloud, processes, "keystone-schema", manage, file, "db_sync")
    services.run_python(cloud, processes, "keystone-fernet", manage, file, "fernet_setup", *owner)
    services.run_python(cloud, processes, "keystone-credential", manage, file, "credential_setup", *owner)
    # Without its own address in the catalogue keystone could not be asked for anything through a client.
    urls = [f"--bootstrap-{interface}-url={cloud.keystone_url}" for interface in ("public", "internal", "admin")]
    bootstrap = ["bootstrap", f"--bootstrap-region-id={REGION}", *urls]
    services.run_python(cloud, processes, "keystone-bootstrap", manage, file, *bootstrap, password=cloud.password)
    services.start_apis(cloud, processes, ["keystone"])
    await_ports(cloud, processes, ["keystone"])
    await_answers(cloud, processes, ["keystone"])
    contents.create_catalogue(cloud)


def _nova(cloud: CloudSettings, processes: ProcessTable) -> None:
    file = f"--config-file={cloud.folder / 'etc' / 'nova' / 'nova.conf'}"
    # Templates that each service fills from its own configuration, because the ports change with every start.
    queue = "{scheme}://{username}:{password}@{hostname}:{port}/"
    server = "{scheme}://{username}:{password}@{hostname}:{port}"
    for name, *command in (
        ("nova-api-schema", "api_db", "sync"),
        ("nova-cell0", "cell_v2", "map_cell0", f"--database_connection={server}/nova_cell0?{{query}}"),
        (
            "nova-cell1",
            "cell_v2",
            "create_cell",
            "--name=cell1",
            f"--transport-url={queue}",
            f"--database_connection={server}/nova?{{query}}",
        ),
        ("nova-schema", "db", "sync"),
    ):
        services.run_python(cloud, processes, name, "nova.cmd.manage", file, *command)
    services.start_apis(cloud, processes, ["nova"])


def _neutron(cloud: CloudSettings, processes: ProcessTable) -> None:
    file = f"--config-file={cloud.folder / 'etc' / 'neutron' / 'neutron.conf'}"
    services.run_python(cloud, processes, "neutron-schema", "neutron.db.migration.cli", file, "upgrade", "heads")
    services.start_apis(cloud, processes, ["neutron"])


def _glance_cinder_placement(cloud: CloudSettings, processes: ProcessTable) -> None:
    etc = cloud.folder / "etc"
    glance = f"--config-file={etc / 'glance' / 'glance-api.conf'}"
    cinder = f"--config-file={etc / 'cinder' / 'cinder.conf'}"
    placement = f"--config-dir={etc / 'placement'}"
    services.run_python(cloud, processes, "glance-schema", "glance.cmd.manage", glance, "db_sync")
    services.start_apis(cloud, processes, ["glance"])
    services.run_python(cloud, processes, "cinder-schema", "cinder.cmd.manage", cinder, "db", "sync")
    services.run_python(cloud, processes, "placement-schema", "placement.cmd.manage", placement, "db", "sync")
