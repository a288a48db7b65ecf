"""Waits until the services of a cloud do what they are for; a service that dies meanwhile ends the wait at once."""

import http.client
import socket
import time
from collections.abc import Callable, Iterable
from functools import partial

from tests.harness.openstack import config
from tests.harness.openstack.processes import ProcessTable
from tests.harness.openstack.settings import CloudSettings
from tests.harness.processes import ServiceFailed

_LIMIT_S = 400
_ANSWER_LIMIT_S = 120
_POLL_S = 0.05


def await_ports(cloud: CloudSettings, processes: ProcessTable, names: Iterable[str]) -> None:
    """Returns when every service accepts connections; a web application may still be loading behind its port then."""
    for name in names:
        _until(name, processes, partial(_accepts, cloud.ports[name]))


def await_answers(cloud: CloudSettings, processes: ProcessTable, names: Iterable[str]) -> None:
    """Returns when every API has answered a request, so its application is loaded and its configuration is right."""
    for name in names:
        _until(name, processes, partial(_answers, cloud.ports[name]))


def await_consumers(cloud: CloudSettings, processes: ProcessTable) -> None:
    """Returns when each daemon listens to its queue."""
    queues = ["conductor", "scheduler", "cinder-scheduler", "cinder-volume"]
    queues += [f"compute.{host}" for host in cloud.hosts]
    broker = f"amqp://guest:guest@127.0.0.1:{cloud.ports['rabbitmq']}//"
    script = str(cloud.installation / "plugins" / "await_consumers.py")
    command = [cloud.python, script, broker, str(_LIMIT_S), *queues]
    processes.run("await-consumers", command, config.environment(cloud))


def _until(name: str, processes: ProcessTable, condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _LIMIT_S
    while not condition():
        processes.require_alive(name)
        if time.monotonic() > deadline:
            raise ServiceFailed(f"{name} did not answer within {_LIMIT_S} s{processes.log_end(name)}")
        time.sleep(_POLL_S)


def _accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_ANSWER_LIMIT_S)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status < http.client.INTERNAL_SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
