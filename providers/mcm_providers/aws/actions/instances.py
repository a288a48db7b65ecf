"""What happens to an instance besides its power: its end, its type, its name and tags."""

from collections.abc import Sequence

from mcm.contract.actions import Order, Outlook, Receipt, Repeat, Seen, Step
from mcm.contract.actions.params import InstanceResize, Rename, SetTags
from mcm_providers.aws.actions.desk import (
    Deed,
    Desk,
    ended,
    is_so,
    native_id,
    params_of,
    plain_change,
    single,
    tag_list,
    tags_in,
)
from mcm_providers.aws.actions.power import look_at, state_of
from mcm_providers.aws.resources import instance

# Taking away comes first: EC2 allows 50 tags, and what is set may need the room. Neither is taken back when the other
# fails: asking again completes it.
_REMOVE = Step("remove", Repeat.HARMLESS)
_SET = Step("set", Repeat.HARMLESS)


def _terminate(desk: Desk, order: Order) -> Receipt:
    return ended(desk, "TerminateInstances", InstanceIds=[native_id(order)])


def _look_terminated(desk: Desk, order: Order) -> Outlook:
    found = desk.find(instance.LISTING, native_id(order))
    if found is None:
        return Outlook(Seen.DONE)
    state = state_of(found.document)
    if state == "shutting-down":
        return Outlook(Seen.UNDERWAY)
    return is_so(found, state == "terminated")


def _resize(desk: Desk, order: Order) -> Receipt:
    wanted = params_of(order, InstanceResize)
    return plain_change(
        desk, "ModifyInstanceAttribute", InstanceId=native_id(order), InstanceType={"Value": wanted.flavor}
    )


def _look_resized(desk: Desk, order: Order) -> Outlook:
    found = look_at(desk, order)
    if isinstance(found, Outlook):
        return found
    return is_so(found, found.document.get("InstanceType") == params_of(order, InstanceResize).flavor)


def _rename(desk: Desk, order: Order) -> Receipt:
    name = params_of(order, Rename).name
    return plain_change(desk, "CreateTags", Resources=_taggable(desk, order), Tags=tag_list({"Name": name}))


def _taggable(desk: Desk, order: Order) -> list[str]:
    """Not every service that speaks EC2 refuses tags for what is not there."""
    return [str(desk.needed(instance.LISTING, native_id(order))["InstanceId"])]


def _look_renamed(desk: Desk, order: Order) -> Outlook:
    found = look_at(desk, order)
    if isinstance(found, Outlook):
        return found
    return is_so(found, tags_in(found.document).get("Name") == params_of(order, Rename).name)


def _tag_steps(order: Order) -> Sequence[Step]:
    wanted = params_of(order, SetTags)
    return [step for step, given in ((_REMOVE, _removed(wanted)), (_SET, wanted.set)) if given] or [_SET]


def _removed(wanted: SetTags) -> list[str]:
    """A key that is both taken away and set is set."""
    return [key for key in wanted.remove if key not in wanted.set]


def _tag(desk: Desk, order: Order) -> Receipt:
    wanted, resources = params_of(order, SetTags), _taggable(desk, order)
    if order.step == _REMOVE.name:
        return plain_change(desk, "DeleteTags", Resources=resources, Tags=[{"Key": key} for key in _removed(wanted)])
    return plain_change(desk, "CreateTags", Resources=resources, Tags=tag_list(wanted.set))


def _look_tagged(desk: Desk, order: Order) -> Outlook:
    wanted = params_of(order, SetTags)
    found = look_at(desk, order)
    if isinstance(found, Outlook):
        return found
    tags = tags_in(found.document)
    if order.step == _REMOVE.name:
        return is_so(found, not tags.keys() & set(_removed(wanted)))
    return is_so(found, wanted.set.items() <= tags.items())


DEEDS = {
    "instance.delete": Deed(single(Repeat.NEVER), _terminate, _look_terminated),
    "instance.resize": Deed(single(Repeat.HARMLESS), _resize, _look_resized),
    "instance.rename": Deed(single(Repeat.HARMLESS), _rename, _look_renamed),
    "instance.set_tags": Deed(_tag_steps, _tag, _look_tagged),
}
