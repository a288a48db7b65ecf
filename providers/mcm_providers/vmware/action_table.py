"""Which actions vSphere can do, and for the others why not. Data only, read before pyVmomi is imported."""

from collections.abc import Mapping

from mcm.contract import ActionSupport, Text
from mcm.contract.actions import ACTIONS

_ABSENT = {
    "no_pause": ("instance.pause", "instance.unpause"),
    "no_shelving": ("instance.shelve", "instance.unshelve"),
    "resize_is_final": ("instance.confirm_resize", "instance.revert_resize"),
    "disks_belong_to_instances": ("volume.create", "volume.attach", "volume.detach", "volume.delete"),
    "snapshots_are_of_instances": ("volume.snapshot",),
    "firewalls_are_outside": ("security_group.add_rule", "security_group.remove_rule"),
    "addresses_are_outside": tuple(ident for ident in ACTIONS if ident.startswith("public_ip.")),
    "keys_are_of_guests": ("keypair.import", "keypair.delete"),
}
_SUPPORTED = {
    "instance.create": ActionSupport(ignores=("flavor", "security_groups", "keypair", "zone", "disk_gib")),
    "instance.resize": ActionSupport(ignores=("flavor",)),
    # A template has all of its disks.
    "instance.create_image": ActionSupport(ignores=("volume",)),
    "instance.migrate": ActionSupport(needs=("host",)),
    # A snapshot without memory reverts to an instance that is off, whatever it is now.
    "instance.revert": ActionSupport(states=("running", "stopped", "suspended")),
    "volume.extend": ActionSupport(states=("in_use",)),
}
_REASONS = {code: ActionSupport(absent=code) for code in _ABSENT}

SUPPORT: Mapping[str, ActionSupport] = {
    **dict.fromkeys(ACTIONS, ActionSupport()),
    **{ident: _REASONS[code] for code, idents in _ABSENT.items() for ident in idents},
    **_SUPPORTED,
}

MESSAGES: Mapping[str, Text] = {
    "no_pause": Text(
        en="vSphere cannot pause an instance in memory; suspending it writes its memory to disk.",
        zh="vSphere 不能将实例暂停在内存中；挂起会把内存写入磁盘。",
    ),
    "no_shelving": Text(
        en="vSphere has no shelving: an instance that is off uses no CPU or memory, and its disks stay where they are.",
        zh="vSphere 没有搁置功能：关机的实例不占用 CPU 和内存，磁盘保留在原处。",
    ),
    "resize_is_final": Text(
        en="vSphere applies a new size at once; there is nothing to confirm. Resize again to go back.",
        zh="vSphere 立即应用新规格，无需确认；要恢复原规格，请再次调整。",
    ),
    "disks_belong_to_instances": Text(
        en="In vSphere a disk is a part of its instance: it is made, moved and deleted with it, not on its own.",
        zh="在 vSphere 中磁盘是实例的一部分：随实例创建、移动和删除，不能单独操作。",
    ),
    "snapshots_are_of_instances": Text(
        en="vSphere takes snapshots of whole instances, not of single disks: take one of the instance.",
        zh="vSphere 只能为整个实例创建快照，不能为单个磁盘创建；请为实例创建快照。",
    ),
    "firewalls_are_outside": Text(
        en="vSphere itself has no security groups; NSX or the physical network filters the traffic.",
        zh="vSphere 本身没有安全组；流量由 NSX 或物理网络过滤。",
    ),
    "addresses_are_outside": Text(
        en="vSphere itself gives out no addresses; the physical network, or NSX, does.",
        zh="vSphere 本身不分配地址；由物理网络或 NSX 分配。",
    ),
    "keys_are_of_guests": Text(
        en="vSphere keeps no SSH keys; put the key into the template, or into user_data when creating an instance.",
        zh="vSphere 不保存 SSH 密钥；请将密钥放入模板，或在创建实例时写入 user_data。",
    ),
    "needs_vcenter": Text(
        en="A host without vCenter does not offer it.",
        zh="没有 vCenter 的单独主机不提供该功能。",
    ),
}
