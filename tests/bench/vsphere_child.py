"""In a process of its own: pyVmomi's listing (the floor), or mcm's sync of the instance scope.

python -m tests.bench.vsphere_child floor|sync|delta HOST PORT USER PASSWORD CA_FILE
"""

import ssl
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.bench.measure import Measured, answer, measured

_DELTAS = 5


def floor(host: str, port: int, user: str, password: str, ca_file: str) -> Measured:
    from pyVim.connect import SmartConnect
    from pyVmomi import vim, vmodl

    from mcm_providers.vmware.resources.instance import PROPERTIES

    service = SmartConnect(
        host=host, port=port, user=user, pwd=password, sslContext=ssl.create_default_context(cafile=ca_file)
    )
    content = service.RetrieveContent()
    collector = content.propertyCollector
    view = content.viewManager.CreateContainerView(content.rootFolder, [vim.VirtualMachine], True)
    query = vmodl.query.PropertyCollector
    spec = query.FilterSpec(
        objectSet=[
            query.ObjectSpec(
                obj=view,
                skip=True,
                selectSet=[query.TraversalSpec(name="v", path="view", skip=False, type=vim.view.ContainerView)],
            )
        ],
        propSet=[query.PropertySpec(type=vim.VirtualMachine, pathSet=list(PROPERTIES), all=False)],
    )

    def listing() -> dict[str, Any]:
        page = collector.RetrievePropertiesEx([spec], query.RetrieveOptions())
        objects = list(page.objects)
        while page.token:
            page = collector.ContinueRetrievePropertiesEx(page.token)
            objects += page.objects
        return {"listed": len(objects)}

    return measured(listing)


def delta(host: str, port: int, user: str, password: str, ca_file: str) -> list[Measured]:
    """Full syncs, then as many through the feed, each after ten renames."""
    from pyVim.connect import SmartConnect
    from pyVmomi import vim

    from tests.bench.syncing import prepared, run_once

    config = {"host": host, "port": port, "ca_file": ca_file}
    with tempfile.TemporaryDirectory() as directory:
        runtime, scope = prepared(Path(directory), "vmware", config, {"username": user, "password": password})
        run_once(runtime, scope)
        run_once(runtime, scope)
        full = [measured(lambda: run_once(runtime, scope)) for _ in range(_DELTAS)]
        service = SmartConnect(
            host=host, port=port, user=user, pwd=password, sslContext=ssl.create_default_context(cafile=ca_file)
        )
        content = service.RetrieveContent()
        view = content.viewManager.CreateContainerView(content.rootFolder, [vim.VirtualMachine], True)
        machines = list(view.view)
        changes = []
        for start in range(0, 10 * _DELTAS, 10):
            for machine in machines[start : start + 10]:
                machine.Rename_Task(f"renamed-{machine._moId}")
            changes.append(measured(lambda: run_once(runtime, scope, full=False)))
        runtime.executor.stop()
        runtime.gateway.close()
    return [*full, *changes]


def sync(host: str, port: int, user: str, password: str, ca_file: str) -> list[Measured]:
    from tests.bench.syncing import measured_syncs

    config = {"host": host, "port": port, "ca_file": ca_file}
    secrets = {"username": user, "password": password}
    with tempfile.TemporaryDirectory() as directory:
        return measured_syncs(Path(directory), "vmware", config, secrets)


if __name__ == "__main__":
    what, host, port, user, password, ca_file = sys.argv[1:7]
    if what == "floor":
        answer(floor(host, int(port), user, password, ca_file))
    elif what == "delta":
        answer(*delta(host, int(port), user, password, ca_file))
    else:
        answer(*sync(host, int(port), user, password, ca_file))
