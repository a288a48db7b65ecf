"""An instance of one project, or of a vSphere, goes to another one, through real keystone, nova, glance and neutron.

No server here boots a guest: what is compared is the image, byte by byte.
"""

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mcm.accounts import service as accounts
from mcm.accounts.schemas import AccountCreate
from mcm.db import migrate
from mcm.models import Move, Operation, ResourceRow
from mcm.moves import repository, runner, running, service, work
from mcm.moves.schemas import MoveCreate
from mcm.operations import service as operations
from mcm.operations.schemas import OperationCreate
from tests import lab as labs
from tests.harness import HarnessUnavailable, vcsim
from tests.harness.openstack.booting import CONTENT, DATA, attach_volume, boot_from_volume, clear
from tests.harness.openstack.cloud import OpenStackCloud
from tests.harness.openstack.seed import seed
from tests.integration.vmware import disks, moving
from tests.integration.vmware.operator import Operator
from tests.lab import CALLER, Lab

pytestmark = pytest.mark.openstack
_KINDS = ("instance", "flavor", "image", "network", "project", "zone", "volume")


def connected(cloud: OpenStackCloud, lab: Lab, *users: str) -> None:
    for user in users:
        answers = cloud.credentials(user)
        secrets = {"password": answers.pop("password")}
        body = {"name": user, "provider": "openstack", "ownership": "private", "config": answers, "secrets": secrets}
        wanted = AccountCreate.model_validate(body)
        access = accounts.draft(lab.runtime.registry, wanted)
        with lab.runtime.database.writing() as session:
            accounts.create(session, CALLER, lab.runtime.settings, lab.runtime.vault, wanted, access)
        assert set(lab.sync(user, kinds=_KINDS)) == {"complete"}


def born(lab: Lab, network: str) -> ResourceRow:
    runtime = lab.runtime
    image = next(one for one in lab.resources("image") if one.attributes["visibility"] == "public")
    flavor = min(lab.resources("flavor"), key=lambda one: one.attributes["vcpus"])
    params = {"name": "mover", "image": image.native_id, "flavor": flavor.native_id, "networks": [network]}
    body = OperationCreate(action="instance.create", account="demo", region=image.region, params=params)
    with runtime.database.writing() as session:
        found = operations.wanted(session, runtime.registry, CALLER, body)
        ident = operations.create(session, runtime.vault, CALLER, found).id
    runtime.operations.run_until_idle(120)
    with runtime.database.reading() as session:
        made = session.get_one(Operation, ident)
        assert made.status == "succeeded", made.error_message
        return session.get_one(ResourceRow, made.made_id)


def born_on_volumes(cloud: OpenStackCloud, lab: Lab) -> ResourceRow:
    connection = cloud.connect("demo")
    server, _ = boot_from_volume(connection, "mover")
    attach_volume(connection, server, "mover")
    connection.close()
    assert set(lab.sync("demo", kinds=_KINDS)) == {"complete"}
    return lab.by_native_id(server)


def check_moved(lab: Lab, source: ResourceRow) -> Move:
    runtime = lab.runtime
    flavor = min(lab.resources("flavor"), key=lambda one: one.attributes["vcpus"]).native_id
    params = {"networks": ["private"], "flavor": flavor}
    body = MoveCreate(
        resource=source.id, account="second", region=source.region, stop=True, retire=True, params=params
    )  # fmt: skip
    with runtime.database.writing() as session:
        move = service.create(session, runtime, CALLER, body).id
    runner.run_until_idle(runtime, 240)
    with runtime.database.reading() as session:
        row = service.get(session, move)
        told = {one.name: one.status for one in repository.steps(session, move)}
        assert (row.status, row.error_message) == ("succeeded", None), told
        made = session.get_one(ResourceRow, row.made_id)
        assert (made.name, made.state, made.project_name) == ("mover", "running", "second")
    assert row.facts["verified"]["checksum"] == row.facts["checksum"]
    assert row.facts["checksum"].startswith("sha512:")
    # The bin keeps the source; the image that was made of it is gone.
    assert lab.count("recycled", f"resource_id = '{source.id}' AND status = 'kept'") == 1
    assert lab.count("resource", f"native_id = '{row.facts['image']['native_id']}' AND presence <> 'gone'") == 0
    return row


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    made = labs.make(f"sqlite:///{tmp_path}/mcm.db", tmp_path / "data")
    migrate.upgrade(made.runtime.database.engine)
    yield made
    made.close()


def test_from_one_project_to_another(openstack_cloud: OpenStackCloud, lab: Lab) -> None:
    seeded = seed(openstack_cloud, instances=4, volumes=3)
    connected(openstack_cloud, lab, "demo", "second")
    try:
        check_moved(lab, born(lab, seeded.network))
    finally:
        _leave_nothing(openstack_cloud)


def test_one_on_volumes(openstack_cloud: OpenStackCloud, lab: Lab) -> None:
    """It starts from one and has another. Cinder writes copies of both to images; every byte of them arrives."""
    try:
        seed(openstack_cloud, instances=4, volumes=3)
        connected(openstack_cloud, lab, "demo", "second")
        row = check_moved(lab, born_on_volumes(openstack_cloud, lab))
        second = openstack_cloud.connect("second")
        for facts, content in ((row.facts, CONTENT), (row.facts["disks"]["1"], DATA)):
            image = facts["target_image"]["native_id"]
            assert facts["verified"]["checksum"] == facts["checksum"]
            with second.image.get(f"/images/{image}/file", stream=True) as response:
                assert _arrived(response, len(content)) == (content, 1 << 30)
        (volume,) = second.block_storage.volumes(name="mover")
        assert [one["server_id"] for one in volume.attachments] == [row.facts["instance"]["native_id"]]
        assert (volume.size, volume.metadata["team"]) == (1, "a")
        second.close()
        demo = openstack_cloud.connect("demo")
        assert [one.name for one in demo.block_storage.volumes() if one.name.startswith("mcm-move-")] == []
        demo.close()
    finally:
        _leave_nothing(openstack_cloud)


def _arrived(response: Any, first: int) -> tuple[bytes, int]:
    """(what the first bytes are, how many there are); those behind them are empty. Never holds the whole."""
    head, size = b"", 0
    for piece in response.iter_content(1 << 20):
        take = max(first - size, 0)
        head, size = head + piece[:take], size + len(piece)
        assert not piece[take:].strip(b"\0")
    return head, size


@pytest.mark.vcsim
def test_from_vsphere_to_a_project(openstack_cloud: OpenStackCloud, lab: Lab) -> None:
    """The simulator of vCenter keeps no contents of disks: the template gets them by hand before they are read. Glance
    takes them for what they are said to be, and nova the devices that the guest is said to need."""
    try:
        server = vcsim.start(clusters=1, hosts=1, standalone_hosts=0, vms=1)
    except HarnessUnavailable as unavailable:
        pytest.skip(str(unavailable))
    try:
        seed(openstack_cloud, instances=4, volumes=3)
        connected(openstack_cloud, lab, "second")
        moving.connected(server, lab)
        with Operator(server) as operator:
            _check_moved_from_vsphere(server, operator, lab)
    finally:
        server.stop()
        _leave_nothing(openstack_cloud)


def _check_moved_from_vsphere(server: vcsim.VcsimServer, operator: Operator, lab: Lab) -> None:
    runtime, data = lab.runtime, disks.content(6 * disks.MIB)
    source = moving.fresh(operator, lab, "mover", len(data))
    flavor = min(lab.resources("flavor"), key=lambda one: one.attributes["vcpus"])
    params = {"networks": ["private"], "flavor": flavor.native_id}
    body = MoveCreate(
        resource=source.id, account="second", region=flavor.region, stop=True, retire=True, params=params
    )  # fmt: skip
    with runtime.database.writing() as session:
        move = service.create(session, runtime, CALLER, body).id
    image = _made_image(lab, move)
    moving.filled(server, operator, image, data)
    runner.run_until_idle(runtime, 240)
    with runtime.database.reading() as session:
        row = service.get(session, move)
        told = {one.name: one.status for one in repository.steps(session, move)}
        assert (row.status, row.error_message) == ("succeeded", None), told
        made = session.get_one(ResourceRow, row.made_id)
        assert (made.name, made.state, made.project_name) == ("mover", "running", "second")
    assert row.facts["verified"] == {
        "checksum": f"sha512:{hashlib.sha512(data).hexdigest()}", "bytes": len(data), "format": "raw",
    }  # fmt: skip
    assert row.facts["properties"]["hw_scsi_model"] == "vmpvscsi"
    assert lab.count("resource", f"native_id = '{image}' AND presence <> 'gone'") == 0


def _made_image(lab: Lab, move: str) -> str:
    """Its native id, as soon as it is there and before anybody reads it."""
    for _ in range(60):
        claimed = work.claim(lab.runtime, move)
        assert claimed is not None
        while "image" not in claimed.row.facts and running.go_on(claimed):
            pass
        claimed.let_go()
        if "image" in claimed.row.facts:
            return str(claimed.row.facts["image"]["native_id"])
        assert claimed.row.finished_at is None, claimed.row.error_message
        lab.runtime.operations.run_until_idle(30)
        time.sleep(1)
    raise AssertionError(f"{move} makes no image")


def _leave_nothing(cloud: OpenStackCloud) -> None:
    """Others count what is there."""
    connection = cloud.connect("admin")
    servers = [one for one in connection.compute.servers(all_projects=True) if one.name == "mover"]
    for one in servers:
        connection.compute.delete_server(one)
    for one in servers:
        connection.compute.wait_for_delete(one, interval=1, wait=60)
    for one in connection.image.images():
        if one.name.startswith("mcm-move-"):
            connection.image.delete_image(one)
    connection.close()
    for project in ("demo", "second"):
        own = cloud.connect(project)
        clear(own, "mover")
        own.close()
