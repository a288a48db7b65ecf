"""An account at the simulator, and instances of it that go elsewhere. Contents of disks are put there by hand while a
move waits between making the image and reading it."""

from typing import Any

from mcm.accounts import service as accounts
from mcm.accounts.schemas import AccountCreate
from mcm.models import ResourceRow
from tests.harness.vcsim import VcsimServer
from tests.integration.vmware import disks
from tests.integration.vmware.operator import Operator
from tests.lab import CALLER, Lab

KINDS = ("instance", "image", "network", "volume")


def connected(server: VcsimServer, lab: Lab, **config: Any) -> None:
    """The account `vsphere`."""
    runtime = lab.runtime
    found = {"host": server.host, "port": server.port, "ca_file": str(server.certificate_file)} | config
    body = {"name": "vsphere", "provider": "vmware", "ownership": "private", "config": found}
    secrets = {"username": server.username, "password": server.password}
    wanted = AccountCreate.model_validate(body | {"secrets": secrets})
    access = accounts.draft(runtime.registry, wanted)
    with runtime.database.writing() as session:
        accounts.create(session, CALLER, runtime.settings, runtime.vault, wanted, access)
    read(lab)


def read(lab: Lab) -> None:
    assert set(lab.sync("vsphere", kinds=KINDS)) == {"complete"}


def fresh(operator: Operator, lab: Lab, name: str, size: int) -> ResourceRow:
    """An instance of that name that runs, with one disk of that size."""
    machine = operator.clone(next(one for one in operator.machines() if not one.config.template), name)
    disks.sized(operator, machine, size)
    operator.power(machine, True)
    read(lab)
    return lab.by_native_id(machine.config.instanceUuid)


def filled(server: VcsimServer, operator: Operator, image: str, data: bytes) -> None:
    """The disk of the template with that uuid."""
    machine = operator.content.searchIndex.FindByUuid(None, image, True, True)
    disks.put(server, operator, machine, data)
