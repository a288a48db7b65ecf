"""The OpenStack services of one cloud: their commands, the order they start in, and when they are ready."""

from collections.abc import Iterable

from tests.harness.openstack import config, database
from tests.harness.openstack.processes import Fork, ProcessTable
from tests.harness.openstack.readiness import await_answers, await_consumers, await_ports
from tests.harness.openstack.settings import CloudSettings

_APIS = {
    "keystone": "keystone.server.wsgi:initialize_public_application()",
    "placement": "placement.wsgi:init_application()",
    "glance": "glance.common.wsgi_app:init_app()",
    "neutron": "neutron.wsgi.api:application",
    "cinder": "cinder.wsgi.wsgi:initialize_application()",
    "nova": "nova.wsgi.osapi_compute:application",
}
API_NAMES = tuple(_APIS)
_API_THREADS = 6


def start_base(cloud: CloudSettings, processes: ProcessTable, *, initialised: bool) -> None:
    """Starts database and queue; returns when the database answers, while the queue may need some seconds more."""
    database.start_rabbitmq(cloud, processes)
    database.start_mariadb(cloud, processes, initialised=initialised)
    await_ports(cloud, processes, ["mariadb"])


def start_apis(cloud: CloudSettings, processes: ProcessTable, names: Iterable[str]) -> None:
    for name in names:
        command = [
            str(cloud.installation / "venv" / "bin" / "uwsgi"),
            f"--http-socket=127.0.0.1:{cloud.ports[name]}",
            f"--module={_APIS[name]}",
            # One process with threads: on two cores a second process would only add the time it takes to load.
            f"--threads={_API_THREADS}",
            "--master",
            "--die-on-term",
            "--need-app",
            "--lazy-apps",
            "--enable-threads",
            "--buffer-size=65535",
            "--chunked-input-limit=16777216",
            "--disable-logging",
            f"--procname-prefix={name} ",
            # uwsgi closes each connection after the answer; a client not told so would send its next request into it.
            "--add-header=Connection: close",
        ]
        if name == "cinder":
            command.append(f"--pyargv=--config-file {cloud.folder / 'etc' / 'cinder' / 'cinder.conf'}")
        processes.start(name, command, config.environment(cloud))


def start_daemons(cloud: CloudSettings, processes: ProcessTable) -> None:
    """Starts what listens to the queue. nova's daemons give up when an API refuses the connection: APIs first."""
    etc = cloud.folder / "etc"
    nova = f"--config-file={etc / 'nova' / 'nova.conf'}"
    compute = f"--config-file={etc / 'nova' / 'nova-compute.conf'}"
    cinder = f"--config-file={etc / 'cinder' / 'cinder.conf'}"
    nova_daemons = [
        Fork("nova-conductor", "nova.cmd.conductor", [nova]),
        Fork("nova-scheduler", "nova.cmd.scheduler", [nova]),
    ]
    for host in cloud.hosts:
        own = f"--config-file={etc / 'nova' / f'{host}.conf'}"
        nova_daemons.append(Fork(f"nova-{host}", "fake_hypervisor", [compute, own]))
    cinder_daemons = [
        Fork("cinder-volume", "cinder.cmd.volume", [cinder]),
        Fork("cinder-scheduler", "cinder.cmd.scheduler", [cinder]),
    ]
    script = [cloud.python, str(cloud.installation / "plugins" / "fork_daemons.py")]
    for name, daemons in (("nova-daemons", nova_daemons), ("cinder-daemons", cinder_daemons)):
        processes.start_forking(name, script, config.environment(cloud), daemons)


def start_all(cloud: CloudSettings, processes: ProcessTable) -> None:
    """Starts an initialised cloud and returns when it takes requests of every kind."""
    start_base(cloud, processes, initialised=True)
    start_apis(cloud, processes, API_NAMES)
    # A connection is accepted, and waits, while the application behind it still loads.
    await_ports(cloud, processes, API_NAMES)
    start_daemons(cloud, processes)
    await_ports(cloud, processes, ["rabbitmq"])
    await_answers(cloud, processes, API_NAMES)
    await_consumers(cloud, processes)


def run_python(
    cloud: CloudSettings, processes: ProcessTable, name: str, module: str, *arguments: str, password: str | None = None
) -> None:
    """Runs an OpenStack command by its module, to its end; the password is what keystone gives the first user."""
    environment = config.environment(cloud) | ({"OS_BOOTSTRAP_PASSWORD": password} if password else {})
    processes.run(name, _main(cloud, name, module, arguments), environment)


def _main(cloud: CloudSettings, name: str, module: str, arguments: Iterable[str]) -> list[str]:
    code = f"import sys; from {module} import main; sys.argv[0] = {name!r}; sys.exit(main())"
    return [cloud.python, "-c", code, *arguments]
