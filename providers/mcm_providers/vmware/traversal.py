"""Where each kind hangs below a datacenter, as the PropertyCollector's selection sets.

One retrieval that walks from the datacenter costs one call. Machines are reached through a ContainerView instead, which
costs three: they also hang in vApps, and vApps in vApps, where a walk would go over every pool for every machine.
Each step: name → (type it starts at, property that leads on, steps that follow).
"""

from collections.abc import Sequence

from mcm_providers.vmware.soap import text

_STEPS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "folder": ("Folder", "childEntity", ("folder",)),
    "view": ("ContainerView", "view", ()),
    "dc.vm": ("Datacenter", "vmFolder", ("folder",)),
    "dc.host": ("Datacenter", "hostFolder", ("folder",)),
    "dc.datastores": ("Datacenter", "datastoreFolder", ("folder",)),
    "dc.networks": ("Datacenter", "networkFolder", ("folder",)),
    "dc.datastore": ("Datacenter", "datastore", ()),
    "dc.network": ("Datacenter", "network", ()),
    "compute.host": ("ComputeResource", "host", ()),
    "compute.pool": ("ComputeResource", "resourcePool", ("pool",)),
    "pool": ("ResourcePool", "resourcePool", ("pool",)),
    "up": ("ManagedEntity", "parent", ("up",)),
    "vm.vapp": ("VirtualMachine", "parentVApp", ("up",)),
}


def select(start: Sequence[str], extra: Sequence[str] = ()) -> str:
    """The selection set of an object: `start` apply to the object itself; `extra` also follow after every folder."""
    named: list[str] = []
    queue = list(start)
    while queue:
        name = queue.pop(0)
        if name not in named:
            named.append(name)
            queue += [*_STEPS[name][2], *(extra if name == "folder" else ())]
    return "".join(_step(name, extra) for name in named)


def _step(name: str, extra: Sequence[str]) -> str:
    native_type, path, following = _STEPS[name]
    after = [*following, *(extra if name == "folder" else ())]
    return (
        '<selectSet xsi:type="TraversalSpec">'
        + text("name", name)
        + text("type", native_type)
        + text("path", path)
        + text("skip", "false")
        + "".join(f"<selectSet>{text('name', following)}</selectSet>" for following in after)
        + "</selectSet>"
    )


OF_VIEW = select(["view"])
TO_HOSTS = select(["dc.host"], ["compute.host"])
TO_CLUSTERS = select(["dc.host"])
TO_RESOURCE_POOLS = select(["dc.host"], ["compute.pool"])
TO_DATASTORES = select(["dc.datastore"])
TO_NETWORKS = select(["dc.network"])
TO_SWITCHES = select(["dc.networks"])
TO_FOLDERS = select(["dc.vm", "dc.host", "dc.datastores", "dc.networks"])
# From the root folder: datacenters may stand in folders of their own. Nothing leads into a datacenter.
TO_DATACENTERS = select(["folder"])
TO_ANCESTORS = select(["up", "vm.vapp"])
