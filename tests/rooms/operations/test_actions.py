"""Every action of the model on the simulated cloud, from asking to the inventory that shows it."""

from pathlib import Path
from typing import Any

import pytest

from mcm.contract.actions import ACTIONS
from mcm.models import ResourceRow
from mcm.operations.errors import ActionNotAllowed, InvalidParams, ResourceBusyHere, ResourceUnknown, UnknownAction
from mcm.tenancy import quota
from mcm.tenancy.errors import QuotaExceeded
from mcm.tenancy.schemas import Limits
from mcm.tenancy.service import get
from tests.lab import CALLER
from tests.rooms.operations.acting import Acts


def _attached(acts: Acts) -> ResourceRow:
    return next(row for row in acts.lab.resources("volume", state="in_use") if row.attributes["attachments"])


def _free(acts: Acts) -> ResourceRow:
    done = acts.run(acts.ask("volume.create", name="free", size_gib=10))
    return acts.lab.resources("volume", id=done.made_id)[0]


def _idle(acts: Acts) -> ResourceRow:
    done = acts.run(acts.ask("public_ip.allocate"))
    return acts.lab.resources("public_ip", id=done.made_id)[0]


POWER = {
    "instance.start": ("stopped", "running"),
    "instance.stop": ("running", "stopped"),
    "instance.reboot": ("running", "running"),
    "instance.suspend": ("running", "suspended"),
    "instance.pause": ("running", "paused"),
    "instance.shelve": ("running", "shelved"),
    "instance.migrate": ("running", "running"),
}


@pytest.mark.parametrize("action", sorted(POWER))
def test_power(acts: Acts, action: str) -> None:
    before, after = POWER[action]
    row = acts.one(before, task_state=None)
    done = acts.run(acts.ask(action, row))
    assert (done.status, done.error_message) == ("succeeded", None)
    assert acts.lab.by_native_id(row.native_id).state == after
    assert sum(acts.effects(done.id).values()) == 1


@pytest.mark.parametrize(
    ("there", "back"), [("suspend", "resume"), ("pause", "unpause"), ("shelve", "unshelve"), ("stop", "start")]
)
def test_there_and_back(acts: Acts, there: str, back: str) -> None:
    row = acts.one("running", task_state=None)
    acts.run(acts.ask(f"instance.{there}", row))
    acts.run(acts.ask(f"instance.{back}", acts.lab.by_native_id(row.native_id)))
    assert acts.lab.by_native_id(row.native_id).state == "running"


def test_an_instance_is_made_with_name_and_tags_and_known_at_once(acts: Acts) -> None:
    image, flavor = (acts.lab.resources(kind, region=acts.region, state="available")[0] for kind in ("image", "flavor"))
    params: dict[str, Any] = {
        "image": image.name,
        "flavor": flavor.name,
        "tags": {"env": "dev"},
        "user_data": "kanari7 boot",
    }
    operation = acts.ask("instance.create", name="新机器 1", **params)
    stored = acts.row(operation)
    assert "kanari7" not in str(stored.params)
    assert stored.sealed is not None
    done = acts.run(operation)
    made = acts.lab.resources("instance", id=done.made_id)[0]
    assert (made.name, made.state, made.tags) == ("新机器 1", "running", {"env": "dev"})
    assert made.attributes["vcpus"] == flavor.attributes["vcpus"]


def test_resize_waits_to_be_confirmed(acts: Acts) -> None:
    row = acts.one("running", task_state=None)
    flavor = next(
        one
        for one in acts.lab.resources("flavor", region=row.region)
        if one.attributes["vcpus"] != row.attributes["vcpus"]
    )
    acts.run(acts.ask("instance.resize", row, flavor=flavor.native_id))
    waits = acts.lab.by_native_id(row.native_id)
    assert (waits.task_state, waits.attributes["vcpus"]) == ("verify_resize", flavor.attributes["vcpus"])
    acts.run(acts.ask("instance.revert_resize", waits))
    assert acts.lab.by_native_id(row.native_id).attributes["vcpus"] == row.attributes["vcpus"]
    acts.run(acts.ask("instance.resize", row, flavor=flavor.native_id))
    acts.run(acts.ask("instance.confirm_resize", acts.lab.by_native_id(row.native_id)))
    assert acts.lab.by_native_id(row.native_id).task_state is None


def test_name_tags_snapshot_image_and_revert(acts: Acts) -> None:
    row = acts.one("running", task_state=None)
    acts.run(acts.ask("instance.rename", row, name="renamed"))
    key = next(iter(row.tags), "none")
    acts.run(acts.ask("instance.set_tags", row, set={"a": "b"}, remove=[key]))
    now = acts.lab.by_native_id(row.native_id)
    assert (now.name, now.tags.get("a"), key in now.tags) == ("renamed", "b", False)
    taken = acts.run(acts.ask("instance.snapshot", row, name="before"))
    shot = acts.lab.resources("snapshot", id=taken.made_id)[0]
    assert acts.run(acts.ask("instance.revert", row, snapshot=shot.name)).status == "succeeded"
    image = acts.run(acts.ask("instance.create_image", row, name="golden"))
    assert acts.lab.resources("image", id=image.made_id)[0].name == "golden"
    assert acts.run(acts.ask("snapshot.delete", shot)).status == "succeeded"
    assert acts.lab.resources("snapshot", id=shot.id)[0].presence == "gone"


def test_an_instance_is_deleted_and_gone_at_once(acts: Acts) -> None:
    row = acts.one("running", task_state=None)
    assert acts.run(acts.ask("instance.delete", row)).status == "succeeded"
    assert acts.lab.by_native_id(row.native_id).presence == "gone"


def test_volumes(acts: Acts) -> None:
    volume, machine = _free(acts), acts.one("running", task_state=None, region=acts.region)
    acts.run(acts.ask("volume.attach", volume, instance=machine.native_id))
    assert acts.lab.by_native_id(volume.native_id).state == "in_use"
    acts.run(acts.ask("volume.extend", volume, size_gib=25))
    assert acts.lab.by_native_id(volume.native_id).attributes["size_gib"] == 25
    shot = acts.run(acts.ask("volume.snapshot", volume, name="shot"))
    assert shot.made_id is not None
    acts.run(acts.ask("volume.detach", acts.lab.by_native_id(volume.native_id)))
    acts.run(acts.ask("volume.delete", acts.lab.by_native_id(volume.native_id)))
    assert acts.lab.by_native_id(volume.native_id).presence == "gone"


def test_network_things_and_keys(acts: Acts) -> None:
    group = acts.lab.resources("security_group")[0]
    rule: dict[str, Any] = {"protocol": "tcp", "port_from": 8443, "port_to": 8443, "cidr": "10.9.0.0/16"}

    def opened() -> bool:
        found = acts.lab.resources("security_group", id=group.id)[0].attributes["rules"]
        return any(one.get("port_min") == 8443 for one in found)

    acts.run(acts.ask("security_group.add_rule", group, **rule))
    assert opened()
    acts.run(acts.ask("security_group.remove_rule", group, **rule))
    assert not opened()
    address, machine = _idle(acts), acts.one("running", task_state=None, region=acts.region)
    acts.run(acts.ask("public_ip.associate", address, instance=machine.native_id))
    assert acts.lab.resources("public_ip", id=address.id)[0].attributes["associated_with"] == machine.native_id
    acts.run(acts.ask("public_ip.disassociate", address))
    acts.run(acts.ask("public_ip.release", address))
    assert acts.lab.resources("public_ip", id=address.id)[0].presence == "gone"
    public = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPublicHalfOfAKeyPairThatNobodyHas1234567 me"
    key = acts.run(acts.ask("keypair.import", name="mine", public_key=public))
    assert acts.run(acts.ask("keypair.delete", acts.lab.resources("keypair", id=key.made_id)[0])).status == "succeeded"


def test_bad_questions_are_refused_before_anything_is_stored(acts: Acts) -> None:
    running, stopped = acts.one("running", task_state=None), acts.one("stopped", task_state=None)
    image = acts.lab.resources("image")[0].name
    for kind, action, row, params in (
        (UnknownAction, "instance.explode", running, {}),
        (InvalidParams, "instance.stop", running, {"mode": "gently"}),
        (InvalidParams, "instance.stop", running, {"force": True}),
        (InvalidParams, "instance.rename", running, {"name": "a\x00b"}),
        (InvalidParams, "instance.resize", running, {"flavor": "there-is-none"}),
        (InvalidParams, "instance.create", None, {"name": "x", "image": "there-is-none"}),
        (InvalidParams, "instance.create", None, {"name": "x", "image": image, "networks": ["no-net"]}),
        (InvalidParams, "volume.extend", _attached(acts), {"size_gib": 1}),
        (InvalidParams, "instance.set_tags", running, {}),
        (ActionNotAllowed, "instance.stop", stopped, {}),
        (ActionNotAllowed, "instance.console", running, {}),
        (ActionNotAllowed, "volume.attach", running, {"instance": running.native_id}),
        (ActionNotAllowed, "instance.confirm_resize", running, {}),
    ):
        with pytest.raises(kind) as caught:
            acts.ask(action, row, **params)
        assert caught.value.message
        assert caught.value.next_step or caught.value.details
    running.id = "0" * 32
    with pytest.raises(ResourceUnknown):
        acts.ask("instance.stop", running)
    assert acts.lab.count("operation") == 0
    assert acts.lab.world().effects == []


def test_one_operation_at_a_time(acts: Acts) -> None:
    row = acts.one("running", task_state=None)
    first = acts.ask("instance.stop", row)
    with pytest.raises(ResourceBusyHere, match=first):
        acts.ask("instance.reboot", row)
    acts.run(first)
    acts.run(acts.ask("instance.start", acts.lab.by_native_id(row.native_id)))


def test_quota_is_reserved_with_the_operation(acts: Acts) -> None:
    with acts.lab.runtime.database.writing() as session:
        tenant = get(session, "ten_default")
        used = quota.usage(session, tenant).used.storage_gib
        quota.set_limits(session, CALLER, tenant, Limits(storage_gib=used + 15))
    first = acts.ask("volume.create", name="one", size_gib=10)
    with pytest.raises(QuotaExceeded):
        acts.ask("volume.create", name="two", size_gib=10)
    acts.arm("act:volume.create=full")
    assert acts.run(first).error_code == "capacity_exceeded"
    acts.disarm()
    assert acts.run(acts.ask("volume.create", name="two", size_gib=10)).status == "succeeded"


def test_every_action_of_the_model_is_tried_here() -> None:
    """Of those that the simulated cloud offers; a new action is a new line above."""
    text = Path(__file__).read_text()
    left = {ident for ident in ACTIONS if f'"{ident}"' not in text} - {
        "instance.resume", "instance.unpause", "instance.unshelve",
    }  # fmt: skip
    assert left == set()
