"""How OpenStack does each action. Data only, read before keystoneauth is imported."""

from collections.abc import Mapping

from mcm.contract import ActionSupport
from mcm.contract.actions import ACTIONS

_SPECIAL = {
    # Nova asks the guest first and cuts the power when it does not answer.
    "instance.stop": ActionSupport(ignores=("mode",)),
    "instance.create": ActionSupport(
        needs=("flavor", "networks"),
        ignores=("vcpus", "memory_mib", "disk_gib", "folder", "resource_pool", "datastore"),
    ),
    "instance.resize": ActionSupport(needs=("flavor",), ignores=("vcpus", "memory_mib")),
    "instance.snapshot": ActionSupport(ignores=("memory",)),
    "volume.snapshot": ActionSupport(ignores=("memory",)),
    "volume.create": ActionSupport(unlisted=("type",)),
}

SUPPORT: Mapping[str, ActionSupport] = {ident: _SPECIAL.get(ident, ActionSupport()) for ident in ACTIONS}
