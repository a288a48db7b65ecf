"""Action → how it may be repeated, and what the cloud does when it is asked for it."""

from collections.abc import Callable
from typing import NamedTuple

from mcm.contract import ResourceRef
from mcm.contract.actions import Order, Repeat
from mcm_providers.simulated.actions import instances, others
from mcm_providers.simulated.actions.desk import Desk


class Deed(NamedTuple):
    repeat: Repeat
    do: Callable[[Desk, Order], ResourceRef | None]


_H, _N, _T, _L = Repeat.HARMLESS, Repeat.NEVER, Repeat.TOKEN, Repeat.LOOK

DEEDS: dict[str, Deed] = {
    **{
        f"instance.{verb}": Deed(_H, instances.power)
        for verb in ("start", "stop", "suspend", "resume", "pause", "unpause", "shelve", "unshelve")
    },
    "instance.reboot": Deed(_N, instances.power),
    "instance.migrate": Deed(_N, instances.power),
    "instance.create": Deed(_T, instances.create),
    "instance.delete": Deed(_N, instances.delete),
    "instance.resize": Deed(_H, instances.resize),
    "instance.confirm_resize": Deed(_H, instances.confirm_resize),
    "instance.revert_resize": Deed(_H, instances.revert_resize),
    "instance.rename": Deed(_H, instances.rename),
    "instance.set_tags": Deed(_H, instances.set_tags),
    "instance.snapshot": Deed(_L, instances.snapshot),
    "instance.create_image": Deed(_L, instances.create_image),
    "instance.revert": Deed(_N, instances.revert),
    "volume.create": Deed(_T, others.create_volume),
    "volume.attach": Deed(_H, others.attach),
    "volume.detach": Deed(_H, others.detach),
    "volume.extend": Deed(_H, others.extend),
    "volume.snapshot": Deed(_L, others.snapshot),
    "volume.delete": Deed(_N, others.delete),
    "snapshot.delete": Deed(_N, others.delete),
    "security_group.add_rule": Deed(_H, others.add_rule),
    "security_group.remove_rule": Deed(_H, others.remove_rule),
    "public_ip.allocate": Deed(_L, others.allocate),
    "public_ip.associate": Deed(_H, others.associate),
    "public_ip.disassociate": Deed(_H, others.disassociate),
    "public_ip.release": Deed(_N, others.delete),
    "keypair.import": Deed(_L, others.import_key),
    "keypair.delete": Deed(_N, others.delete),
}
