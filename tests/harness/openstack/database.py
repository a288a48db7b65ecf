"""Starts MariaDB and RabbitMQ for one cloud, and brings its data up to date before the first connection."""

import getpass
import grp
import os
import shutil

from tests.harness.openstack import config
from tests.harness.openstack.processes import ProcessTable
from tests.harness.openstack.settings import CloudSettings

DATABASES = ("keystone", "placement", "glance", "neutron", "cinder", "nova", "nova_api", "nova_cell0")
# Order of the endpoints' paths in keystone's catalogue: service type -> (service, path).
ENDPOINTS = {
    "identity": ("keystone", "/v3"),
    "compute": ("nova", "/v2.1"),
    "placement": ("placement", ""),
    "image": ("glance", ""),
    "network": ("neutron", ""),
    "volumev3": ("cinder", "/v3/%(project_id)s"),
    "block-storage": ("cinder", "/v3/%(project_id)s"),
}


def user_and_group() -> tuple[str, str]:
    return getpass.getuser(), grp.getgrgid(os.getgid()).gr_name


def create_data_folder(cloud: CloudSettings, processes: ProcessTable) -> None:
    command = [
        "mariadb-install-db",
        "--no-defaults",
        f"--user={user_and_group()[0]}",
        f"--datadir={cloud.folder / 'mysql'}",
        "--auth-root-authentication-method=normal",
        "--skip-test-db",
    ]
    processes.run("mariadb-install", command, config.environment(cloud))


def start_mariadb(cloud: CloudSettings, processes: ProcessTable, *, initialised: bool) -> None:
    statements = cloud.folder / "init.sql"
    statements.touch(mode=0o600)
    # One statement per line, or MariaDB does not find its end.
    statements.write_text("".join(f"{line};\n" for line in _statements(cloud, initialised=initialised)))
    command = [
        "/usr/sbin/mariadbd",
        "--no-defaults",
        f"--user={user_and_group()[0]}",
        f"--datadir={cloud.folder / 'mysql'}",
        # Relative to the data: the full name could exceed the 107 characters a socket may have.
        "--socket=mysql.sock",
        f"--pid-file={cloud.folder / 'mysql' / 'mysqld.pid'}",
        f"--init-file={statements}",
        "--bind-address=127.0.0.1",
        f"--port={cloud.ports['mariadb']}",
        "--skip-name-resolve",
        "--max-connections=1000",
        "--performance-schema=off",
        "--innodb-buffer-pool-size=256M",
        "--innodb-log-file-size=16M",
        # A handful of files instead of two thousand: schemas are made, and clouds copied, several times faster.
        "--innodb-file-per-table=0",
        # The data is disposable, so nothing waits for the disk.
        "--innodb-flush-log-at-trx-commit=0",
        "--innodb-doublewrite=0",
        "--innodb-flush-method=nosync",
        "--debug-no-sync",
        "--character-set-server=utf8mb3",
        "--collation-server=utf8mb3_general_ci",
    ]
    processes.start("mariadb", command, config.environment(cloud))


def _statements(cloud: CloudSettings, *, initialised: bool) -> list[str]:
    lines = [f"CREATE DATABASE IF NOT EXISTS {name}" for name in DATABASES]
    lines += [
        f"CREATE OR REPLACE USER openstack@'%' IDENTIFIED BY '{cloud.password}'",
        "GRANT ALL ON *.* TO openstack@'%'",
    ]
    if not initialised:
        return lines
    for service_type, (service, path) in ENDPOINTS.items():
        lines.append(
            "UPDATE keystone.endpoint JOIN keystone.service ON service.id = endpoint.service_id"
            f" SET endpoint.url = '{cloud.url(service)}{path}' WHERE service.type = '{service_type}'"
        )
    images = f"file://{cloud.state}/glance/images/"
    lines.append(f"UPDATE glance.image_locations SET value = CONCAT('{images}', SUBSTRING_INDEX(value, '/', -1))")
    # What "nova-manage cell_v2 discover_hosts" does, without the seconds it takes.
    lines += [
        "INSERT IGNORE INTO nova_api.host_mappings (created_at, cell_id, host)"
        f" SELECT UTC_TIMESTAMP(), id, '{host}' FROM nova_api.cell_mappings WHERE name = 'cell1'"
        for host in cloud.hosts
    ]
    # The services are being started, but report only after some ten seconds; until then they would count as down.
    lines += [
        "UPDATE nova.services SET last_seen_up = UTC_TIMESTAMP() WHERE deleted = 0",
        "UPDATE cinder.services SET updated_at = UTC_TIMESTAMP() WHERE deleted = 0",
    ]
    return lines


def start_rabbitmq(cloud: CloudSettings, processes: ProcessTable) -> None:
    """Starts epmd and the broker with an empty store: queues are worth nothing after a restart."""
    folder = cloud.folder / "rabbitmq"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name in ("enabled_plugins", "env.conf"):
        (folder / name).touch()
    environment = {
        **config.environment(cloud),
        "HOME": str(folder),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "ERL_EPMD_PORT": str(cloud.ports["epmd"]),
        "RABBITMQ_CONF_ENV_FILE": str(folder / "env.conf"),
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
        "RABBITMQ_MNESIA_BASE": str(folder),
        "RABBITMQ_LOG_BASE": str(cloud.folder / "log"),
        "RABBITMQ_PID_FILE": str(folder / "pid"),
        "RABBITMQ_NODENAME": "openstack@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(cloud.ports["rabbitmq"]),
        "RABBITMQ_DIST_PORT": str(cloud.ports["rabbitmq_distribution"]),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +S 1:1",
    }
    processes.start("epmd", ["epmd"], environment)
    processes.start("rabbitmq", ["/usr/lib/rabbitmq/bin/rabbitmq-server"], environment)
