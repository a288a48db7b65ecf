"""Which actions AWS can do, and for the others why not. Data only, read before botocore is imported."""

from collections.abc import Mapping

from mcm.contract import ActionSupport, Text
from mcm.contract.actions import ACTIONS

_ABSENT = {
    "no_pause": ("instance.pause", "instance.unpause"),
    "no_shelving": ("instance.shelve", "instance.unshelve"),
    "resize_is_final": ("instance.confirm_resize", "instance.revert_resize"),
    "no_way_back": ("instance.revert",),
    "no_console_link": ("instance.console",),
    "hosts_are_amazons": ("instance.migrate",),
}
_SUPPORTED = {
    # A hibernated instance is started like a stopped one.
    "instance.start": ActionSupport(states=("stopped", "suspended")),
    # EC2 asks the operating system, and cuts the power itself when that does not answer for minutes.
    "instance.reboot": ActionSupport(ignores=("mode",)),
    "instance.create": ActionSupport(
        needs=("flavor",),
        ignores=("vcpus", "memory_mib", "folder", "resource_pool", "datastore"),
        # Public images and those of others; a subnet where a network is asked for.
        unlisted=("image", "networks"),
    ),
    "instance.resize": ActionSupport(states=("stopped",), needs=("flavor",), ignores=("vcpus", "memory_mib")),
    "instance.snapshot": ActionSupport(ignores=("memory",)),
    # An image of an instance holds all of its volumes.
    "instance.create_image": ActionSupport(ignores=("volume",)),
    "volume.create": ActionSupport(needs=("zone",), ignores=("image",), unlisted=("snapshot",)),
    "volume.snapshot": ActionSupport(ignores=("memory",)),
    "public_ip.allocate": ActionSupport(ignores=("network",)),
}
_REASONS = {code: ActionSupport(absent=code) for code in _ABSENT}

SUPPORT: Mapping[str, ActionSupport] = {
    **dict.fromkeys(ACTIONS, ActionSupport()),
    **{ident: _REASONS[code] for code, idents in _ABSENT.items() for ident in idents},
    **_SUPPORTED,
}

MESSAGES: Mapping[str, Text] = {
    "no_pause": Text(
        en="EC2 cannot pause an instance in memory. Suspend it if it was launched with hibernation, or stop it.",
        zh="EC2 不能将实例暂停在内存中。若实例启动时启用了休眠，请使用挂起；否则请停止实例。",
    ),
    "no_shelving": Text(
        en="EC2 has no shelving: a stopped instance uses no machine and costs no more than its volumes and addresses.",
        zh="EC2 没有搁置功能：停止的实例不占用主机，只收取其卷和公网地址的费用。",
    ),
    "resize_is_final": Text(
        en="EC2 changes the type of a stopped instance at once; there is nothing to confirm. Resize again to go back.",
        zh="EC2 立即更改已停止实例的类型，无需确认；要恢复原类型，请再次调整。",
    ),
    "no_way_back": Text(
        en="AWS cannot put a whole instance back to an image: only its root volume can be replaced, and its data "
        "volumes would stay as they are. Create an instance from the image instead.",
        zh="AWS 不能将整个实例恢复到某个镜像：只能替换根卷，数据卷保持不变。请改为从该镜像创建实例。",
    ),
    "no_console_link": Text(
        en="AWS gives no link to a console: EC2's serial console and Session Manager open only for somebody who is "
        "signed in at AWS, or over SSH with a key of theirs.",
        zh="AWS 不提供控制台链接：EC2 串行控制台和 Session Manager 只对已登录 AWS 或持有 SSH 密钥的用户开放。",
    ),
    "hosts_are_amazons": Text(
        en="AWS itself decides which host runs an instance. Stopping and starting it moves it to another, as a rule.",
        zh="实例运行在哪台主机上由 AWS 决定；停止后再启动通常会将其移到另一台主机。",
    ),
}
