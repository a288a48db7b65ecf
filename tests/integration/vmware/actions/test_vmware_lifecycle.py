"""From a template to an instance and back, at the simulator. It clones with the template's size and networks whatever
is asked for, and takes a name twice; what is sent for these is proven against a scripted server."""

from typing import Any

import pytest

from mcm.contract import InvalidRequest, Resource, ResourceKind, ResourceNotFound, ResourceRef
from mcm.contract.actions import Order, Seen
from mcm.contract.conformance.context import PlainContext
from mcm_providers.vmware.adapter import VmwareProvider
from tests.harness.acting import act, look, ordered, send
from tests.integration.vmware.acting import machine_of, named, seen, tags_of
from tests.integration.vmware.operator import Operator

pytestmark = pytest.mark.vcsim


def creating(template: Resource, name: str, **params: Any) -> Order:
    return ordered("instance.create", region=template.region, image=template.native_id, name=name, **params)


def test_a_template_becomes_an_instance_that_runs(
    provider: VmwareProvider, operator: Operator, template: Resource
) -> None:
    order = creating(template, "50% of web/01", tags={"owner": "team a", "stage": "prod"}, user_data="#cloud-config")
    assert look(provider, order).seen is Seen.ABSENT
    outlook = act(provider, order)
    assert outlook.seen is Seen.DONE
    assert outlook.made is not None
    found = seen(provider, outlook.made)
    assert (found.kind, found.name, found.state) == (ResourceKind.INSTANCE, "50% of web/01", "running")
    assert tags_of(provider, outlook.made) == {"owner": "team a", "stage": "prod"}
    options = {one.key: one.value for one in machine_of(operator, outlook.made).config.extraConfig}
    assert options["mcm.op"] == order.token
    assert options["guestinfo.userdata.encoding"] == "base64"
    assert named(operator, "50%25 of web%2f01") == 1


def test_a_clone_is_found_without_the_receipt(provider: VmwareProvider, template: Resource) -> None:
    order, other = creating(template, "twin"), creating(template, "twin")
    receipt = send(provider, order)
    outlook = look(provider, order)
    assert outlook.seen is Seen.DONE
    assert outlook.made == look(provider, order, facts=receipt.facts).made
    assert look(provider, other).seen is Seen.ABSENT


def test_it_goes_where_it_is_told(provider: VmwareProvider, operator: Operator, template: Resource) -> None:
    region = provider.regions()[0]
    folder = next(one for one in provider.collect(ResourceKind.FOLDER, region) if one.name == "vm")
    pools = list(provider.collect(ResourceKind.RESOURCE_POOL, region))
    pool = next(one for one in pools if one.name != "Resources")
    datastore = next(iter(provider.collect(ResourceKind.DATASTORE, region)))
    place = {"folder": folder.native_id, "resource_pool": pool.native_id, "datastore": datastore.native_id}
    outlook = act(provider, creating(template, "placed", **place))
    assert outlook.made is not None
    assert machine_of(operator, outlook.made).resourcePool._moId == pool.native_id


def test_its_card_is_at_the_network_that_was_asked_for(
    provider: VmwareProvider, operator: Operator, template: Resource
) -> None:
    networks = list(provider.collect(ResourceKind.NETWORK, provider.regions()[0]))
    for native_kind in ("Network", "DistributedVirtualPortgroup"):
        network = next(one for one in networks if one.native_kind == native_kind and "DVUplinks" not in one.name)
        outlook = act(provider, creating(template, f"at {native_kind}", networks=[network.native_id]))
        assert outlook.made is not None
        assert [one._moId for one in machine_of(operator, outlook.made).network] == [network.native_id]


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({"image": "50000000-0000-4000-8000-00000000dead"}, ResourceNotFound),
        ({"resource_pool": "resgroup-none"}, ResourceNotFound),
        ({"networks": ["network-none"]}, ResourceNotFound),
        ({"networks": ["network-7", "network-7"]}, InvalidRequest),
    ],
)
def test_what_is_not_there_is_refused(
    provider: VmwareProvider, context: PlainContext, template: Resource,
    params: dict[str, Any], error: type[Exception],
) -> None:  # fmt: skip
    given = {"image": template.native_id, "name": "never", **params}
    with pytest.raises(error):
        send(provider, ordered("instance.create", region=template.region, **given))
    assert context.changes == 0


def test_an_instance_is_no_image(provider: VmwareProvider, ref: ResourceRef) -> None:
    with pytest.raises(InvalidRequest, match="no template"):
        send(provider, ordered("instance.create", region=ref.region, image=ref.native_id, name="never"))


def test_an_instance_becomes_a_template(provider: VmwareProvider, operator: Operator, ref: ResourceRef) -> None:
    order = ordered("instance.create_image", ref, name="golden")
    assert look(provider, order).seen is Seen.ABSENT
    receipt = send(provider, order)
    outlook = look(provider, order)
    assert outlook.seen is Seen.DONE
    assert outlook.made is not None
    assert outlook.made == look(provider, order, facts=receipt.facts).made
    found = seen(provider, outlook.made)
    assert (found.kind, found.name) == (ResourceKind.IMAGE, "golden")
    assert named(operator, "golden") == 1


@pytest.mark.parametrize("power", ["poweredOn", "poweredOff", "suspended"])
def test_it_is_switched_off_and_destroyed(
    provider: VmwareProvider, context: PlainContext, operator: Operator, ref: ResourceRef, power: str
) -> None:
    machine = machine_of(operator, ref)
    if power == "suspended":
        operator.do(machine.SuspendVM_Task())
    operator.power(machine, power == "poweredOn") if power != "suspended" else None
    order = ordered("instance.delete", ref)
    assert look(provider, order, "destroy").seen is Seen.ABSENT
    assert act(provider, order).seen is Seen.DONE
    assert provider.observe([ref])[ref] is None
    assert machine_of(operator, ref) is None
    sent = context.changes
    assert sent == (1 if power == "poweredOff" else 2)
    assert look(provider, order, "destroy").seen is Seen.DONE
    assert act(provider, order).seen is Seen.DONE
    assert context.changes == sent


def test_what_cannot_be_destroyed_runs_as_before(
    provider: VmwareProvider, operator: Operator, ref: ResourceRef
) -> None:
    order = ordered("instance.delete", ref)
    facts = send(provider, order, "power_off").facts
    assert machine_of(operator, ref).runtime.powerState == "poweredOff"
    assert [step.undo for step in provider.steps(order)] == ["power_on", ""]
    back = send(provider, order, "power_on", facts).facts
    assert look(provider, order, "power_on", {**facts, **back}).seen is Seen.DONE
    assert machine_of(operator, ref).runtime.powerState == "poweredOn"


def test_what_was_off_before_stays_off(
    provider: VmwareProvider, context: PlainContext, operator: Operator, ref: ResourceRef
) -> None:
    operator.power(machine_of(operator, ref), False)
    order = ordered("instance.delete", ref)
    facts = send(provider, order, "power_off").facts
    send(provider, order, "power_on", facts)
    assert look(provider, order, "power_on", facts).seen is Seen.DONE
    assert context.changes == 0
