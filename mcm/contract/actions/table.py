"""Every action of the model. Adapters say in their descriptor which of them they do."""

from mcm.contract.actions import params as p
from mcm.contract.actions.action import Action, Bill, Effect
from mcm.contract.kinds import ResourceKind as K
from mcm.contract.states import CommonState as C
from mcm.contract.states import InstanceState as I
from mcm.contract.states import VolumeState as V


def _states(*states: I | V | C) -> frozenset[str]:
    return frozenset(state.value for state in states)


_OFF, _ON = _states(I.STOPPED), _states(I.RUNNING)
_LIVE = _states(I.RUNNING, I.STOPPED, I.SUSPENDED, I.PAUSED, I.SHELVED)
_ANY = _LIVE | _states(I.ERROR, I.UNKNOWN)
_VERIFY = frozenset({"verify_resize"})
_RESTING = _states(V.AVAILABLE, V.IN_USE)

_INSTANCE = (
    Action("instance.start", K.INSTANCE, Effect.SETS, states=_OFF, leads_to=_ON, by_way_of=_states(I.STARTING),
           bill=Bill.MORE, reversible_by="instance.stop"),
    Action("instance.stop", K.INSTANCE, Effect.SETS, p.PowerParams, states=_ON, leads_to=_OFF,
           by_way_of=_states(I.STOPPING), bill=Bill.UNKNOWN, reversible_by="instance.start"),
    Action("instance.reboot", K.INSTANCE, Effect.ONCE, p.PowerParams, states=_ON, leads_to=_ON,
           by_way_of=_states(I.REBOOTING, I.STARTING)),
    Action("instance.suspend", K.INSTANCE, Effect.SETS, states=_ON, leads_to=_states(I.SUSPENDED),
           by_way_of=_states(I.STOPPING), bill=Bill.UNKNOWN, reversible_by="instance.resume"),
    Action("instance.resume", K.INSTANCE, Effect.SETS, states=_states(I.SUSPENDED), leads_to=_ON,
           by_way_of=_states(I.STARTING), bill=Bill.UNKNOWN, reversible_by="instance.suspend"),
    Action("instance.pause", K.INSTANCE, Effect.SETS, states=_ON, leads_to=_states(I.PAUSED),
           reversible_by="instance.unpause"),
    Action("instance.unpause", K.INSTANCE, Effect.SETS, states=_states(I.PAUSED), leads_to=_ON,
           reversible_by="instance.pause"),
    Action("instance.shelve", K.INSTANCE, Effect.SETS, states=_states(I.RUNNING, I.STOPPED, I.PAUSED, I.SUSPENDED),
           leads_to=_states(I.SHELVED), bill=Bill.LESS, reversible_by="instance.unshelve", timeout_s=3600),
    Action("instance.unshelve", K.INSTANCE, Effect.SETS, states=_states(I.SHELVED), leads_to=_ON, bill=Bill.MORE,
           reversible_by="instance.shelve", timeout_s=3600),
    Action("instance.create", K.INSTANCE, Effect.CREATES, p.InstanceCreate, leads_to=_ON,
           by_way_of=_states(I.PENDING, I.STARTING), bill=Bill.MORE, reversible_by="instance.delete",
           makes=K.INSTANCE, targets=False, timeout_s=1800),
    Action("instance.delete", K.INSTANCE, Effect.DESTROYS, states=_ANY | _states(I.TERMINATED),
           leads_to=_states(I.TERMINATED), by_way_of=_states(I.STOPPING), bill=Bill.LESS, destructive=True,
           timeout_s=1800),
    Action("instance.resize", K.INSTANCE, Effect.SETS, p.InstanceResize, states=_ON | _OFF, leads_to=_ON | _OFF,
           bill=Bill.UNKNOWN, reversible_by="instance.resize", timeout_s=3600),
    Action("instance.confirm_resize", K.INSTANCE, Effect.SETS, states=_ON | _OFF, tasks=_VERIFY, leads_to=_ON | _OFF),
    Action("instance.revert_resize", K.INSTANCE, Effect.SETS, states=_ON | _OFF, tasks=_VERIFY, leads_to=_ON | _OFF,
           bill=Bill.UNKNOWN, reversible_by="instance.resize", timeout_s=3600),
    Action("instance.rename", K.INSTANCE, Effect.SETS, p.Rename, states=_ANY, reversible_by="instance.rename"),
    Action("instance.set_tags", K.INSTANCE, Effect.SETS, p.SetTags, states=_ANY, reversible_by="instance.set_tags"),
    Action("instance.snapshot", K.INSTANCE, Effect.CREATES, p.Snapshot, states=_ON | _OFF, bill=Bill.MORE,
           makes=K.SNAPSHOT, timeout_s=3600),
    Action("instance.revert", K.INSTANCE, Effect.ONCE, p.Revert, states=_ON | _OFF, leads_to=_ON | _OFF,
           destructive=True, timeout_s=3600),
    Action("instance.create_image", K.INSTANCE, Effect.CREATES, p.CreateImage, states=_ON | _OFF, bill=Bill.MORE,
           makes=K.IMAGE, timeout_s=3600),
    Action("instance.console", K.INSTANCE, Effect.SHOWS, states=_ON, timeout_s=60),
    Action("instance.migrate", K.INSTANCE, Effect.ONCE, p.Migrate, states=_ON, leads_to=_ON,
           by_way_of=_states(I.MIGRATING), reversible_by="instance.migrate", timeout_s=3600),
)  # fmt: skip

_STORAGE = (
    Action("volume.create", K.VOLUME, Effect.CREATES, p.VolumeCreate, leads_to=_states(V.AVAILABLE),
           by_way_of=_states(V.CREATING), bill=Bill.MORE, reversible_by="volume.delete", makes=K.VOLUME,
           targets=False, timeout_s=3600),
    Action("volume.attach", K.VOLUME, Effect.SETS, p.Attach, states=_states(V.AVAILABLE), leads_to=_states(V.IN_USE),
           by_way_of=_states(V.ATTACHING), reversible_by="volume.detach"),
    Action("volume.detach", K.VOLUME, Effect.SETS, states=_states(V.IN_USE), leads_to=_states(V.AVAILABLE),
           by_way_of=_states(V.DETACHING), reversible_by="volume.attach"),
    Action("volume.extend", K.VOLUME, Effect.SETS, p.Extend, states=_RESTING, leads_to=_RESTING, bill=Bill.MORE),
    Action("volume.snapshot", K.VOLUME, Effect.CREATES, p.Snapshot, states=_RESTING, leads_to=_RESTING, bill=Bill.MORE,
           reversible_by="snapshot.delete", makes=K.SNAPSHOT, timeout_s=3600),
    Action("volume.delete", K.VOLUME, Effect.DESTROYS, states=_states(V.AVAILABLE, V.ERROR), bill=Bill.LESS,
           by_way_of=_states(V.DELETING), destructive=True),
    Action("snapshot.delete", K.SNAPSHOT, Effect.DESTROYS, states=_states(C.AVAILABLE, C.ERROR, C.UNKNOWN),
           by_way_of=_states(C.DELETING), bill=Bill.LESS, destructive=True, timeout_s=3600),
)  # fmt: skip

_NETWORK = (
    Action("security_group.add_rule", K.SECURITY_GROUP, Effect.SETS, p.Rule,
           reversible_by="security_group.remove_rule"),
    Action("security_group.remove_rule", K.SECURITY_GROUP, Effect.SETS, p.Rule,
           reversible_by="security_group.add_rule"),
    Action("public_ip.allocate", K.PUBLIC_IP, Effect.CREATES, p.AllocateAddress, bill=Bill.MORE,
           reversible_by="public_ip.release", makes=K.PUBLIC_IP, targets=False),
    Action("public_ip.associate", K.PUBLIC_IP, Effect.SETS, p.Associate, reversible_by="public_ip.disassociate"),
    Action("public_ip.disassociate", K.PUBLIC_IP, Effect.SETS, reversible_by="public_ip.associate"),
    Action("public_ip.release", K.PUBLIC_IP, Effect.DESTROYS, bill=Bill.LESS, destructive=True),
    Action("keypair.import", K.KEYPAIR, Effect.CREATES, p.ImportKey, reversible_by="keypair.delete", makes=K.KEYPAIR,
           targets=False),
    Action("keypair.delete", K.KEYPAIR, Effect.DESTROYS, destructive=True),
)  # fmt: skip

ACTIONS: dict[str, Action] = {action.id: action for action in (*_INSTANCE, *_STORAGE, *_NETWORK)}
